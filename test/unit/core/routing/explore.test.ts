import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from '../../../../src/core/routing/choose.ts';
import { MOST_EXPLORED } from '../../../../src/core/routing/explore.ts';
import { indexQuality } from '../../../../src/core/routing/quality-index.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import type { Estimate } from '../../../../src/core/vocabulary/quality.ts';
import { inputsFor } from './random-input.ts';
import { inputWith, NOW, simulated, taskClasses } from './routing-input.ts';

const exploring = (input: ChooseInput, share: number) => choose({ ...input, exploration: { share } });

/** What was learnt of each model, for each class. */
function learnt(
  estimateOf: (model: string, i: number) => Pick<Estimate, 'success' | 'successSd'> & Partial<Estimate>,
) {
  const row = new Map(
    simulated.traits.model.values.map((model, i) => [
      model,
      { costUsd: 0.001, basis: 'observed' as const, ...estimateOf(model, i) },
    ]),
  );
  const estimates = new Map([...taskClasses.keys()].map((name) => [name, row] as const));
  return indexQuality({ version: 'q', estimates, listPrices: new Map() }, simulated);
}
/** The best model is well known, the others are not. */
const quality = learnt((_, i) =>
  i === 0 ? { success: 0.9, successSd: 0.01 } : { success: 0.8, successSd: 0.2 },
);
const writing = (seed: string, taskClass = taskClasses.get('writing')!): ChooseInput =>
  inputWith({ quality, request: { seed, taskClass, allotmentMicros: 1e6 } });

it('off, or for a share of none, it changes nothing', () => {
  fc.assert(
    fc.property(inputsFor(simulated, NOW), (input) => {
      expect(exploring(input, 0)).toEqual(choose(input));
      expect(choose(input)).not.toHaveProperty('explores');
    }),
  );
});

it('puts one of the listed candidates first, never one twice as dear, and leaves the rest as it is', () => {
  const chance = fc.double({ min: 0.6, max: 1, noNaN: true });
  const estimates = fc.array(fc.tuple(chance, fc.double({ min: 0, max: 0.3, noNaN: true })), {
    minLength: 10,
    maxLength: 10,
  });
  const costs = fc.array(fc.double({ min: 0.003, max: 0.01, noNaN: true }), {
    minLength: 10,
    maxLength: 10,
  });
  let explored = 0;
  fc.assert(
    fc.property(estimates, costs, fc.uuid(), (some, usd, seed) => {
      const quality = learnt((_, i) => ({ success: some[i]![0], successSd: some[i]![1], costUsd: usd[i]! }));
      const input = { ...writing(seed), quality };
      const { explores, candidates, ...rest } = exploring(input, 1);
      const usual = choose(input);
      expect({ ...rest, candidates: usual.candidates }).toEqual(usual);
      if (!explores) return expect(candidates).toEqual(usual.candidates);
      explored++;
      const [first, ...others] = candidates;
      expect(first!.endpoint).not.toBe(usual.candidates[0]!.endpoint);
      expect(first!.cost).toBeLessThanOrEqual(usual.candidates[0]!.cost * 2);
      expect(others).toEqual(usual.candidates.filter(({ endpoint }) => endpoint !== first!.endpoint));
      expect(others.length).toBe(usual.candidates.length - 1);
    }),
    { numRuns: 300 },
  );
  expect(explored).toBeGreaterThan(10);
});

it('tries nobody who could hardly be better', () => {
  const sure = learnt((_, i) => ({ success: i === 0 ? 0.9 : 0.8, successSd: 0.01 }));
  expect(exploring({ ...writing('run-1'), quality: sure }, 1)).not.toHaveProperty('explores');
});

it.each([0.02, 0.1, MOST_EXPLORED])('explores a share of %d of runs, the same ones each time', (share) => {
  const explored = (seed: string) => exploring(writing(seed), share).explores ?? false;
  const seeds = Array.from({ length: 3_000 }, (_, i) => `run-${i}`);
  expect(exploring(writing('run-0'), 1).explores).toBe(true);
  const which = seeds.map(explored);
  const observed = which.filter(Boolean).length / seeds.length;
  // Four standard deviations of a fair draw.
  expect(Math.abs(observed - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / seeds.length));
  expect(seeds.slice(0, 300).map(explored)).toEqual(which.slice(0, 300));
});

it('explores in one class of a run without exploring in all', () => {
  const draws = Array.from({ length: 100 }, (_, i) =>
    [...taskClasses.values()].filter(
      (taskClass) => exploring(writing(`run-${i}`, taskClass), MOST_EXPLORED).explores,
    ),
  );
  expect(draws.some((of) => of.length === 1)).toBe(true);
});
