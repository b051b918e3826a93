import type { FailureKind } from '../failure/kind.ts';

/**
 * Tokens, as the AI SDK counts them: `inputTokens` includes what was read from the cache and written to it. What is absent
 * is none.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly outputTokens: number;
  readonly reasoningTokens?: number;
  /** Parts of the input or the output, where the vendor gives them. */
  readonly audioTokens?: number;
  readonly imageTokens?: number;
}

/** One try on one endpoint. */
export interface Attempt {
  /** `none` where no endpoint was left to try. */
  readonly endpoint: string;
  readonly requestedModel: string;
  /** What the provider says answered; absent where nothing did, or just what was requested. */
  readonly servedModel?: string;
  readonly outcome: 'answered' | FailureKind;
  /** Why it failed, in the provider's words, bounded. */
  readonly message?: string;
  /** Absent where the provider never reported it. */
  readonly usage?: Usage;
  /** The provider counted what cannot be: the counts are kept as reported and priced nothing. */
  readonly absurdUsage?: true;
  /**
   * What it cost in micro-dollars; the most it can have cost where tokens may have been billed and usage is absent or
   * absurd.
   */
  readonly costMicros: number;
  /** The most it could have cost, in micro-dollars; absent where nobody was asked. */
  readonly worstCaseMicros?: number;
  /** What the provider says that it billed, in micro-dollars, where it says. */
  readonly reportedMicros?: number;
  /** The price row used: `source, date`. */
  readonly price?: string;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
}

/** One whose worker died before it could report. */
export interface LostAttempt extends Attempt {
  /** Which execution of the activity made it, from 1. */
  readonly activityAttempt: number;
  /** When the call began, in milliseconds since the epoch. */
  readonly startedAtMs: number;
}
