import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CompiledQuery } from 'kysely';
import { capReachedText } from '../../src/core/cost/cap.ts';
import type { Cap } from '../../src/core/vocabulary/cap.ts';
import type { LedgerRow } from '../../src/core/vocabulary/ledger.ts';
import { readBudgets, readOpenReservations, reserveBudget, settleBudget } from '../../src/store/budgets.ts';
import { readCosts, readTraffic, totalOf } from '../../src/store/costs.ts';
import { readLedger, writeLedger } from '../../src/store/ledger.ts';
import { reconcile } from '../../src/store/reconcile.ts';
import { openStore } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { aLedgerRow } from '../support/a-ledger-row.ts';
import { DATABASES, useDatabases } from '../support/use-databases.ts';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
const TENANT_DAY: Cap = { scope: 'tenant', name: 'acme', period: 'day', capMicros: 1_000_000 };

/** What any database under the store must do. */
describe.each(DATABASES)('a store on %s', (kind) => {
  const databases = useDatabases(kind);

  describe('the schema', () => {
    it('is made by whoever opens first, also when many do at once', async () => {
      const url = await databases.newUrl();
      const stores = await Promise.all(Array.from({ length: 8 }, () => databases.open(url)));
      await Promise.all(stores.map((store, i) => writeLedger(store, [aLedgerRow({ activityId: `${i}` })])));
      expect(await readLedger(stores[0]!, 'triage-1')).toHaveLength(8);
    });

    it('that is newer than the code is refused, and left alone', async () => {
      const url = await databases.newUrl();
      const store = await databases.open(url);
      await store.run((db) =>
        db
          .insertInto('signalboxMigration' as never)
          .values({ name: '9999-from-the-future', timestamp: new Date().toISOString() } as never)
          .execute(),
      );
      await expect(openStore({ url })).rejects.toThrow(/newer Signalbox \(9999-from-the-future\)/);
      await expect(openStore({ url })).rejects.toBeInstanceOf(StoreError);
    });

    it('that lost a table is called half migrated', async () => {
      const url = await databases.newUrl();
      const store = await databases.open(url);
      await store.run((db) => db.schema.dropTable('signalboxBudget').execute());
      await expect(openStore({ url })).rejects.toThrow(/half migrated.*no table signalbox_budget/);
      const reserved = reserveBudget(store, { key: 'k', caps: [TENANT_DAY], micros: 1, nowMs: NOW_MS });
      await expect(reserved).rejects.toThrow(/half migrated/);
    });

    it('that lost its record of migrations is refused, and nothing more is made', async () => {
      const url = await databases.newUrl();
      const store = await databases.open(url);
      await store.run((db) => db.schema.dropTable('signalboxMigration').execute());
      await expect(openStore({ url })).rejects.toBeInstanceOf(StoreError);
    });
  });

  describe('the ledger', () => {
    it('gives back what was written', async () => {
      const store = await databases.open();
      const rows: LedgerRow[] = [
        aLedgerRow({ tenant: 'acme', lineage: 'triage-0', reportedMicros: 90, callKind: 'judge' }),
        // All a provider can claim is kept as it claims it.
        aLedgerRow({
          activityId: '2',
          flags: ['absurd_usage'],
          usage: {
            kind: 'reported',
            tokens: { input: -5, output: 1e30, audio: 1.5, image: 2, cacheWrite: 1 },
          },
        }),
        withoutOptional(aLedgerRow({ activityId: '3', outcome: 'worker_lost', failover: false })),
      ];
      expect(await writeLedger(store, rows)).toBe(3);
      expect(await readLedger(store, 'triage-1')).toEqual(rows);
    });

    it('changes nothing when rows are written again, whatever they say', async () => {
      const store = await databases.open();
      const rows = [aLedgerRow(), aLedgerRow({ activityId: '2' })];
      await writeLedger(store, rows);
      const again = [...rows, aLedgerRow({ estimatedMicros: 9 }), aLedgerRow({ activityAttempt: 2 })];
      expect(await writeLedger(store, again)).toBe(1);
      expect(totalOf(await readCosts(store, 'run'))).toMatchObject({ attempts: 3, costMicros: 300 });
    });

    it('takes thousands of rows at once, and none', async () => {
      const store = await databases.open();
      const rows = Array.from({ length: 2_345 }, (_, i) => aLedgerRow({ activityId: `${i}` }));
      expect(await writeLedger(store, rows)).toBe(2_345);
      expect(await writeLedger(store, rows)).toBe(0);
      expect(await writeLedger(store, [])).toBe(0);
    });

    it.each([
      ['a negative estimate', { estimatedMicros: -1 }],
      ['a fraction', { reportedMicros: 0.5 }],
      ['no number', { estimatedMicros: Number.NaN }],
    ])('refuses %s with its key, and writes nothing of the batch', async (_, wrong) => {
      const store = await databases.open();
      const written = writeLedger(store, [aLedgerRow({ activityId: '7' }), aLedgerRow(wrong)]);
      await expect(written).rejects.toThrow('triage-1/run-1/1/1');
      expect(await readLedger(store, 'triage-1')).toEqual([]);
    });
  });

  describe('costs', () => {
    const rows = [
      aLedgerRow({ tenant: 'acme' }),
      aLedgerRow({ activityId: '2', outcome: 'unavailable', usage: { kind: 'none' }, estimatedMicros: 0 }),
      aLedgerRow({
        ...{ activityId: '3', outcome: 'answer_incomplete', failover: false, estimatedMicros: 700 },
        usage: { kind: 'unknown', allotmentMicros: 700 },
      }),
      aLedgerRow({
        ...{ workflowId: 'review-1', agent: 'review', taskClass: 'reasoning', reportedMicros: 40 },
        ...{ provider: 'sim-comet', requestedModel: 'borealis', startedAt: '2026-11-26T00:00:00.000Z' },
      }),
      aLedgerRow({
        ...{
          activityId: '4',
          flags: ['absurd_usage'],
          estimatedMicros: 500,
          startedAt: '2026-11-24T23:59:59.999Z',
        },
        usage: { kind: 'reported', tokens: { input: -1, output: 1e30 } },
      }),
    ];

    it.each([
      [
        'run',
        [
          ['triage-1', 1300],
          ['review-1', 40],
        ],
      ],
      [
        'agent',
        [
          ['triage', 1300],
          ['review', 40],
        ],
      ],
      [
        'class',
        [
          ['extraction', 1300],
          ['reasoning', 40],
        ],
      ],
      [
        'model',
        [
          ['atlas-large', 1300],
          ['borealis', 40],
        ],
      ],
      [
        'provider',
        [
          ['sim-aurora', 1300],
          ['sim-comet', 40],
        ],
      ],
      [
        'tenant',
        [
          [null, 1240],
          ['acme', 100],
        ],
      ],
      [
        'day',
        [
          ['2026-11-24', 500],
          ['2026-11-25', 800],
          ['2026-11-26', 40],
        ],
      ],
    ] as const)('are told by %s', async (by, expected) => {
      const store = await databases.open();
      await writeLedger(store, rows);
      const lines = await readCosts(store, by);
      expect(lines.map(({ name, costMicros }) => [name, costMicros])).toEqual(expected);
    });

    it('come with what gave nothing, what is bound to one provider and what is not known', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      expect(totalOf(await readCosts(store, 'run'))).toEqual({
        ...{
          attempts: 5,
          failed: 2,
          unknown: 1,
          unknownMicros: 700,
          absurd: 1,
          inputTokens: 120,
          outputTokens: 40,
        },
        ...{ estimatedMicros: 1400, reported: 1, reportedMicros: 40, costMicros: 1340 },
        ...{ wastedMicros: 700, boundMicros: 700 },
      });
    });

    it('are those of whole days', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      const attempts = async (days: object) => totalOf(await readCosts(store, 'day', days)).attempts;
      expect(await attempts({ since: '2026-11-25', until: '2026-11-25' })).toBe(3);
      expect(await attempts({ since: '2026-11-26' })).toBe(1);
      expect(await attempts({ until: '2026-11-24' })).toBe(1);
    });

    it('can be had for any other price: only plausible tokens of answers count', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      expect(await readTraffic(store)).toEqual({
        ...{ attempts: 2, inputTokens: 120, cacheReadTokens: 20, cacheWriteTokens: 0 },
        ...{ outputTokens: 40, reasoningTokens: 0, costMicros: 140 },
      });
      expect((await readTraffic(store, { since: '2027-01-01' })).attempts).toBe(0);
    });
  });

  it.each(documentedQueries())('answers query %# of the documentation', async (text) => {
    const store = await databases.open();
    await writeLedger(store, [
      aLedgerRow({ reportedMicros: 120 }),
      aLedgerRow({ activityId: '2', outcome: 'unavailable' }),
    ]);
    const { rows } = await store.run((db) => db.executeQuery(CompiledQuery.raw(text)));
    expect(rows).toHaveLength(1);
  });

  describe('budgets', () => {
    const reserve = (micros: number, more: object = {}) => ({
      ...{ key: `k${micros}`, caps: [TENANT_DAY], micros, nowMs: NOW_MS },
      ...more,
    });

    it('grant what fits and name the cap that has no room', async () => {
      const store = await databases.open();
      expect(await reserveBudget(store, reserve(600_000))).toBeUndefined();
      await settleBudget(store, { key: 'k600000', micros: 550_000, nowMs: NOW_MS });
      expect(await reserveBudget(store, reserve(440_000))).toBeUndefined();
      const reached = await reserveBudget(store, reserve(20_000));
      expect(capReachedText(reached!)).toBe(
        'The cap of tenant acme, day 2026-11-25, $1.00 is reached: $0.55 spent, $0.44 set aside for calls under way.',
      );
      expect(await reserveBudget(store, reserve(10_000))).toBeUndefined();
    });

    it('leave no counter touched when one of several caps has no room', async () => {
      const store = await databases.open();
      const month: Cap = { scope: 'class', name: 'reasoning', period: 'month', capMicros: 50 };
      expect(await reserveBudget(store, reserve(60, { caps: [TENANT_DAY, month] }))).toMatchObject({
        ...{ cap: month, start: '2026-11', spentMicros: 0, openMicros: 0 },
      });
      expect(await readBudgets(store, NOW_MS)).toEqual([]);
      expect(await readOpenReservations(store, NOW_MS + 1)).toEqual([]);
      expect(await reserveBudget(store, reserve(50, { caps: [TENANT_DAY, month] }))).toBeUndefined();
      expect((await readBudgets(store, NOW_MS)).map(({ openMicros }) => openMicros)).toEqual([50, 50]);
    });

    it('do nothing when a reservation or a settlement is said again', async () => {
      const store = await databases.open();
      for (const micros of [300, 400]) await reserveBudget(store, reserve(micros, { key: 'same' }));
      expect(await readBudgets(store, NOW_MS)).toMatchObject([{ openMicros: 300, spentMicros: 0 }]);
      for (const micros of [250, 1]) await settleBudget(store, { key: 'same', micros, nowMs: NOW_MS });
      await reserveBudget(store, reserve(300, { key: 'same' }));
      expect(await readBudgets(store, NOW_MS)).toMatchObject([{ openMicros: 0, spentMicros: 250 }]);
    });

    it('begin anew each day and month of UTC, and settle where they reserved', async () => {
      const store = await databases.open();
      const late = Date.parse('2026-11-30T23:59:59.999Z');
      const next = late + 1;
      await reserveBudget(store, reserve(900_000, { key: 'late', nowMs: late }));
      expect(await reserveBudget(store, reserve(900_000, { key: 'next', nowMs: next }))).toBeUndefined();
      await settleBudget(store, { key: 'late', micros: 800_000, nowMs: next });
      expect(await readBudgets(store, late)).toMatchObject([{ start: '2026-11-30', spentMicros: 800_000 }]);
      expect(await readBudgets(store, next)).toMatchObject([{ start: '2026-12-01', openMicros: 900_000 }]);
    });

    it('show what was never settled', async () => {
      const store = await databases.open();
      await reserveBudget(store, reserve(1));
      await reserveBudget(store, reserve(2, { nowMs: NOW_MS + 1000 }));
      await settleBudget(store, { key: 'k2', micros: 2, nowMs: NOW_MS + 2000 });
      const open = [{ key: 'k1', micros: 1, reservedAt: '2026-11-25T12:00:00.000Z' }];
      expect(await readOpenReservations(store, NOW_MS + 5000)).toEqual(open);
      expect(await readOpenReservations(store, NOW_MS)).toEqual([]);
    });

    it('hold when many race in one process', async () => {
      const store = await databases.open();
      const wanted = Array.from({ length: 60 }, (_, i) => reserve(30_000, { key: `race${i}` }));
      const answers = await Promise.all(wanted.map((one) => reserveBudget(store, one)));
      expect(answers.filter((reached) => reached === undefined)).toHaveLength(33);
      expect(await readBudgets(store, NOW_MS)).toMatchObject([{ openMicros: 990_000 }]);
    });

    it('change nothing for what was never reserved, and refuse money that is none', async () => {
      const store = await databases.open();
      await settleBudget(store, { key: 'x', micros: 1, nowMs: NOW_MS });
      expect(await readBudgets(store, NOW_MS)).toEqual([]);
      expect(() => reserveBudget(store, reserve(-1))).toThrow(StoreError);
    });
  });

  describe('reconciling', () => {
    const provider = 'sim-aurora';
    const rows = [
      aLedgerRow({ activityId: '1', providerRequestId: 'a' }),
      aLedgerRow({ activityId: '2', providerRequestId: 'b' }),
      withoutOptional(aLedgerRow({ activityId: '3', outcome: 'worker_lost' })),
      aLedgerRow({ activityId: '4', providerRequestId: 'a', provider: 'sim-comet' }),
      aLedgerRow({ activityId: '5', providerRequestId: 'z', startedAt: '2026-11-20T00:00:00.000Z' }),
    ];
    const requests = (...lines: [string, number][]) => ({
      kind: 'requests' as const,
      lines: lines.map(([requestId, micros]) => ({ requestId, micros })),
    });

    it('writes what was billed for each request and lists what differs', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      const usage = requests(['a', 100], ['b', 130], ['c', 7]);
      for (let times = 0; times < 2; times += 1) {
        expect(await reconcile(store, { provider, usage })).toEqual({
          kind: 'requests',
          compared: { lines: 2, estimatedMicros: 200, reportedMicros: 230 },
          differing: [{ name: 'b', run: 'triage-1', estimatedMicros: 100, reportedMicros: 130 }],
          notInLedger: [{ name: 'c', reportedMicros: 7 }],
          notInFile: [{ name: 'triage-1/run-1/3/1', run: 'triage-1', estimatedMicros: 100 }],
          written: 2,
        });
      }
      const ledger = await readLedger(store, 'triage-1');
      const reported = Object.fromEntries(ledger.map((row) => [row.activityId, row.reportedMicros]));
      expect(reported).toEqual({ 1: 100, 2: 130, 3: undefined, 4: undefined, 5: undefined });
    });

    it('of a complete file sets what it lacks to nothing, on its days or those given', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      const usage = requests(['a', 100], ['b', 130]);
      expect((await reconcile(store, { provider, usage, complete: true })).written).toBe(3);
      expect(totalOf(await readCosts(store, 'run', { since: '2026-11-25' })).costMicros).toBe(330);
      const days = { since: '2026-11-01', until: '2026-11-30' };
      await reconcile(store, { provider, usage, complete: true, days });
      expect(totalOf(await readCosts(store, 'provider')).costMicros).toBe(330);
    });

    it('bills a request once, however many attempts say that it was theirs', async () => {
      const store = await databases.open();
      await writeLedger(store, [rows[0]!, aLedgerRow({ activityId: '9', providerRequestId: 'a' })]);
      expect(await reconcile(store, { provider, usage: requests(['a', 150]) })).toMatchObject({
        differing: [{ name: 'a', estimatedMicros: 200, reportedMicros: 150 }],
      });
      expect(totalOf(await readCosts(store, 'run')).costMicros).toBe(150);
    });

    it('compares sums by model and day, under either name of the model, and writes nothing', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      const sum = (model: string, day: string, micros: number) => ({ model, day, micros });
      const lines = [
        sum('atlas-large', '2026-11-25', 301),
        sum('atlas-large-0925', '2026-11-20', 100),
        sum('atlas-small', '2026-11-25', 5),
      ];
      expect(await reconcile(store, { provider, usage: { kind: 'sums', lines } })).toEqual({
        kind: 'sums',
        compared: { lines: 2, estimatedMicros: 400, reportedMicros: 401 },
        differing: [{ name: 'atlas-large on 2026-11-25', estimatedMicros: 300, reportedMicros: 301 }],
        notInLedger: [{ name: 'atlas-small on 2026-11-25', reportedMicros: 5 }],
        notInFile: [],
        written: 0,
      });
      expect(totalOf(await readCosts(store, 'run')).reported).toBe(0);
    });

    it('refuses a provider that the ledger does not know', async () => {
      const store = await databases.open();
      await writeLedger(store, rows);
      const refused = reconcile(store, { provider: 'sim-arora', usage: requests(['a', 1]) });
      await expect(refused).rejects.toMatchObject({
        remedy: expect.stringContaining('sim-aurora, sim-comet'),
      });
    });
  });
});

/** Of a call that was lost: nothing is known of it but what it may have cost. */
function withoutOptional(row: LedgerRow): LedgerRow {
  const { servedModel: _, providerRequestId: __, firstTokenMs: ___, price: ____, ...rest } = row;
  return { ...rest, usage: { kind: 'unknown', allotmentMicros: row.estimatedMicros } };
}

function documentedQueries(): string[] {
  const text = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, query]) => query!);
}
