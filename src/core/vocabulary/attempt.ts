import type { FailureKind } from '../failure/kind.ts';

/** Tokens, as the AI SDK counts them: `inputTokens` includes what was read from the cache and written to it. */
export interface Usage {
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** One try on one endpoint. */
export interface Attempt {
  /** `none` where no endpoint was left to try. */
  readonly endpoint: string;
  readonly requestedModel: string;
  /** What the provider says answered; absent where nothing did. */
  readonly servedModel?: string;
  readonly outcome: 'answered' | FailureKind;
  /** Why it failed, in the provider's words, bounded. */
  readonly message?: string;
  /** Absent where the provider never reported it. */
  readonly usage?: Usage;
  /** What it cost in micro-dollars; the most it can have cost where usage is absent and tokens may have been billed. */
  readonly costMicros: number;
  /** The price row used: `source, date`. */
  readonly price?: string;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
}
