import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from '../../../../src/core/routing/choose.ts';
import type { ChooseInput, ChooseRequest } from '../../../../src/core/routing/request.ts';
import type { Policy } from '../../../../src/core/vocabulary/policy.ts';
import { inputsFor, narrowingsFor, policiesFor } from './random-input.ts';
import { admittedByFirstOnly, catalogOf, inputWith, simulated, taskClasses } from './routing-input.ts';
import { quarter, TODAY_MS } from './shipped-catalog.ts';

it.each(Object.entries(narrowingsFor(quarter)))('a narrower %s admits nobody new', (field, values) => {
  const inputs = fc.tuple(inputsFor(quarter, TODAY_MS), policiesFor(quarter));
  fc.assert(
    fc.property(inputs, values as fc.Arbitrary<unknown[]>, fc.nat(2), ([input, policy], some, from) => {
      const of = (at: number): ChooseInput => ({ ...input, policy: { ...policy, [field]: some[at] } });
      const without: ChooseInput = { ...input, policy: { ...policy, [field]: undefined } as Policy };
      expect(admittedByFirstOnly(of(from + 1), of(from))).toEqual([]);
      expect(admittedByFirstOnly(of(from), without)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

it('a request that asks for more, may cost less or has been to more endpoints admits nobody new', () => {
  const change: fc.Arbitrary<(request: ChooseRequest) => Partial<ChooseRequest>> = fc.oneof(
    fc.constantFrom('tools', 'reasoning', 'caching').map((ability) => ({ abilities }: ChooseRequest) => ({
      abilities: [...abilities, ability] as ChooseRequest['abilities'],
    })),
    fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({ allotmentMicros }: ChooseRequest) => ({
      allotmentMicros: allotmentMicros * (share || 0.5),
    })),
    fc.constantFrom(...quarter.endpoints).map(({ id }) => ({ avoid }: ChooseRequest) => ({
      avoid: [...avoid, id],
    })),
  );
  fc.assert(
    fc.property(inputsFor(quarter, TODAY_MS), change, (input, narrow) => {
      const narrower = { ...input, request: { ...input.request, ...narrow(input.request) } };
      expect(admittedByFirstOnly(narrower, input)).toEqual([]);
    }),
  );
});

const idsOf = (input: ChooseInput) => choose(input).candidates.map(({ endpoint }) => endpoint);

it('the same input gives the same Decision', () => {
  fc.assert(
    fc.property(inputsFor(simulated, 0), fc.double({ min: 0, max: 0.2, noNaN: true }), (input, share) => {
      const exploring = { ...input, exploration: { share } };
      const decision = choose(exploring);
      expect(choose(structuredClone(exploring))).toEqual(decision);
      expect(structuredClone(decision)).toEqual(JSON.parse(JSON.stringify(decision)));
    }),
  );
});

it('choosing changes nothing of what it is given', () => {
  fc.assert(
    fc.property(inputsFor(simulated, 0), (input) => {
      const before = structuredClone(input);
      choose({ ...input, exploration: { share: 0.2 } });
      expect(structuredClone(input)).toEqual(before);
    }),
    { numRuns: 30 },
  );
});

it('a rejected endpoint is never among the candidates or in the cascade, whatever the weights', () => {
  const weights = fc.record({
    successUsd: fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
    secondUsd: fc.double({ min: 0, max: 10, noNaN: true }),
    expectedOutputTokens: fc.integer({ min: 1, max: 100_000 }),
  });
  const check = { acceptsWrong: 0.1, rejectsRight: 0.1, costUsd: 0 };
  fc.assert(
    fc.property(inputsFor(quarter, TODAY_MS), weights, (input, change) => {
      const taskClass = { ...input.request.taskClass, ...change };
      const asked = { ...input, request: { ...input.request, taskClass, check } };
      const { candidates, cascade = [], rejections, rejected, moreCandidates } = choose(asked);
      const named = new Set(rejections.map(({ endpoint }) => endpoint));
      const chosen = [...candidates.map(({ endpoint }) => endpoint), ...cascade];
      expect(chosen.filter((id) => named.has(id) || input.request.avoid.includes(id))).toEqual([]);
      // Everybody is either a candidate or counted under a rule.
      const ruledOut = Object.values(rejected).reduce((sum, count) => sum + count, 0);
      expect(candidates.length + moreCandidates + ruledOut).toBe(quarter.endpoints.length);
    }),
  );
});

it('adding an endpoint never changes the order of the others', () => {
  const subset = fc.subarray(
    [...quarter.endpoints.keys()].filter((i) => !quarter.endpoints[i]!.withheld),
    {
      minLength: 2,
      maxLength: 5,
    },
  );
  const requests = fc.tuple(
    fc.constantFrom(...taskClasses.values()),
    fc.integer({ min: 1, max: 100_000 }),
    fc.uuid(),
  );
  fc.assert(
    fc.property(subset, fc.nat(), requests, (some, pick, [taskClass, inputTokens, seed]) => {
      const request = { taskClass, inputTokens, seed, allotmentMicros: Number.POSITIVE_INFINITY };
      const orderOf = (at: readonly number[]) =>
        idsOf(inputWith({ request, nowMs: 0, catalog: catalogOf(at.map((i) => quarter.endpoints[i]!)) }));
      const added = pick % some.length;
      const without = orderOf(some.toSpliced(added, 1));
      const { id } = quarter.endpoints[some[added]!]!;
      expect(orderOf(some).filter((endpoint) => endpoint !== id)).toEqual(without);
      expect(orderOf(some.toReversed())).toEqual(orderOf(some));
    }),
  );
});
