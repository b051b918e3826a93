/** Sets what a provider says it billed beside what the ledger estimated. */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { LedgerKey } from '../core/vocabulary/ledger.ts';
import { type Days, within } from './costs.ts';
import { ledgerKeyText } from './ledger.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';
import type { BilledRequest, BilledSum, UsageFile } from './usage-file.ts';

/** One request, or one model and day. */
export interface Reconciled {
  /** The provider's request id, the ledger's own key where it has none, or `model on day`. */
  readonly name: string;
  /** The run's workflow id, where it is one attempt. */
  readonly run?: string;
  /** Absent where the ledger has no such attempt. */
  readonly estimatedMicros?: number;
  /** Absent where the file does not say. */
  readonly reportedMicros?: number;
}

export interface Reconciliation {
  readonly kind: UsageFile['kind'];
  /** What is in both, taken together. */
  readonly compared: {
    readonly lines: number;
    readonly estimatedMicros: number;
    readonly reportedMicros: number;
  };
  /** In both, and not the same: the largest difference first. */
  readonly differing: readonly Reconciled[];
  /** Billed, and not in the ledger. */
  readonly notInLedger: readonly Reconciled[];
  /** In the ledger at a cost, on the days in question, and not in the file. */
  readonly notInFile: readonly Reconciled[];
  /** Attempts whose reported cost was written. */
  readonly written: number;
}

export interface ReconcileOptions {
  readonly provider: string;
  readonly usage: UsageFile;
  /** The file has every request that was billed: what it lacks cost nothing. For files of requests. */
  readonly complete?: boolean | undefined;
  /** The days that the file is about; default: those of the attempts that it names. */
  readonly days?: Days | undefined;
}

/**
 * Writes reported costs into the ledger where the file names requests; sums are only compared, for no attempt can be
 * told its part of one. All in one transaction. The same file again changes nothing.
 * @throws StoreError
 */
export async function reconcile(
  store: Store,
  { provider, usage, complete = false, days }: ReconcileOptions,
): Promise<Reconciliation> {
  await assertKnown(store, provider);
  if (usage.kind === 'sums') return store.run((db) => compareSums(db, provider, usage.lines, days));
  return store.run((db) =>
    db
      .transaction()
      .execute((transaction) => reconcileRequests(transaction, provider, usage.lines, { complete, days })),
  );
}

async function assertKnown(store: Store, provider: string): Promise<void> {
  const found = await store.run((db) =>
    db.selectFrom('signalboxLedger').select('provider').distinct().orderBy('provider').execute(),
  );
  const known = found.map((row) => row.provider);
  if (known.includes(provider)) return;
  throw new StoreError(
    `The ledger ${store.place} has no attempt at the provider "${provider}".`,
    known.length > 0 ? `It has attempts at ${known.join(', ')}.` : 'It is empty.',
  );
}

/** What there is to know of an attempt here. */
interface LedgerLine extends LedgerKey {
  readonly providerRequestId: string | null;
  readonly startedAt: string;
  readonly estimatedMicros: number;
}

type LedgerLines = readonly [LedgerLine, ...LedgerLine[]];

const LINE = [
  ...(['workflowId', 'runId', 'activityId', 'activityAttempt'] as const),
  ...(['providerRequestId', 'startedAt', 'estimatedMicros'] as const),
];

async function reconcileRequests(
  db: Transaction<Tables>,
  provider: string,
  billed: readonly BilledRequest[],
  { complete, days }: Pick<ReconcileOptions, 'complete' | 'days'>,
): Promise<Reconciliation> {
  const inLedger = await readLines(db, provider, billed);
  const both = billed.flatMap(({ requestId, micros }) => {
    const lines = inLedger.get(requestId);
    return lines ? [{ lines, micros }] : [];
  });
  // One request is billed once, however many attempts say that it was theirs.
  for (const { lines, micros } of both)
    for (const [i, line] of lines.entries()) await setReported(db, line, i === 0 ? micros : 0);

  const asked = days ?? daysOf(both.flatMap(({ lines }) => lines));
  const named = new Set(billed.map(({ requestId }) => requestId));
  const rest = asked ? await readDearLines(db, provider, asked) : [];
  const notInFile = rest.filter(({ providerRequestId: id }) => id === null || !named.has(id));
  if (complete) for (const line of notInFile) await setReported(db, line, 0);

  return {
    kind: 'requests',
    ...compare(both.map(({ lines, micros }) => ({ ...reconciledOf(...lines), reportedMicros: micros }))),
    notInLedger: billed
      .filter(({ requestId }) => !inLedger.has(requestId))
      .map(({ requestId, micros }) => ({ name: requestId, reportedMicros: micros })),
    notInFile: notInFile.map((line) => reconciledOf(line)),
    written: both.flatMap(({ lines }) => lines).length + (complete ? notInFile.length : 0),
  };
}

const reconciledOf = (first: LedgerLine, ...more: readonly LedgerLine[]) => ({
  name: first.providerRequestId ?? ledgerKeyText(first),
  run: first.workflowId,
  estimatedMicros: more.reduce((sum, { estimatedMicros }) => sum + estimatedMicros, first.estimatedMicros),
});

const IDS_A_STATEMENT = 1_000;

/** The attempts that a file names, by request id. */
async function readLines(
  db: Kysely<Tables>,
  provider: string,
  billed: readonly BilledRequest[],
): Promise<ReadonlyMap<string, LedgerLines>> {
  const lines = new Map<string, LedgerLines>();
  for (let at = 0; at < billed.length; at += IDS_A_STATEMENT) {
    const ids = billed.slice(at, at + IDS_A_STATEMENT).map(({ requestId }) => requestId);
    const found = await db
      .selectFrom('signalboxLedger')
      .select(LINE)
      .where('provider', '=', provider)
      .where('providerRequestId', 'in', ids)
      .orderBy('startedAt')
      .execute();
    for (const line of found) {
      const id = line.providerRequestId!;
      lines.set(id, [...(lines.get(id) ?? []), line] as LedgerLines);
    }
  }
  return lines;
}

/** What the ledger holds at a cost of these days. */
const readDearLines = (db: Kysely<Tables>, provider: string, days: Days): Promise<LedgerLine[]> =>
  within(db.selectFrom('signalboxLedger'), days)
    .select(LINE)
    .where('provider', '=', provider)
    .where('estimatedMicros', '>', 0)
    .orderBy('startedAt')
    .execute();

async function setReported(db: Kysely<Tables>, line: LedgerLine, micros: number): Promise<void> {
  await db
    .updateTable('signalboxLedger')
    .set({ reportedMicros: micros })
    .where('workflowId', '=', line.workflowId)
    .where('runId', '=', line.runId)
    .where('activityId', '=', line.activityId)
    .where('activityAttempt', '=', line.activityAttempt)
    .execute();
}

async function compareSums(
  db: Kysely<Tables>,
  provider: string,
  billed: readonly BilledSum[],
  days: Days | undefined,
): Promise<Reconciliation> {
  const asked = days ?? spanOf(billed.map(({ day }) => day));
  const found = await within(db.selectFrom('signalboxLedger'), asked)
    .where('provider', '=', provider)
    .select([
      'requestedModel',
      'servedModel',
      sql<string>`substr(started_at, 1, 10)`.as('day'),
      sql<number>`cast(sum(estimated_micros) as bigint)`.as('micros'),
    ])
    .groupBy(['requestedModel', 'servedModel', sql`substr(started_at, 1, 10)`])
    .execute();

  const reported = new Map(billed.map((sum) => [nameOf(sum.model, sum.day), sum.micros]));
  const estimated = new Map<string, number>();
  for (const { requestedModel, servedModel, day, micros } of found) {
    // A bill names the model that answered, or the one that was asked for, as the vendor pleases.
    const names = [servedModel ?? requestedModel, requestedModel].map((model) => nameOf(model, day));
    const name = names.find((one) => reported.has(one)) ?? names[0]!;
    estimated.set(name, (estimated.get(name) ?? 0) + micros);
  }
  const both = [...reported].flatMap(([name, reportedMicros]) => {
    const estimatedMicros = estimated.get(name);
    return estimatedMicros === undefined ? [] : [{ name, estimatedMicros, reportedMicros }];
  });
  return {
    kind: 'sums',
    ...compare(both),
    notInLedger: [...reported]
      .filter(([name]) => !estimated.has(name))
      .map(([name, reportedMicros]) => ({ name, reportedMicros })),
    notInFile: [...estimated]
      .filter(([name, micros]) => micros > 0 && !reported.has(name))
      .map(([name, estimatedMicros]) => ({ name, estimatedMicros })),
    written: 0,
  };
}

const nameOf = (model: string, day: string) => `${model} on ${day}`;

function compare(
  both: readonly Required<Omit<Reconciled, 'run'>>[],
): Pick<Reconciliation, 'compared' | 'differing'> {
  const total = (amounts: readonly number[]) => amounts.reduce((sum, micros) => sum + micros, 0);
  const difference = (line: (typeof both)[number]) => Math.abs(line.reportedMicros - line.estimatedMicros);
  return {
    compared: {
      lines: both.length,
      estimatedMicros: total(both.map(({ estimatedMicros }) => estimatedMicros)),
      reportedMicros: total(both.map(({ reportedMicros }) => reportedMicros)),
    },
    differing: both.filter((line) => difference(line) > 0).sort((a, b) => difference(b) - difference(a)),
  };
}

const daysOf = (lines: readonly LedgerLine[]): Days | undefined =>
  lines.length === 0 ? undefined : spanOf(lines.map(({ startedAt }) => startedAt.slice(0, 10)));

function spanOf(days: readonly string[]): Days {
  const sorted = [...days].sort();
  return { since: sorted[0], until: sorted.at(-1) };
}
