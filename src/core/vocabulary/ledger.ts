import type { Attempt } from './attempt.ts';

/** What a call was for: the step's own work, or something done on its behalf. */
export type CallKind = 'work' | 'judge' | 'compaction' | 'repair';

/** `absurd_usage`: the provider counted what cannot be; the counts are kept as reported and priced nothing. */
export type LedgerFlag = 'absurd_usage';

/**
 * Tokens as the provider counted them. `input` includes what was read from and written to the cache, `output` includes
 * reasoning; audio and image are parts of either. Absent: not given.
 */
export interface TokenCounts {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly audio?: number;
  readonly image?: number;
}

/** What is known of the tokens of an attempt, and so how its cost was estimated. */
export type LedgerUsage =
  | { readonly kind: 'reported'; readonly tokens: TokenCounts }
  /** Tokens may have been billed, and nobody said how many: the estimate is this allotment, the most it can be. */
  | { readonly kind: 'unknown'; readonly allotmentMicros: number }
  /** Nothing was billed: the request was refused, or never got there. */
  | { readonly kind: 'none' };

/** Which attempt a row is of. Writing the same key again changes nothing. */
export interface LedgerKey {
  readonly workflowId: string;
  /** The run whose history holds the attempt. */
  readonly runId: string;
  /** The activity that made it. */
  readonly activityId: string;
  /** The activity's own attempt, from 1: above 1 after a worker was lost. */
  readonly activityAttempt: number;
}

/** What one attempt cost, whatever came of it. Money in whole micro-dollars. */
export interface LedgerRow extends LedgerKey {
  /** The first run of the chain that continue-as-new and resets make: the same for all its runs. */
  readonly firstRunId: string;
  /** The workflow id that the forks go back to; absent where this is no fork. */
  readonly lineage?: string;
  readonly agent: string;
  readonly step: string;
  /** From 1. */
  readonly turn: number;
  readonly tenant?: string;
  readonly taskClass: string;
  readonly callKind: CallKind;

  /** `none` where no endpoint was left to try, as the provider then is. */
  readonly endpoint: string;
  readonly provider: string;
  readonly requestedModel: string;
  /** What the provider says answered; absent where nothing did. */
  readonly servedModel?: string;
  /** The provider's own name for the request, by which its bill is compared. */
  readonly providerRequestId?: string;
  /** Whether an endpoint of another provider was a candidate too. */
  readonly failover: boolean;

  readonly outcome: Attempt['outcome'];
  readonly usage: LedgerUsage;
  readonly flags: readonly LedgerFlag[];
  /** Where the price came from and the day it was read, ISO 8601; absent where nothing was priced. */
  readonly price?: { readonly source: string; readonly date: string };
  /** From the tokens and the price; the allotment where usage is unknown. */
  readonly estimatedMicros: number;
  /** What the provider says that it billed. */
  readonly reportedMicros?: number;

  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
}
