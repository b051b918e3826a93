import type { LedgerKey, LedgerRow } from '../core/vocabulary/ledger.ts';
import { batchesOf } from './batches-of.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import type { LedgerTable } from './tables.ts';

/** Of 38 values each: SQLite takes 32,766 in a statement, PostgreSQL 65,535. */
const ROWS_A_STATEMENT = 500;

/**
 * Writes all the rows or none. Rows whose key is there already change nothing, so that a retry or a replay may write them
 * again.
 * @returns how many were new
 * @throws StoreError; a row whose money is not a whole number of micro-dollars is refused with its key
 */
export async function writeLedger(store: Store, rows: readonly LedgerRow[]): Promise<number> {
  for (const row of rows) assertMoney(row);
  const values = rows.map(toColumns);
  return store.run((db) =>
    db.transaction().execute(async (transaction) => {
      let written = 0;
      for (const batch of batchesOf(values, ROWS_A_STATEMENT)) {
        const { numInsertedOrUpdatedRows = 0n } = await transaction
          .insertInto('signalboxLedger')
          .values(batch)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        written += Number(numInsertedOrUpdatedRows);
      }
      return written;
    }),
  );
}

/** Remembers that all rows of a run are there. @throws StoreError */
export async function markRecorded(store: Store, runId: string, nowMs: number): Promise<void> {
  await store.run((db) =>
    db
      .insertInto('signalboxRecorded')
      .values({ runId, recordedAt: new Date(nowMs).toISOString() })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}

/** Of some runs, those whose rows may not all be there. @throws StoreError */
export async function unrecorded(store: Store, runIds: readonly string[]): Promise<string[]> {
  const recorded = await store.run((db) =>
    db.selectFrom('signalboxRecorded').select('runId').where('runId', 'in', runIds).execute(),
  );
  const there = new Set(recorded.map(({ runId }) => runId));
  return runIds.filter((runId) => !there.has(runId));
}

/** A run's attempts in the order they began, those of all its runs in the chain. @throws StoreError */
export async function readLedger(store: Store, workflowId: string): Promise<LedgerRow[]> {
  const found = await store.run((db) =>
    db
      .selectFrom('signalboxLedger')
      .selectAll()
      .where('workflowId', '=', workflowId)
      .orderBy('startedAt')
      .orderBy('activityId')
      .orderBy('activityAttempt')
      .execute(),
  );
  return found.map(toRow);
}

/** `workflow/run/activity/attempt` */
export const ledgerKeyText = (key: LedgerKey): string =>
  [key.workflowId, key.runId, key.activityId, key.activityAttempt].join('/');

function assertMoney(row: LedgerRow): void {
  const { estimatedMicros, reportedMicros, usage } = row;
  const allotmentMicros = usage.kind === 'unknown' ? usage.allotmentMicros : undefined;
  for (const [name, micros] of Object.entries({ estimatedMicros, reportedMicros, allotmentMicros })) {
    if (micros === undefined || (Number.isSafeInteger(micros) && micros >= 0)) continue;
    throw new StoreError(
      `The ledger row ${ledgerKeyText(row)} has ${name} ${micros}.`,
      'Money is a whole number of micro-dollars from 0; nothing was written.',
    );
  }
}

function toColumns({ usage, price, flags, failover, ...row }: LedgerRow): LedgerTable {
  const tokens = usage.kind === 'reported' ? usage.tokens : undefined;
  return {
    ...row,
    lineage: row.lineage ?? null,
    tenant: row.tenant ?? null,
    servedModel: row.servedModel ?? null,
    providerRequestId: row.providerRequestId ?? null,
    failover: failover ? 1 : 0,
    usage: usage.kind,
    allotmentMicros: usage.kind === 'unknown' ? usage.allotmentMicros : null,
    inputTokens: tokens?.input ?? null,
    outputTokens: tokens?.output ?? null,
    cacheReadTokens: tokens?.cacheRead ?? null,
    cacheWriteTokens: tokens?.cacheWrite ?? null,
    reasoningTokens: tokens?.reasoning ?? null,
    audioTokens: tokens?.audio ?? null,
    imageTokens: tokens?.image ?? null,
    flags: flags.join(','),
    priceSource: price?.source ?? null,
    priceDate: price?.date ?? null,
    reportedMicros: row.reportedMicros ?? null,
    firstTokenMs: row.firstTokenMs ?? null,
  };
}

function toRow(columns: LedgerTable): LedgerRow {
  const { usage: kind, allotmentMicros, priceSource, priceDate, flags, failover, ...more } = columns;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, ...others } = more;
  const { reasoningTokens, audioTokens, imageTokens, ...row } = others;
  const tokens = {
    input: inputTokens,
    output: outputTokens,
    cacheRead: cacheReadTokens,
    cacheWrite: cacheWriteTokens,
    reasoning: reasoningTokens,
    audio: audioTokens,
    image: imageTokens,
  };
  return withoutNulls({
    ...row,
    failover: failover === 1,
    flags: flags === '' ? [] : flags.split(','),
    usage: withoutNulls({ kind, allotmentMicros, tokens: kind === 'reported' ? withoutNulls(tokens) : null }),
    price: priceSource === null ? null : { source: priceSource, date: priceDate },
  }) as unknown as LedgerRow;
}

/** What a column holds as null, a row does not have at all. */
const withoutNulls = (columns: object): object =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null));
