import { describe, expect, test } from '@jest/globals';
import { readBudgets, readOpenReservations } from '../../../src/store/budgets.ts';
import { DATABASES, useDatabases } from '../../support/use-databases.ts';
import { useChildren } from './children.ts';
import { CAP, NOW_MS } from './processes/tenant.ts';

const PROCESSES = 50;

describe.each(DATABASES)('on %s', (kind) => {
  const databases = useDatabases(kind);
  const start = useChildren();

  test("fifty processes race for a tenant's $1.00, and never spend more", async () => {
    const url = await databases.newUrl();
    const store = await databases.open(url);
    const spenders = Array.from({ length: PROCESSES }, (_, i) =>
      start('processes/spender.ts', url, `spender-${i}`),
    );
    await Promise.all(spenders.map(({ says }) => says('ready')));

    let looks = 0;
    let mostMicros = 0;
    let ended = 0;
    for (const spender of spenders) {
      spender.go();
      void spender.exited.then(() => {
        ended += 1;
      });
    }
    while (ended < PROCESSES) {
      const [counter] = await readBudgets(store, NOW_MS);
      if (counter) mostMicros = Math.max(mostMicros, counter.spentMicros + counter.openMicros);
      looks += 1;
      await new Promise(setImmediate);
    }

    const exits = await Promise.all(spenders.map(({ exited }) => exited));
    expect(exits.filter(({ code }) => code !== 0)).toEqual([]);
    const granted = exits.map(({ stdout }) => Number(/granted (\d+)/.exec(stdout)?.[1]));
    const calls = granted.reduce((sum, one) => sum + one, 0);
    process.stdout.write(
      `${kind}: ${PROCESSES} processes, ${calls} calls granted; settled plus open at most ` +
        `$${(mostMicros / 1e6).toFixed(6)} of $1.000000 in ${looks} looks\n`,
    );
    expect(mostMicros).toBeLessThanOrEqual(CAP.capMicros);
    expect(mostMicros).toBeGreaterThan(0.9 * CAP.capMicros);

    // The counter is what its reservations come to.
    const [counter] = await readBudgets(store, NOW_MS);
    const open = await readOpenReservations(store, NOW_MS + 1);
    expect(open.reduce((sum, { micros }) => sum + micros, 0)).toBe(counter!.openMicros);
    const settled = await store.run((db) =>
      db
        .selectFrom('signalboxReservation')
        .select(['settledMicros'])
        .where('settledAt', 'is not', null)
        .execute(),
    );
    expect(settled.reduce((sum, row) => sum + row.settledMicros!, 0)).toBe(counter!.spentMicros);
    expect(settled.length + open.length).toBe(calls);
  });
});
