import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { readCosts } from '../../../src/store/costs.ts';
import { readLedger } from '../../../src/store/ledger.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../support/until.ts';
import { useDatabases } from '../../support/use-databases.ts';
import { type Child, useChildren } from './children.ts';

const databases = useDatabases('sqlite');
const start = useChildren();

/** How many rows a writer says are in. */
const written = ({ stdout }: Child): number => Number(/wrote (\d+)\n$/.exec(stdout())?.[1] ?? 0);
const attemptsOf = async (store: Store, run: string): Promise<number> =>
  (await readCosts(store, 'run')).find(({ name }) => name === run)?.attempts ?? 0;

test('three processes on one file, one killed in the middle of its writes: no error, no row lost', async () => {
  const url = await databases.newUrl();
  const worker = start('processes/writer.ts', url, 'worker');
  const doomed = start('processes/writer.ts', url, 'doomed');
  const cost = () =>
    start('../../../dist/src/cli/bin.js', 'cost', '--by', 'run', '--json', '--database', url);
  await until(() => written(worker) >= 200 && written(doomed) >= 200);
  const during = cost();
  doomed.kill();
  await doomed.exited;
  const before = written(worker);
  const after = cost();
  await until(() => written(worker) >= before + 200);
  for (const { exited } of [during, after]) {
    const { code, stdout, stderr } = await exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as { lines: object[] }).lines).toHaveLength(2);
  }
  worker.go();

  expect(await worker.exited).toMatchObject({ code: 0, stderr: '' });
  const reader = await databases.open(url);
  expect(await attemptsOf(reader, 'worker')).toBe(written(worker));
  // What it had no time to tell of may be in it too: whole batches of twenty.
  const doomedRows = await attemptsOf(reader, 'doomed');
  expect(doomedRows).toBeGreaterThanOrEqual(written(doomed));
  expect(doomedRows % 20).toBe(0);
  expect(await integrityOf(reader)).toBe('ok');
});

test('one killed while it holds the lock: the others wait for that and go on, and its part is undone', async () => {
  const url = await databases.newUrl();
  const halted = start('processes/halting-writer.ts', url, 'halted');
  await halted.says('halted');
  const reader = await databases.open(url);
  const worker = start('processes/writer.ts', url, 'worker');
  // Readers are not kept waiting by one who writes.
  expect(await attemptsOf(reader, 'halted')).toBe(1);
  expect(written(worker)).toBe(0);
  halted.kill();
  await until(() => written(worker) >= 100);
  worker.go();

  expect(await worker.exited).toMatchObject({ code: 0, stderr: '' });
  expect(await attemptsOf(reader, 'worker')).toBe(written(worker));
  expect(await readLedger(reader, 'halted')).toMatchObject([{ activityId: 'whole', estimatedMicros: 100 }]);
});

async function integrityOf(store: Store): Promise<unknown> {
  const { rows } = await store.run((db) => sql<Record<string, unknown>>`pragma integrity_check`.execute(db));
  return Object.values(rows[0]!)[0];
}
