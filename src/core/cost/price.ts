import type { Usage } from '../vocabulary/attempt.ts';
import type { Price } from '../vocabulary/model.ts';

/**
 * What an answer cost, in whole micro-dollars, rounded up: a price of 1 USD per million tokens is 1 micro-dollar a
 * token, so tokens × price needs no further factor.
 */
export function costMicros(price: Price, usage: Usage): number {
  const fresh = Math.max(0, usage.inputTokens - usage.cacheReadTokens);
  return Math.ceil(
    fresh * price.input + usage.cacheReadTokens * price.cacheRead + usage.outputTokens * price.output,
  );
}

/** The most a call can cost: all its input unread before, and every output token it may write. */
export function worstCaseMicros(price: Price, inputTokens: number, maxOutputTokens: number): number {
  return Math.ceil(inputTokens * price.input + maxOutputTokens * price.output);
}

/** Which row priced an attempt, as written into its history. */
export const priceRow = (price: Price): string => `${price.source}, ${price.date}`;
