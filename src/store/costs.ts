/** Questions to the ledger. What an attempt cost is what its provider reported, else what was estimated. */
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { dayAfter } from '../core/cost/day.ts';
import type { Traffic } from '../core/cost/what-if.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export const COST_DIMENSIONS = ['run', 'agent', 'class', 'model', 'provider', 'tenant', 'day'] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

const NAMES: Readonly<Record<CostDimension, RawBuilder<string | null>>> = {
  run: sql`workflow_id`,
  agent: sql`agent`,
  class: sql`task_class`,
  model: sql`requested_model`,
  provider: sql`provider`,
  tenant: sql`tenant`,
  day: sql`substr(started_at, 1, 10)`,
};

/** Whole days of UTC, ISO 8601; both included. */
export interface Days {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface CostTotal {
  readonly attempts: number;
  /** Of them, those that gave nothing. */
  readonly failed: number;
  /** Of them, those whose usage never arrived and that no bill has told of since. */
  readonly unknown: number;
  /** Of the cost, what attempts of unknown usage are reckoned at: no more than this, often less. */
  readonly unknownMicros: number;
  /** Of the attempts, those whose counts cannot be; they are left out of the tokens. */
  readonly absurd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimatedMicros: number;
  /** How many attempts the provider reported a cost for, and what it came to. */
  readonly reported: number;
  readonly reportedMicros: number;
  /** What was reported where it was, else what was estimated. */
  readonly costMicros: number;
  /** Of the cost, what attempts that gave nothing took. */
  readonly wastedMicros: number;
  /** Of the cost, what one provider alone could serve. */
  readonly boundMicros: number;
}

export interface CostLine extends CostTotal {
  /** Null where the attempts have none, as those of no tenant. */
  readonly name: string | null;
}

const AMOUNTS = [
  ...(['attempts', 'failed', 'unknown', 'unknownMicros', 'absurd'] as const),
  ...(['inputTokens', 'outputTokens', 'estimatedMicros'] as const),
  ...(['reported', 'reportedMicros', 'costMicros', 'wastedMicros', 'boundMicros'] as const),
] satisfies readonly (keyof CostTotal)[];

const COST = sql<number>`coalesce(reported_micros, estimated_micros)`;
const ONE = sql<number>`1`;
const IS_ABSURD = sql<boolean>`flags like '%absurd_usage%'`;
const IS_PLAUSIBLE = sql<boolean>`not ${IS_ABSURD}`;
/** What a bill has told since is known. */
const IS_UNKNOWN = sql<boolean>`(usage = 'unknown' and reported_micros is null)`;
const GAVE_NOTHING = sql<boolean>`outcome <> 'answered'`;

/** Cast because a sum of PostgreSQL's has another type than what it sums. */
const total = (what: RawBuilder<number>) => sql<number>`cast(coalesce(sum(${what}), 0) as bigint)`;
const totalWhere = (condition: RawBuilder<boolean>, what: RawBuilder<number>) =>
  total(sql`case when ${condition} then ${what} else 0 end`);

/** Costs by one dimension: days in their order, anything else from the dearest down. @throws StoreError */
export function readCosts(store: Store, by: CostDimension, days: Days = {}): Promise<CostLine[]> {
  const name = NAMES[by];
  return store.run((db) =>
    within(db.selectFrom('signalboxLedger'), days)
      .select([
        name.as('name'),
        total(ONE).as('attempts'),
        totalWhere(GAVE_NOTHING, ONE).as('failed'),
        totalWhere(IS_UNKNOWN, ONE).as('unknown'),
        totalWhere(IS_UNKNOWN, COST).as('unknownMicros'),
        totalWhere(IS_ABSURD, ONE).as('absurd'),
        totalWhere(IS_PLAUSIBLE, sql`input_tokens`).as('inputTokens'),
        totalWhere(IS_PLAUSIBLE, sql`output_tokens`).as('outputTokens'),
        total(sql`estimated_micros`).as('estimatedMicros'),
        totalWhere(sql`reported_micros is not null`, ONE).as('reported'),
        total(sql`reported_micros`).as('reportedMicros'),
        total(COST).as('costMicros'),
        totalWhere(GAVE_NOTHING, COST).as('wastedMicros'),
        totalWhere(sql`failover = 0`, COST).as('boundMicros'),
      ])
      .groupBy(name)
      .$if(by !== 'day', (query) => query.orderBy('costMicros', 'desc'))
      .orderBy(name)
      .execute(),
  );
}

/** What all lines come to. */
export function totalOf(lines: readonly CostLine[]): CostTotal {
  const sum = (amount: keyof CostTotal) => lines.reduce((all, line) => all + line[amount], 0);
  return Object.fromEntries(AMOUNTS.map((amount) => [amount, sum(amount)])) as unknown as CostTotal;
}

/** The answered requests whose tokens are known and plausible, to be priced anew. @throws StoreError */
export function readTraffic(store: Store, days: Days = {}): Promise<Traffic> {
  return store.run((db) =>
    within(db.selectFrom('signalboxLedger'), days)
      .where('outcome', '=', 'answered')
      .where('usage', '=', 'reported')
      .where(IS_PLAUSIBLE)
      .select([
        total(ONE).as('attempts'),
        total(sql`input_tokens`).as('inputTokens'),
        total(sql`cache_read_tokens`).as('cacheReadTokens'),
        total(sql`cache_write_tokens`).as('cacheWriteTokens'),
        total(sql`output_tokens`).as('outputTokens'),
        total(sql`reasoning_tokens`).as('reasoningTokens'),
        total(COST).as('costMicros'),
      ])
      .executeTakeFirstOrThrow(),
  );
}

type LedgerQuery = SelectQueryBuilder<Tables, 'signalboxLedger', Record<never, never>>;

/** Only what began on these days. */
export function within(query: LedgerQuery, { since, until }: Days): LedgerQuery {
  return query
    .$if(since !== undefined, (rest) => rest.where('startedAt', '>=', since!))
    .$if(until !== undefined, (rest) => rest.where('startedAt', '<', dayAfter(until!)));
}
