import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { quarantineOf } from '../../src/core/health/quarantine.ts';
import { readQuarantines, writeQuarantine } from '../../src/store/health.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { answer, aWorkerHealth, ENDPOINT, fail, KEY } from '../support/a-worker-health.ts';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();
const stores: Store[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

async function withHealth() {
  const sandbox = newSandbox();
  const store = await openStore({ url: `sqlite:${join(sandbox.folder, '.signalbox', 'signalbox.db')}` });
  stores.push(store);
  const worker = aWorkerHealth(store);
  for (let i = 0; i < 3; i++) answer(worker);
  await worker.share();
  return { sandbox, store, worker };
}

test('a line for each endpoint, and one for each key that is out', async () => {
  const { sandbox, store, worker } = await withHealth();
  fail(worker, 3);
  await worker.share();
  await worker.share();
  await writeQuarantine(store, quarantineOf('own', 'cafe1234', 'credential_rejected', Date.now()));
  const { code, stdout } = await sandbox.signalbox('health').exited;
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ own\/own-model +│ open, 1\ds more +│ +3 │ +50\.0% │ +\d+ms \/ \d+ms │/);
  expect(stdout).toMatch(/unavailable, \ds ago/);
  expect(stdout).toMatch(/own's key cafe1234 is quarantined \(credential_rejected\) for 24h more/);
});

test('as JSON, without a secret', async () => {
  const { sandbox } = await withHealth();
  const { stdout } = await sandbox.signalbox('health', '--json').exited;
  expect(JSON.parse(stdout)).toMatchObject({
    endpoints: [
      {
        ...{ endpoint: ENDPOINT.id, state: 'closed', keys: [{ key: KEY.fingerprint }] },
        measured: { answered: 3, successRate: 1 },
      },
    ],
    quarantines: [],
  });
  expect(stdout).not.toContain(KEY.secret);
});

test('live, until it is told to stop', async () => {
  const { sandbox, worker } = await withHealth();
  const watching = sandbox.signalbox('health', '--watch');
  await watching.says('closed');
  fail(worker, 3);
  await worker.share();
  await worker.share();
  await watching.says('open, ');
  watching.signal('SIGINT');
  expect(await watching.exited).toMatchObject({ code: 0, stderr: '' });
});

test('a reset brings an endpoint and the keys of its provider back; a name that nobody knows is refused', async () => {
  const { sandbox, store } = await withHealth();
  await writeQuarantine(store, quarantineOf('own', KEY.fingerprint, 'credential_rejected', Date.now()));
  const { stdout } = await sandbox.signalbox('health', '--reset', 'own').exited;
  expect(stdout).toContain(`own/own-model, own's key ${KEY.fingerprint}`);
  expect(await readQuarantines(store, Date.now())).toEqual([]);
  const { code, stderr } = await sandbox.signalbox('health', '--reset', 'owm').exited;
  expect(code).toBe(1);
  expect(stderr).toContain('Nothing is recorded of an endpoint or a provider "owm"');
  expect(stderr).toContain('Did you mean own');
});

test('says so where nothing is recorded, and where there is no database', async () => {
  const { sandbox, store } = await withHealth();
  await store.run((db) => db.deleteFrom('signalboxHealth').execute());
  expect((await sandbox.signalbox('health').exited).stdout).toMatch(/^No call is recorded yet/);
  const { code, stderr } = await newSandbox().signalbox('health').exited;
  expect(code).toBe(1);
  expect(stderr).toContain('There is no database');
});
