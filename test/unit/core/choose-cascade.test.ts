import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { choose } from '../../../src/core/routing/choose.ts';
import { type CascadeTerms, chooseCascade, type Stage } from '../../../src/core/routing/choose-cascade.ts';
import { normalCdf, normalQuantile } from '../../../src/core/routing/normal.ts';
import { failureCorrelation } from '../../../src/core/routing/quality/failure-correlation.ts';
import { EASE_CHANCES, successByEase } from '../../../src/core/routing/request-ease.ts';

const PERFECT = { acceptsWrong: 0, rejectsRight: 0, costUsd: 0 };
const terms = (change: Partial<CascadeTerms> = {}): CascadeTerms => ({
  valueUsd: 5,
  failureCorrelation: 0.5,
  check: PERFECT,
  ...change,
});
const stage = (endpoint: string, success: number, costUsd: number): Stage => ({ endpoint, success, costUsd });
const cheap = stage('cheap', 0.7, 0.02);
const strong = stage('strong', 0.9, 1);
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe('a cascade', () => {
  it('goes from cheap to stronger where a check tells right from wrong', () => {
    expect(chooseCascade([strong, cheap], terms())).toEqual(['cheap', 'strong']);
  });

  it('stops where escalating does not pay', () => {
    expect(chooseCascade([strong, cheap], terms({ valueUsd: 0.5 }))).toEqual(['cheap']);
    expect(chooseCascade([strong, cheap], terms({ check: { ...PERFECT, costUsd: 3 } }))).toHaveLength(1);
    const blind = { acceptsWrong: 1, rejectsRight: 0, costUsd: 0 };
    expect(chooseCascade([strong, cheap], terms({ check: blind }))).toEqual(['strong']);
  });

  it('does not escalate to a model that fails where the first one does', () => {
    const twin = stage('twin', 0.71, 2);
    expect(chooseCascade([cheap, twin], terms({ failureCorrelation: 0.94 }))).toEqual(['cheap']);
    expect(chooseCascade([cheap, twin], terms({ failureCorrelation: 0 }))).toEqual(['cheap', 'twin']);
  });

  it('has one to three different stages, whatever they are', () => {
    const stages = fc
      .array(fc.tuple(chance, fc.double({ min: 0, max: 3, noNaN: true })), { minLength: 1, maxLength: 12 })
      .map((some) => some.map(([success, costUsd], i) => stage(`m${i}`, success, costUsd)));
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
  const { catalog, taskClasses } = resolveConfig({ agents: 'agents.ts' }, 'simulated');
  const decide = (check?: typeof PERFECT) =>
    choose({
      request: {
        taskClass: taskClasses.get('coding')!,
        ...{ inputTokens: 3_000, abilities: [], avoid: [], allotmentMicros: 1e6, seed: 'run-1' },
        ...(check && { check }),
      },
      health: { breakers: new Map(), quarantined: new Set() },
      ...{ catalog, policy: {}, nowMs: 0 },
    });

  it('has a cascade where the request has a check, and the same candidates as without', () => {
    const { cascade, ...rest } = decide(PERFECT);
    expect(rest).toEqual(decide());
    const models = cascade!.map((id) => catalog.endpoints.find((endpoint) => endpoint.id === id)!.model.id);
    expect(models.length).toBeGreaterThan(1);
    expect(new Set(models).size).toBe(models.length);
    expect(JSON.stringify(decide(PERFECT)).length).toBeLessThan(2_048);
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
