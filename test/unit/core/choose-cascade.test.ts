import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from '../../../src/core/routing/choose.ts';
import { type CascadeTerms, chooseCascade, type Stage } from '../../../src/core/routing/choose-cascade.ts';
import { normalCdf, normalQuantile } from '../../../src/core/routing/normal.ts';
import { failureCorrelation } from '../../../src/core/routing/quality/failure-correlation.ts';
import type { ChooseInput } from '../../../src/core/routing/request.ts';
import { EASE_CHANCES, successByEase } from '../../../src/core/routing/request-ease.ts';
import { inputWith, simulated, taskClasses } from './routing/routing-input.ts';

const PERFECT = { acceptsWrong: 0, rejectsRight: 0, costUsd: 0 };
const terms = (change: Partial<CascadeTerms> = {}): CascadeTerms => ({
  valueUsd: 5,
  failureCorrelation: 0.5,
  check: PERFECT,
  rejected: [],
  ...change,
});
const stage = (place: number, success: number, costUsd: number): Stage => ({ place, success, costUsd });
const CHEAP = 1;
const STRONG = 2;
const cheap = stage(CHEAP, 0.7, 0.02);
const strong = stage(STRONG, 0.9, 1);
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe('a cascade', () => {
  it('goes from cheap to stronger where a check tells right from wrong', () => {
    expect(chooseCascade([strong, cheap], terms())).toEqual([CHEAP, STRONG]);
  });

  it('stops where escalating does not pay', () => {
    expect(chooseCascade([strong, cheap], terms({ valueUsd: 0.5 }))).toEqual([CHEAP]);
    expect(chooseCascade([strong, cheap], terms({ check: { ...PERFECT, costUsd: 3 } }))).toHaveLength(1);
    const blind = { acceptsWrong: 1, rejectsRight: 0, costUsd: 0 };
    expect(chooseCascade([strong, cheap], terms({ check: blind }))).toEqual([STRONG]);
  });

  it('does not escalate to a model that fails where the first one does', () => {
    const twin = stage(3, 0.71, 2);
    expect(chooseCascade([cheap, twin], terms({ failureCorrelation: 0.94 }))).toEqual([CHEAP]);
    expect(chooseCascade([cheap, twin], terms({ failureCorrelation: 0 }))).toEqual([CHEAP, 3]);
  });

  it('begins with a stronger model the more answers were rejected', () => {
    const stages = [stage(CHEAP, 0.5, 0.2), stage(STRONG, 0.95, 0.4)];
    const firstAfter = (rejected: number[]) => chooseCascade(stages, terms({ valueUsd: 2, rejected }))[0];
    expect(firstAfter([])).toBe(CHEAP);
    expect(firstAfter([0.5, 0.5])).toBe(STRONG);
  });

  it('is empty where an answer was rejected and no other is worth its price', () => {
    expect(chooseCascade([strong], terms({ valueUsd: 1.2 }))).toEqual([STRONG]);
    expect(chooseCascade([strong], terms({ valueUsd: 1.2, rejected: [0.9] }))).toEqual([]);
    expect(chooseCascade([strong], terms({ valueUsd: 50, rejected: [0.9] }))).toEqual([STRONG]);
  });

  it('learns nothing of the request from a check that rejects at random', () => {
    const blind = { acceptsWrong: 0.5, rejectsRight: 0.5, costUsd: 0 };
    expect(chooseCascade([strong, cheap], terms({ check: blind, rejected: [0.7, 0.7] }))).toEqual(
      chooseCascade([strong, cheap], terms({ check: blind })),
    );
  });

  it('has one to three different stages, whatever they are', () => {
    const stages = fc
      .array(fc.tuple(chance, fc.double({ min: 0, max: 3, noNaN: true })), { minLength: 1, maxLength: 12 })
      .map((some) => some.map(([success, costUsd], i) => stage(i, success, costUsd)));
    const check = fc.record({ acceptsWrong: chance, rejectsRight: chance, costUsd: chance });
    fc.assert(
      fc.property(stages, check, fc.double({ min: 0, max: 0.95, noNaN: true }), (some, of, rho) => {
        const order = chooseCascade(some, terms({ check: of, failureCorrelation: rho }));
        expect(order.length).toBeGreaterThanOrEqual(1);
        expect(order.length).toBeLessThanOrEqual(3);
        expect(new Set(order).size).toBe(order.length);
        expect(chooseCascade(some.toReversed(), terms({ check: of, failureCorrelation: rho }))).toEqual(
          order,
        );
      }),
    );
  });
});

describe('a Decision', () => {
  const ask = (request: Partial<ChooseInput['request']>) => {
    const taskClass = taskClasses.get('coding')!;
    return choose(
      inputWith({ request: { taskClass, inputTokens: 3_000, allotmentMicros: 1e6, ...request } }),
    );
  };
  const modelOf = (id: string) => simulated.endpoints[simulated.positionOf.get(id)!]!.model.id;

  it('has a cascade where the request has a check, and lists its endpoints first, then the best of the others', () => {
    const { cascade, candidates, ...rest } = ask({ check: PERFECT });
    const { candidates: usual, ...without } = ask({});
    expect(rest).toEqual(without);
    const listed = candidates.map(({ endpoint }) => endpoint);
    expect(listed.slice(0, cascade!.length)).toEqual(cascade);
    const others = usual.map(({ endpoint }) => endpoint).filter((id) => !cascade!.includes(id));
    expect(listed.slice(cascade!.length)).toEqual(others.slice(0, 5 - cascade!.length));
    const models = cascade!.map(modelOf);
    expect(models.length).toBeGreaterThan(1);
    expect(new Set(models).size).toBe(models.length);
    expect(JSON.stringify(ask({ check: PERFECT })).length).toBeLessThan(2_048);
  });

  it('goes on to a stronger model, never to one whose answer was rejected', () => {
    const [first] = ask({ check: PERFECT }).cascade!;
    const next = ask({ check: PERFECT, avoid: [first!], rejected: [first!] });
    expect(next.cascade).not.toContain(first);
    const successOf = (id: string) => next.candidates.find(({ endpoint }) => endpoint === id)?.success ?? 0;
    expect(successOf(next.cascade![0]!)).toBeGreaterThan(0.5 * 0.7);
  });

  it('has an empty cascade once nobody who is left is worth the price', () => {
    const taskClass = { ...taskClasses.get('coding')!, successUsd: 0.02 };
    const rejected = simulated.endpoints.slice(1).map(({ id }) => id);
    expect(ask({ taskClass, check: PERFECT, avoid: rejected, rejected }).cascade).toEqual([]);
    expect(ask({ taskClass, check: PERFECT, avoid: rejected, rejected }).candidates).toHaveLength(1);
    expect(ask({ taskClass, check: PERFECT, avoid: rejected }).cascade).toHaveLength(1);
  });

  it('is not explored, which the check’s verdict would make pointless', () => {
    const request = { taskClass: taskClasses.get('coding')!, check: PERFECT };
    const input = inputWith({ request, exploration: { share: 0.2 } });
    for (let i = 0; i < 20; i++)
      expect(choose({ ...input, request: { ...input.request, seed: `run-${i}` } })).not.toHaveProperty(
        'explores',
      );
  });

  it('has no cascade where nobody is left at all', () => {
    expect(ask({ check: PERFECT, avoid: [...simulated.positionOf.keys()] })).not.toHaveProperty('cascade');
  });
});

describe('the ease of requests', () => {
  it('is spread over chances that sum to one, and keeps each model’s chance', () => {
    expect(EASE_CHANCES.reduce((a, b) => a + b)).toBeCloseTo(1, 8);
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (success) => {
        const right = successByEase(success, 0.7);
        expect(right.reduce((sum, at, i) => sum + at * EASE_CHANCES[i]!, 0)).toBeCloseTo(success, 2);
      }),
    );
  });

  it('inverts the normal distribution', () => {
    for (const p of [0.001, 0.02, 0.03, 0.3, 0.5, 0.8, 0.975, 0.999])
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 6);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
  });

  it('is learnt from how often models fail together', () => {
    const outcomes = (together: number, alone: number) => [
      ...Array.from({ length: together }, () => ({ failed: 2, success: [0.8, 0.8] })),
      ...Array.from({ length: alone }, () => ({ failed: 1, success: [0.8, 0.8] })),
      ...Array.from({ length: 100 - together - alone }, () => ({ failed: 0, success: [0.8, 0.8] })),
    ];
    expect(failureCorrelation(outcomes(4, 32))).toBeLessThan(0.05);
    expect(failureCorrelation(outcomes(18, 4))).toBeGreaterThan(0.8);
    expect(failureCorrelation([{ failed: 1, success: [0.5] }])).toBeUndefined();
  });
});
