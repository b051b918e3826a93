import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costMicros, ratesAt, worstCaseMicros } from '../../../src/core/cost/price.ts';
import type { Usage } from '../../../src/core/vocabulary/attempt.ts';
import type { Price, Rates } from '../../../src/core/vocabulary/model.ts';

const rates = { input: 2.5, output: 12, cacheRead: 0.25, cacheWrite: 3.125, reasoning: 12 };
const price: Price = { ...rates, source: 'a price page', date: '2026-11-01' };
const usage = (change: Partial<Usage>): Usage => ({
  ...{ inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 },
  ...change,
});

describe('what an answer cost', () => {
  it('prices input that was read from the cache or written to it apart from fresh input', () => {
    const used = usage({ inputTokens: 1_000, cacheReadTokens: 600, cacheWriteTokens: 100, outputTokens: 10 });
    expect(costMicros(price, used)).toBe(Math.ceil(300 * 2.5 + 600 * 0.25 + 100 * 3.125 + 120));
  });

  it('is rounded up to the micro-dollar', () => {
    expect(costMicros({ ...price, input: 0.0001 }, usage({ inputTokens: 1_000 }))).toBe(1);
    expect(costMicros(price, usage({}))).toBe(0);
  });

  it('prices thinking at its own rate, and as a part of the output', () => {
    const used = usage({ outputTokens: 100, reasoningTokens: 60 });
    expect(costMicros({ ...price, reasoning: 3 }, used)).toBe(40 * 12 + 60 * 3);
    expect(costMicros(price, used)).toBe(100 * 12);
  });

  it('is that of one tier for the whole request, by the length of its input', () => {
    const dear = { input: 5, output: 18, cacheRead: 0.5, cacheWrite: 6, reasoning: 18 };
    const dearer = { ...dear, input: 9 };
    const tiered = {
      ...price,
      tiers: [
        { above: 200_000, ...dear },
        { above: 400_000, ...dearer },
      ],
    };
    expect(costMicros(tiered, usage({ inputTokens: 200_000, outputTokens: 10 }))).toBe(500_120);
    expect(costMicros(tiered, usage({ inputTokens: 200_001, outputTokens: 10 }))).toBe(1_000_005 + 180);
    expect(costMicros(tiered, usage({ inputTokens: 400_001 }))).toBe(400_001 * 9);
    expect(worstCaseMicros(tiered, 200_001, 10)).toBe(200_001 * 6 + 180);
    expect(ratesAt(tiered, 1e9)).toMatchObject(dearer);
  });
});

const usd = fc.double({ min: 0, max: 100, noNaN: true });
/** As vendors price: reading from the cache costs no more than fresh input, and longer requests no less. */
const ratesUpFrom = (least: Rates): fc.Arbitrary<Rates> =>
  fc.record({ input: usd, output: usd, cacheRead: usd, cacheWrite: usd, reasoning: usd }).map((more) => {
    const input = least.input + more.input;
    return {
      input,
      output: least.output + more.output,
      cacheRead: Math.min(input, more.cacheRead),
      cacheWrite: least.cacheWrite + more.cacheWrite,
      reasoning: least.reasoning + more.reasoning,
    };
  });
const FREE: Rates = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const lengths = fc.uniqueArray(fc.integer({ min: 1, max: 900_000 }), { maxLength: 3 });
const prices: fc.Arbitrary<Price> = ratesUpFrom(FREE).chain((base) =>
  fc.tuple(lengths, ratesUpFrom(base)).map(
    ([above, tier]): Price => ({
      ...base,
      ...{ source: '', date: '' },
      tiers: above.sort((a, b) => a - b).map((above) => ({ above, ...tier })),
    }),
  ),
);

it('no answer within the limits costs more than the worst case that was set aside for it', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const limits = fc.record({ inputTokens: fc.nat(1e6), maxOutputTokens: fc.nat(1e5) });
  fc.assert(
    fc.property(prices, limits, fc.tuple(share, share, share, share, share), (of, most, shares) => {
      const [sent, read, write, written, thought] = shares;
      const inputTokens = Math.floor(most.inputTokens * sent);
      const cacheReadTokens = Math.floor(inputTokens * read);
      const outputTokens = Math.floor(most.maxOutputTokens * written);
      const used: Usage = {
        inputTokens,
        cacheReadTokens,
        cacheWriteTokens: Math.floor((inputTokens - cacheReadTokens) * write),
        outputTokens,
        reasoningTokens: Math.floor(outputTokens * thought),
      };
      const worst = worstCaseMicros(of, most.inputTokens, most.maxOutputTokens);
      expect(costMicros(of, used)).toBeLessThanOrEqual(worst);
    }),
    { numRuns: 1_000 },
  );
});
