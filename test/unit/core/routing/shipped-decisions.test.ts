/** What the router promises of the catalog that comes with the package. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from '../../../../src/core/routing/choose.ts';
import { sift } from '../../../../src/core/routing/sift.ts';
import { inputsFor, policiesFor } from './random-input.ts';
import { inputWith, taskClasses } from './routing-input.ts';
import { shipped, TODAY_MS } from './shipped-catalog.ts';

const CHECK = { acceptsWrong: 0.1, rejectsRight: 0.05, costUsd: 0.001 };

it('a Decision with all that it may hold stays under 2 KB, whatever the policy', () => {
  const requests = fc.record({
    taskClass: fc.constantFrom(...taskClasses.values()),
    inputTokens: fc.integer({ min: 1, max: 300_000 }),
    seed: fc.uuid(),
    allotmentMicros: fc.constantFrom(50_000, 500_000, Number.POSITIVE_INFINITY),
    check: fc.constantFrom(undefined, CHECK),
  });
  let full = 0;
  fc.assert(
    fc.property(
      policiesFor(shipped),
      fc.subarray(['noTraining', 'maxPrice', 'providers']),
      requests,
      (drawn, fields, request) => {
        // Few fields at a time: many leave nobody, and a Decision without candidates is small.
        const of = Object.fromEntries(Object.entries(drawn).filter(([field]) => fields.includes(field)));
        const { check, ...asked } = request;
        const decision = choose({
          ...inputWith({ request: { ...asked, ...(check && { check }) }, catalog: shipped, nowMs: TODAY_MS }),
          policy: { ...of, version: '0123abcd' },
          exploration: { share: 0.2 },
        });
        const { candidates, rejections } = decision;
        if (candidates.length === 5 && rejections.length === 10) full++;
        expect(Buffer.byteLength(JSON.stringify(decision))).toBeLessThan(2_048);
      },
    ),
    { numRuns: 400 },
  );
  expect(full).toBeGreaterThan(100);
});

it('a Decision stays under 2 KB with something learnt and endpoints that rest', () => {
  fc.assert(
    fc.property(inputsFor(shipped, TODAY_MS), (input) => {
      const decision = choose({ ...input, request: { ...input.request, check: CHECK } });
      expect(Buffer.byteLength(JSON.stringify(decision))).toBeLessThan(2_048);
    }),
    { numRuns: 150 },
  );
});

describe('reasoning', () => {
  const request = { taskClass: taskClasses.get('reasoning')!, allotmentMicros: Number.POSITIVE_INFINITY };
  const outputPriceOf = (i: number) => shipped.endpoints[i]!.price.output;
  const inputOf = (inputTokens: number, seed: string) =>
    inputWith({ catalog: shipped, nowMs: TODAY_MS, request: { ...request, inputTokens, seed } });
  const pricesFor = (inputTokens: number, seed: string) =>
    choose(inputOf(inputTokens, seed)).candidates.map(({ endpoint }) =>
      outputPriceOf(shipped.positionOf.get(endpoint)!),
    );
  const offered = Array.from(sift(inputOf(1, '')).kept, outputPriceOf).sort((a, b) => a - b);
  /** What the dearest of the cheapest tenth asks for a million output tokens. */
  const cheap = offered[Math.floor(offered.length / 10)]!;
  const lengths = [1, 100, 2_000, 12_000, 60_000, 127_000, 199_999, 250_000, 500_000];
  const seeds = ['run-1', 'run-2', 'b6b4a1f0', 'x', ''];

  it('has thousands to choose among', () => {
    expect(offered.length).toBeGreaterThan(2_500);
  });

  it.each([...lengths, 700_000, 1_000_000, 1_800_000])(
    'of %d tokens never goes to the cheapest tenth',
    (tokens) => {
      for (const seed of seeds) expect(pricesFor(tokens, seed)[0]).toBeGreaterThan(cheap);
    },
  );

  // Beyond them input costs more than a success is worth on most models, and free ones are a fair second choice.
  it.each(lengths)('of %d tokens does not fail over to it, either', (tokens) => {
    for (const seed of seeds) expect(Math.min(...pricesFor(tokens, seed))).toBeGreaterThan(cheap);
  });
});
