/**
 * Caps that many processes share, per tenant and per class, for a day or a month of UTC.
 *
 * S1  spent + open ≤ cap in each counter, whoever races: the check and the increment are one statement on one row, and a
 *     reservation that one cap refuses leaves nothing in the counters of the others.
 * S2  A key is reserved once and settled once: saying either again changes nothing.
 * S3  Counters equal their reservations: both are written in one transaction. A settlement above its reservation is
 *     written as it is, for it was spent; it can break S1, and then nothing more is granted.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import { periodStart } from '../core/cost/cap.ts';
import type { Cap, CapReached } from '../core/vocabulary/cap.ts';
import { batchesOf } from './batches-of.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import type { BudgetTable, Tables } from './tables.ts';

export interface Wanted {
  /** Names the call that the money is for, e.g. its activity; the same at each retry. */
  readonly key: string;
  /** All of them must have room. None: nothing is capped, and the reservation is only kept. */
  readonly caps: readonly Cap[];
  readonly micros: number;
  readonly nowMs: number;
}

/**
 * Sets money aside in the counters of all caps, or in none.
 * @returns the cap that has no room, undefined where it was granted
 * @throws StoreError
 */
export function reserveBudget(
  store: Store,
  { key, caps, micros, nowMs }: Wanted,
): Promise<CapReached | undefined> {
  assertMicros(key, micros);
  // One order for all, so that no two transactions wait for each other.
  const counters = caps
    .map((cap) => ({ ...cap, start: periodStart(cap.period, nowMs) }))
    .sort((a, b) => (counterText(a) < counterText(b) ? -1 : 1));
  return store.run(async (db) => {
    try {
      await db.transaction().execute(async (transaction) => {
        const isNew = await openReservation(transaction, {
          key,
          micros,
          reservedAt: new Date(nowMs).toISOString(),
          counters: JSON.stringify(
            counters.map(({ scope, name, period, start }) => ({ scope, name, period, start })),
          ),
        });
        if (!isNew) return;
        for (const counter of counters) {
          if (!(await addOpen(transaction, counter, micros)))
            throw new Refused(counter, await readCounter(transaction, counter));
        }
      });
      return undefined;
    } catch (error) {
      if (error instanceof Refused) return error.reached;
      throw error;
    }
  });
}

/** What a call cost for which money may have been set aside. */
export interface Settlement {
  readonly key: string;
  readonly micros: number;
}

/**
 * Puts what a call cost in the place of what was set aside for it; where nothing was, or it is settled, nothing changes.
 * @throws StoreError
 */
export async function settleBudget(
  store: Store,
  { key, micros, nowMs }: Settlement & { readonly nowMs: number },
): Promise<void> {
  assertMicros(key, micros);
  await store.run((db) =>
    db.transaction().execute(async (transaction) => {
      const settled = await transaction
        .updateTable('signalboxReservation')
        .set({ settledMicros: micros, settledAt: new Date(nowMs).toISOString() })
        .where('key', '=', key)
        .where('settledAt', 'is', null)
        .returning(['micros', 'counters'])
        .executeTakeFirst();
      if (!settled) return;
      for (const counter of JSON.parse(settled.counters) as CounterKey[]) {
        await transaction
          .updateTable('signalboxBudget')
          .set((column) => ({
            openMicros: column('openMicros', '-', settled.micros),
            spentMicros: column('spentMicros', '+', micros),
          }))
          .where(isCounter(counter))
          .execute();
      }
    }),
  );
}

/** Settles those of many calls that are still open. @throws StoreError */
export async function settleOpen(
  store: Store,
  settlements: readonly Settlement[],
  nowMs: number,
): Promise<void> {
  for (const batch of batchesOf(settlements, KEYS_A_STATEMENT)) {
    const open = await store.run((db) =>
      db
        .selectFrom('signalboxReservation')
        .select('key')
        .where(
          'key',
          'in',
          batch.map(({ key }) => key),
        )
        .where('settledAt', 'is', null)
        .execute(),
    );
    const keys = new Set(open.map(({ key }) => key));
    for (const settlement of batch)
      if (keys.has(settlement.key)) await settleBudget(store, { ...settlement, nowMs });
  }
}

const KEYS_A_STATEMENT = 500;

/**
 * Settles what a closed run still has open, at all that was set aside: nobody is left who could say that it was less.
 * @throws StoreError
 */
export async function settleRest(store: Store, runId: string, nowMs: number): Promise<void> {
  const open = await store.run((db) =>
    db
      .selectFrom('signalboxReservation')
      .select(['key', 'micros'])
      .where('key', '>=', `${runId}/`)
      .where('key', '<', `${runId}0`) // the character after `/`
      .where('settledAt', 'is', null)
      .execute(),
  );
  for (const { key, micros } of open) await settleBudget(store, { key, micros, nowMs });
}

/** What is spent and set aside under one cap in one day or month. */
export type Budget = Readonly<BudgetTable>;

export interface OpenReservation {
  readonly key: string;
  readonly micros: number;
  /** ISO 8601, UTC. */
  readonly reservedAt: string;
}

/**
 * Reservations never settled since before a moment, the oldest first: their calls are still under way, or nobody is left
 * who would settle them.
 */
export function readOpenReservations(store: Store, beforeMs: number): Promise<OpenReservation[]> {
  return store.run((db) =>
    db
      .selectFrom('signalboxReservation')
      .select(['key', 'micros', 'reservedAt'])
      .where('settledAt', 'is', null)
      .where('reservedAt', '<', new Date(beforeMs).toISOString())
      .orderBy('reservedAt')
      .orderBy('key')
      .execute(),
  );
}

/** The counters of a moment's day and month, by scope and name. */
export function readBudgets(store: Store, nowMs: number): Promise<Budget[]> {
  return store.run((db) =>
    db
      .selectFrom('signalboxBudget')
      .selectAll()
      .where('start', 'in', [periodStart('day', nowMs), periodStart('month', nowMs)])
      .orderBy('scope')
      .orderBy('name')
      .orderBy('period')
      .execute(),
  );
}

type CounterKey = Pick<BudgetTable, 'scope' | 'name' | 'period' | 'start'>;
type Counter = Cap & CounterKey;

/** Rolls the transaction back. */
class Refused extends Error {
  readonly reached: CapReached;
  constructor({ start, ...cap }: Counter, full: Pick<CapReached, 'spentMicros' | 'openMicros'>) {
    super();
    this.reached = { cap, start, ...full };
  }
}

async function openReservation(
  db: Kysely<Tables>,
  row: { key: string; micros: number; reservedAt: string; counters: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('signalboxReservation')
    .values({ ...row, settledMicros: null, settledAt: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** @returns whether there was room */
async function addOpen(db: Transaction<Tables>, counter: Counter, micros: number): Promise<boolean> {
  const { capMicros } = counter;
  if (micros > capMicros) return false;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('signalboxBudget')
    .values({ ...counter, spentMicros: 0, openMicros: micros })
    .onConflict((conflict) =>
      conflict
        .columns(['scope', 'name', 'period', 'start'])
        .doUpdateSet({ openMicros: sql`signalbox_budget.open_micros + ${micros}`, capMicros })
        .where(
          sql<boolean>`signalbox_budget.spent_micros + signalbox_budget.open_micros + ${micros} <= ${capMicros}`,
        ),
    )
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function readCounter(
  db: Kysely<Tables>,
  counter: CounterKey,
): Promise<Pick<CapReached, 'spentMicros' | 'openMicros'>> {
  const row = await db
    .selectFrom('signalboxBudget')
    .select(['spentMicros', 'openMicros'])
    .where(isCounter(counter))
    .executeTakeFirst();
  return row ?? { spentMicros: 0, openMicros: 0 };
}

const isCounter = ({ scope, name, period, start }: CounterKey) =>
  sql<boolean>`scope = ${scope} and name = ${name} and period = ${period} and start = ${start}`;

const counterText = ({ scope, name, period, start }: CounterKey) =>
  JSON.stringify([scope, name, period, start]);

function assertMicros(key: string, micros: number): void {
  if (Number.isSafeInteger(micros) && micros >= 0) return;
  throw new StoreError(
    `"${key}" asks for ${micros} micro-dollars.`,
    'Money is a whole number of micro-dollars from 0.',
  );
}
