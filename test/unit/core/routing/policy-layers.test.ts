import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  layerPolicies,
  PolicyContradiction,
  PolicyInvalid,
  PolicyRelaxed,
  policyLayers,
} from '../../../../src/core/routing/policy-layers.ts';
import { sift } from '../../../../src/core/routing/sift.ts';
import { SignalboxError } from '../../../../src/core/vocabulary/errors.ts';
import type { Policy } from '../../../../src/core/vocabulary/policy.ts';
import { chainsFor } from './random-input.ts';
import { inputWith, taskClasses } from './routing-input.ts';
import { quarter, TODAY_MS } from './shipped-catalog.ts';

const layersOf = (policies: readonly Policy[]) =>
  policies.map((policy, i) => ({ name: `layer ${i}`, policy }));
function errorOf(policies: readonly Policy[]): SignalboxError {
  try {
    layerPolicies(layersOf(policies));
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('layers of policy', () => {
  it('admit together only whom each admits alone', () => {
    const keptBy = (policy: Policy) => {
      const request = { taskClass: taskClasses.get('writing')!, allotmentMicros: 1e9 };
      return new Set(sift(inputWith({ policy, catalog: quarter, nowMs: TODAY_MS, request })).kept);
    };
    let accepted = 0;
    let admitted = 0;
    const policies = fc
      .tuple(chainsFor(quarter), fc.nat(19))
      .map(([chain, turn]) => (turn === 0 ? chain.toReversed() : chain));
    fc.assert(
      fc.property(policies, (chain) => {
        let merged: Policy;
        try {
          merged = layerPolicies(layersOf(chain));
        } catch (error) {
          if (error instanceof PolicyRelaxed || error instanceof PolicyContradiction) return;
          throw error;
        }
        accepted++;
        const kept = keptBy(merged);
        for (const alone of chain.map(keptBy)) expect([...kept].filter((i) => !alone.has(i))).toEqual([]);
        if (kept.size > 0) admitted++;
      }),
      { numRuns: 400 },
    );
    // The property says something only where layers were accepted that leave somebody.
    expect(accepted).toBeGreaterThan(100);
    expect(admitted).toBeGreaterThan(20);
  });

  it.each<[keyof Policy, Policy, Policy]>([
    ['providers', { providers: { allow: ['a', 'b'] } }, { providers: { allow: ['a', 'c'] } }],
    ['providers', { providers: { deny: ['a'] } }, { providers: { allow: ['a', 'b'] } }],
    ['models', { models: { allow: ['a'] } }, { models: { allow: ['b'] } }],
    ['families', { families: { deny: ['a'] } }, { families: { allow: ['a'] } }],
    ['zeroRetention', { zeroRetention: true }, { zeroRetention: false }],
    ['noTraining', { noTraining: true }, { noTraining: false }],
    ['regions', { regions: ['eu-west-1'] }, { regions: ['eu'] }],
    ['regions', { regions: ['eu'] }, { regions: ['eu', 'us'] }],
    ['quantizations', { quantizations: ['bf16'] }, { quantizations: ['bf16', 'fp8'] }],
    ['quantizations', { quantizations: ['fp8'] }, { quantizations: ['fp8-dynamic'] }],
    ['maxPrice', { maxPrice: { input: 1 } }, { maxPrice: { input: 2 } }],
    ['maxPrice', { maxPrice: { input: 1, output: 2 } }, { maxPrice: { input: 0.5, output: 3 } }],
    ['maxLatencyMs', { maxLatencyMs: 1_000 }, { maxLatencyMs: 1_001 }],
    ['minTokensPerSecond', { minTokensPerSecond: 50 }, { minTokensPerSecond: 49 }],
    ['minQuality', { minQuality: 0.6 }, { minQuality: 0.5 }],
  ])('may not relax %s: %j, then %j', (field, outer, inner) => {
    const error = errorOf([outer, {}, inner]);
    expect(error).toBeInstanceOf(PolicyRelaxed);
    for (const words of [field, 'layer 0', 'layer 2', JSON.stringify(inner[field])])
      expect(error.message).toContain(words);
    expect(error.message).not.toContain('layer 1');
    expect(error.remedy).toContain(field);
  });

  it.each<[Policy[], string[]]>([
    [[{ models: { allow: ['a'], deny: ['a', 'b'] } }], ['models', 'layer 0']],
    [
      [{ providers: { allow: ['a', 'b'] } }, { providers: { deny: ['a', 'b'] } }],
      ['providers', 'layer 0', 'layer 1'],
    ],
    [
      [{ families: { allow: ['a', 'b'], deny: ['a'] } }, { families: { deny: ['b'] } }],
      ['families', 'layer 1'],
    ],
    [[{ providers: { allow: [] } }], ['providers', 'layer 0']],
  ])('that allow nobody contradict each other: %j', (policies, words) => {
    const error = errorOf(policies);
    expect(error).toBeInstanceOf(PolicyContradiction);
    for (const word of words) expect(error.message).toContain(word);
    expect(error.remedy).not.toBe('');
  });

  it.each<[object, string[]]>([
    [{ zeroRetenton: true }, ['layer 0', 'zeroRetenton']],
    [{ toString: true }, ['layer 0', 'toString']],
    [{ zeroRetention: null }, ['zeroRetention', 'null']],
    [{ zeroRetention: 'yes' }, ['zeroRetention', '"yes"']],
    [{ regions: 'eu' }, ['regions', '"eu"']],
    [{ providers: ['a'] }, ['providers', '["a"]']],
    [{ models: { only: ['a'] } }, ['models', 'only']],
    [{ abilities: ['flying'] }, ['abilities', 'flying']],
    [{ maxPrice: { input: -1 } }, ['maxPrice', '-1']],
    [{ maxPrice: 3 }, ['maxPrice', '3']],
    [{ maxLatencyMs: Number.NaN }, ['maxLatencyMs']],
    [{ minQuality: 1.1 }, ['minQuality', '1.1']],
  ])('that are no policy are refused, with what is wrong: %j', (policy, words) => {
    const error = errorOf([policy as Policy]);
    expect(error).toBeInstanceOf(PolicyInvalid);
    for (const word of words) expect(error.message).toContain(word);
    expect(error.remedy).not.toBe('');
  });

  it.each<[string, Policy, Policy, Policy]>([
    ['allow', { models: { allow: ['a', 'b'] } }, { models: { allow: ['b'] } }, { models: { allow: ['b'] } }],
    ['deny', { models: { deny: ['a'] } }, { models: { deny: ['b'] } }, { models: { deny: ['a', 'b'] } }],
    [
      'both',
      { models: { allow: ['a', 'b'] } },
      { models: { deny: ['b'] } },
      { models: { allow: ['a', 'b'], deny: ['b'] } },
    ],
    ['regions', { regions: ['eu', 'us'] }, { regions: ['eu-west-1'] }, { regions: ['eu-west-1'] }],
    [
      'abilities',
      { abilities: ['tools'] },
      { abilities: ['reasoning'] },
      { abilities: ['tools', 'reasoning'] },
    ],
    [
      'prices',
      { maxPrice: { input: 2 } },
      { maxPrice: { output: 5 } },
      { maxPrice: { input: 2, output: 5 } },
    ],
    ['promises', { zeroRetention: false }, { zeroRetention: true }, { zeroRetention: true }],
  ])('add up: %s', (_, outer, inner, both) => {
    expect(layerPolicies(layersOf([outer, inner]))).toMatchObject(both);
  });

  it('do not relax by a value that is undefined', () => {
    const undefinedInput = { maxPrice: { input: undefined, output: 1 } } as unknown as Policy;
    expect(layerPolicies(layersOf([{ maxPrice: { input: 2 } }, undefinedInput])).maxPrice).toEqual({
      input: 2,
      output: 1,
    });
    const undefinedLists = { models: { allow: undefined, deny: undefined } } as unknown as Policy;
    expect(
      layerPolicies(layersOf([{ models: { allow: ['a'], deny: ['b'] } }, undefinedLists])).models,
    ).toEqual({
      allow: ['a'],
      deny: ['b'],
    });
  });

  it('remember who set what, and have a version that follows the fields alone', () => {
    const policy = layerPolicies(layersOf([{ minQuality: 0.5 }, { minQuality: 0.6, noTraining: true }]));
    expect(policy.setBy).toEqual({ minQuality: ['layer 0', 'layer 1'], noTraining: ['layer 1'] });
    expect(layerPolicies([{ name: 'x', policy: { noTraining: true, minQuality: 0.6 } }]).version).toBe(
      policy.version,
    );
    expect(layerPolicies(layersOf([{ minQuality: 0.6 }])).version).not.toBe(policy.version);
    expect(layerPolicies(layersOf([{}, {}]))).toEqual({});
  });

  it('are named from the deployment to the request', () => {
    const policy = { noTraining: true };
    const layers = policyLayers({
      policy,
      tenant: 'acme',
      tenantPolicy: policy,
      taskClass: taskClasses.get('coding')!,
      agent: { name: 'review', policy },
      step: { name: 'facts', policy },
      request: policy,
    });
    expect(layers.map(({ name }) => name)).toEqual([
      'the deployment',
      'tenant "acme"',
      'class "coding"',
      'agent "review"',
      'step "facts"',
      'the request',
    ]);
    expect(policyLayers({ policy, step: { name: 'facts' } }).map(({ name }) => name)).toEqual([
      'the deployment',
    ]);
  });
});
