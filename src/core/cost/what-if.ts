import type { Endpoint, Price } from '../vocabulary/model.ts';
import { costMicros } from './price.ts';

/** Answered requests taken together, as far as their tokens are known. */
export interface Traffic {
  readonly attempts: number;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** What they cost. */
  readonly costMicros: number;
}

export interface WhatIf {
  readonly endpoint: string;
  readonly price: Price;
  readonly costMicros: number;
  /** Against what the traffic did cost; negative where it would have been cheaper. */
  readonly differenceMicros: number;
}

/**
 * What the same tokens would have cost at each of these endpoints, the cheapest first. Another model's tokens are not
 * quite the same tokens: this compares prices, not answers.
 */
export const whatIf = (traffic: Traffic, endpoints: readonly Endpoint[]): WhatIf[] =>
  endpoints
    .map(({ id, price }) => {
      // How long each request was is not known any more, so that all are priced as short ones.
      const { tiers: _, ...base } = price;
      const cost = costMicros(base, traffic);
      return { endpoint: id, price, costMicros: cost, differenceMicros: cost - traffic.costMicros };
    })
    .sort((a, b) => a.costMicros - b.costMicros || (a.endpoint < b.endpoint ? -1 : 1));
