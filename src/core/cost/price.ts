import type { Usage } from '../vocabulary/attempt.ts';
import type { Price, Rates } from '../vocabulary/model.ts';

/**
 * What an answer cost, in whole micro-dollars, rounded up: a price of 1 USD per million tokens is 1 micro-dollar a
 * token, so tokens × price needs no further factor.
 */
export function costMicros(price: Price, usage: Usage): number {
  const rates = ratesAt(price, usage.inputTokens);
  const { inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0, outputTokens, reasoningTokens = 0 } = usage;
  const fresh = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  const written = Math.max(0, outputTokens - reasoningTokens);
  return Math.ceil(
    fresh * rates.input +
      cacheReadTokens * rates.cacheRead +
      cacheWriteTokens * rates.cacheWrite +
      written * rates.output +
      reasoningTokens * rates.reasoning,
  );
}

/** The most a call can cost: all its input new to the cache, and every output token it may write, thought or said. */
export function worstCaseMicros(price: Price, inputTokens: number, maxOutputTokens: number): number {
  const rates = ratesAt(price, inputTokens);
  return Math.ceil(inputTokens * dearestInput(rates) + maxOutputTokens * dearestOutput(rates));
}

/** What holds for a request of so many input tokens: the last tier that it passes, else the base. */
export function ratesAt(price: Price, inputTokens: number): Rates {
  return price.tiers?.findLast(({ above }) => inputTokens > above) ?? price;
}

export const dearestInput = ({ input, cacheRead, cacheWrite }: Rates): number =>
  Math.max(input, cacheRead, cacheWrite);
export const dearestOutput = ({ output, reasoning }: Rates): number => Math.max(output, reasoning);

/** Which row priced an attempt, as written into its history. */
export const priceRow = (price: Price): string => `${price.source}, ${price.date}`;
