import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Breaker } from '../../../src/core/health/breaker.ts';
import { UNHEARD_OF } from '../../../src/core/health/endpoint-health.ts';
import { measure } from '../../../src/core/health/window.ts';
import { changeHealth, readHealth, readQuarantines, resetHealth } from '../../../src/store/health.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import {
  ADDRESS,
  answer,
  aWorkerHealth,
  breakerOf,
  ENDPOINT,
  fail,
  KEY,
  KEY_2,
} from '../../support/a-worker-health.ts';
import { type Postgres, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { DATABASES, useDatabases } from '../../support/use-databases.ts';
import { useChildren } from './children.ts';

const PROCESSES = 12;

const put = (store: Store, breaker: Breaker) =>
  changeHealth(store, [
    { endpoint: ENDPOINT.id, change: () => ({ ...UNHEARD_OF, address: ADDRESS, breaker }) },
  ]);

describe.each(DATABASES)('health shared on %s', (kind) => {
  const databases = useDatabases(kind);
  const start = useChildren();

  it.each([
    ['an endpoint that has rested', { state: 'open', sinceMs: 1, untilMs: 2, cooldownMs: 1 }],
    ['one whose probe was never heard of again', { state: 'half-open', probeSinceMs: 1, cooldownMs: 1 }],
  ] as const)('of twelve processes one is the probe of %s', async (_, breaker) => {
    const url = await databases.newUrl();
    const store = await databases.open(url);
    await put(store, breaker);
    const probers = Array.from({ length: PROCESSES }, () => start('processes/prober.ts', url));
    await Promise.all(probers.map(({ says }) => says('ready')));
    for (const prober of probers) prober.go();
    const exits = await Promise.all(probers.map(({ exited }) => exited));
    expect(exits.filter(({ code }) => code !== 0)).toEqual([]);
    const claims = exits.map(({ stdout }) => /claim (\w+)/.exec(stdout)?.[1]);
    expect(claims.filter((claim) => claim === 'probe')).toHaveLength(1);
    expect(claims.filter((claim) => claim === 'taken')).toHaveLength(PROCESSES - 1);
  });

  it('what one worker sees die, the other does not ask', async () => {
    const store = await databases.open();
    const [one, other] = [aWorkerHealth(store), aWorkerHealth(store)];
    fail(one);
    await until(async () => {
      await other.share();
      return breakerOf(other) === 'open';
    });
    expect(await other.claim(ENDPOINT)).toBe('taken');
  });

  it('a probe that was answered closes the breaker of all', async () => {
    const store = await databases.open();
    const [one, other] = [aWorkerHealth(store), aWorkerHealth(store)];
    await put(store, { state: 'open', sinceMs: 1, untilMs: 2, cooldownMs: 1 });
    await Promise.all([one.share(), other.share()]);
    expect(await one.claim(ENDPOINT)).toBe('probe');
    expect(await other.claim(ENDPOINT)).toBe('taken');
    expect(breakerOf(other)).toBe('half-open');
    answer(one);
    await one.share();
    await other.share();
    expect(await other.claim(ENDPOINT)).toBe('free');
  });

  it('windows add up, whoever writes first', async () => {
    const store = await databases.open();
    const workers = Array.from({ length: 4 }, () => aWorkerHealth(store));
    await Promise.all(
      workers.map(async (worker) => {
        for (let i = 0; i < 25; i++) {
          answer(worker);
          if (i % 5 === 0) await worker.share();
        }
        await worker.share();
        await worker.share();
      }),
    );
    const [stored] = await readHealth(store);
    expect(measure(stored!.health.window, Date.now()).answered).toBe(100);
    await workers[0]!.share();
    expect(workers[0]!.snapshot().speeds.get(ENDPOINT.id)?.firstTokenMs.p50).toBeGreaterThan(90);
  });

  it('a quarantine is heard of by all, said once by each who meets it, and ended by a reset', async () => {
    const store = await databases.open();
    const said: string[] = [];
    const one = aWorkerHealth(store, (message) => said.push(message));
    const other = aWorkerHealth(store);
    for (const key of [KEY, KEY_2, KEY]) one.quarantine('own', key.fingerprint, 'credential_rejected', 'no');
    expect(said).toHaveLength(2);
    expect(said.join()).not.toContain(KEY.secret);
    await one.share();
    await one.share();
    await other.share();
    expect(other.snapshot().quarantined.get('own')).toBe('OWN_KEY or OWN_KEY_2');
    expect(JSON.stringify(await readQuarantines(store, Date.now()))).not.toContain(KEY.secret);

    fail(other);
    await other.share();
    await other.share();
    const reset = await resetHealth(store, 'own', Date.now());
    expect(reset).toMatchObject({ endpoints: [ENDPOINT.id], keys: [{}, {}] });
    await one.share();
    expect(one.snapshot().quarantined.size).toBe(0);
    expect(breakerOf(one)).toBe('closed');
  });

  it('an endpoint of the same name at another address is another', async () => {
    const store = await databases.open();
    const [here, elsewhere] = [aWorkerHealth(store), aWorkerHealth(store, () => {}, 'http://elsewhere/v1')];
    fail(here);
    await here.share();
    await here.share();
    await elsewhere.share();
    expect(breakerOf(here)).toBe('open');
    expect(await elsewhere.claim(ENDPOINT)).toBe('free');
  });

  it('a row that nobody can read is begun anew', async () => {
    const store = await databases.open();
    await put(store, UNHEARD_OF.breaker);
    await store.run((db) => db.updateTable('signalboxHealth').set({ state: '{"breaker":' }).execute());
    const worker = aWorkerHealth(store);
    answer(worker);
    await worker.share();
    expect((await readHealth(store))[0]!.health.window.slices).toHaveLength(1);
  });
});

describe('while the database is away', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('a worker goes by what it sees itself, and tells the others later', async () => {
    const store = await openStore({ url: await postgres.newDatabase() });
    const said: string[] = [];
    const worker = aWorkerHealth(store, (message) => said.push(message));
    await worker.share();
    await postgres.restart(async () => {
      const askedAtMs = performance.now();
      fail(worker);
      expect(await worker.claim(ENDPOINT)).toBe('taken');
      expect(performance.now() - askedAtMs).toBeLessThan(400);
      await worker.share();
      await worker.share();
      expect(said.join()).toMatch(
        /Health is not shared with other workers: The database .* cannot be reached/,
      );
      expect(said).toHaveLength(1);
    });
    const other = aWorkerHealth(store);
    await until(async () => {
      await worker.share();
      await other.share();
      return breakerOf(other) === 'open';
    });
    await store.close();
  });
});
