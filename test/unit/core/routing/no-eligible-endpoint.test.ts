import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Breaker } from '../../../../src/core/health/breaker.ts';
import { choose } from '../../../../src/core/routing/choose.ts';
import { NoEligibleEndpoint } from '../../../../src/core/routing/no-eligible-endpoint.ts';
import { layerPolicies } from '../../../../src/core/routing/policy-layers.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import type { Policy } from '../../../../src/core/vocabulary/policy.ts';
import { inputsFor } from './random-input.ts';
import { catalogOf, fates, type InputChange, inputWith, NOW, simulated } from './routing-input.ts';

const layered = (...policies: [name: string, policy: Policy][]) =>
  layerPolicies(policies.map(([name, policy]) => ({ name, policy })));
const resting = (untilMs: number): Breaker => ({ state: 'open', sinceMs: 0, untilMs, cooldownMs: 15_000 });
const ids = simulated.endpoints.map(({ id }) => id);
function refusalOf(change: InputChange): NoEligibleEndpoint {
  const input = inputWith(change);
  expect(choose(input).candidates).toEqual([]);
  return new NoEligibleEndpoint(input);
}

describe('the nearest', () => {
  it('are told every obstacle, its remedy and the layers that set it', () => {
    const policy = layered(
      ['the deployment', { zeroRetention: true, providers: { deny: ['sim-dune'] } }],
      ['tenant "acme"', { maxPrice: { output: 1 } }],
      ['class "reasoning"', { maxPrice: { output: 0.2 } }],
    );
    const { nearest, message, remedy } = refusalOf({ policy });
    // Those of Borealis and Cirrus break one rule, the likeliest to succeed first; those of Dune break more.
    expect(nearest.map(({ endpoint }) => endpoint)).toEqual([
      'sim-borealis/sim-sonata-grand',
      'sim-borealis/sim-sonata-swift',
      'sim-cirrus/sim-quarry-l',
    ]);
    expect(nearest[0]!.obstacles).toEqual([
      {
        rule: 'max_price:output',
        remedy: 'raise maxPrice.output from 0.2 to 20',
        setBy: ['tenant "acme"', 'class "reasoning"'],
      },
    ]);
    for (const word of ['data_policy:zdr ×3', 'max_price:output ×6', 'policy:providers ×3'])
      expect(message).toContain(word);
    for (const word of ['sim-borealis/sim-sonata-grand', 'raise maxPrice.output', 'tenant "acme"'])
      expect(remedy).toContain(word);
  });

  it('have all that stands against them, not only the first', () => {
    const catalog = catalogOf([simulated.endpoints.find(({ id }) => id === 'sim-dune/sim-ember-mini')!]);
    const policy = layered([
      'step "facts"',
      { zeroRetention: true, minQuality: 0.9, maxPrice: { input: 0.01 } },
    ]);
    const request = { abilities: ['reasoning' as const], inputTokens: 70_000, allotmentMicros: 1 };
    const [only] = refusalOf({ catalog, policy, request }).nearest;
    expect(only!.obstacles.map(({ rule }) => rule).sort()).toEqual(
      [
        'ability:reasoning',
        'allotment',
        'context_length',
        'data_policy:zdr',
        'max_price:input',
        'min_quality',
      ].sort(),
    );
    const setBy = Object.fromEntries(only!.obstacles.map((obstacle) => [obstacle.rule, obstacle.setBy]));
    expect(setBy['data_policy:zdr']).toEqual(['step "facts"']);
    expect(setBy.context_length).toBeUndefined();
  });

  it('are at most three, each of another model, and none that nobody could pick', () => {
    const [some, ...others] = simulated.endpoints;
    const catalog = catalogOf([
      { ...some!, id: 'x/old', withheld: 'historical' },
      { ...some!, id: 'x/twin' },
      some!,
      ...others,
    ]);
    const { nearest } = refusalOf({
      catalog,
      request: { abilities: ['reasoning'] },
      policy: { minQuality: 1 },
    });
    expect(nearest).toHaveLength(3);
    const models = nearest.map(
      ({ endpoint }) => catalog.endpoints[catalog.positionOf.get(endpoint)!]!.model.id,
    );
    expect(new Set(models).size).toBe(3);
    expect(nearest.map(({ endpoint }) => endpoint)).not.toContain('x/old');
  });

  it('say what to do where there is nothing at all', () => {
    const refusal = refusalOf({ catalog: catalogOf([]) });
    expect(refusal).toMatchObject({ nearest: [] });
    expect(refusal.message).toContain('the catalog is empty');
    expect(refusal.remedy).toContain('configure a provider');
  });

  it('would be admitted by their remedies: prices, speeds, quality and money are told as far as they must go', () => {
    const policy = {
      maxPrice: { input: 0.01, output: 0.01 },
      minQuality: 0.999,
      maxLatencyMs: 10,
      minTokensPerSecond: 5_000,
    };
    const input = inputWith({ policy: layered(['x', policy]), request: { allotmentMicros: 1 } });
    const [{ endpoint, obstacles }] = new NoEligibleEndpoint(input).nearest as [
      NoEligibleEndpoint['nearest'][number],
    ];
    const to = (rule: string) =>
      Number(/(?: to |\$)([\d.e-]+)(?: instead|$)/.exec(obstacles.find((o) => o.rule === rule)!.remedy)![1]);
    const mended: ChooseInput = {
      ...input,
      policy: {
        maxPrice: { input: to('max_price:input'), output: to('max_price:output') },
        minQuality: to('min_quality'),
        maxLatencyMs: to('max_latency'),
        minTokensPerSecond: to('min_throughput'),
      },
      request: { ...input.request, allotmentMicros: to('allotment') * 1e6 },
    };
    expect(fates(mended)[simulated.positionOf.get(endpoint)!]).toBe('kept');
  });

  it('can be told of any refusal', () => {
    fc.assert(
      fc.property(inputsFor(simulated, NOW), (input) => {
        const avoiding = { ...input, request: { ...input.request, avoid: ids } };
        const { nearest, remedy } = new NoEligibleEndpoint(avoiding);
        expect(nearest.length).toBeGreaterThan(0);
        for (const { obstacles } of nearest) {
          expect(obstacles.length).toBeGreaterThan(0);
          for (const obstacle of obstacles) expect(obstacle.remedy).not.toMatch(/undefined|NaN|\[object/);
        }
        expect(remedy).toContain(nearest[0]!.endpoint);
      }),
    );
  });
});

describe('when to come back', () => {
  const health = (breakers: [string, Breaker][]) => ({
    breakers: new Map(breakers),
    quarantined: new Map<string, string>(),
    speeds: new Map(),
  });

  it('is when the first endpoint returns that has nothing but its rest against it', () => {
    const policy = { providers: { allow: ['sim-borealis'] } };
    const breakers = ids.map((id, i): [string, Breaker] => [id, resting(NOW + (i + 1) * 1_000)]);
    const first = simulated.endpoints.findIndex(({ provider }) => provider === 'sim-borealis');
    expect(refusalOf({ policy, health: health(breakers) }).restEndsInMs).toBe((first + 1) * 1_000);
  });

  it('is unknown where none only rests', () => {
    expect(refusalOf({ request: { avoid: ids } }).restEndsInMs).toBeUndefined();
    const breakers = ids.map((id): [string, Breaker] => [id, resting(NOW + 5)]);
    const tried = { request: { avoid: ids }, health: health(breakers) };
    expect(refusalOf(tried).restEndsInMs).toBeUndefined();
  });

  it('is now where a probe is under way: nobody knows how long it takes', () => {
    const probing: Breaker = { state: 'half-open', probeSinceMs: NOW - 1_000, cooldownMs: 15_000 };
    const breakers = ids.map((id): [string, Breaker] => [id, probing]);
    expect(refusalOf({ health: health(breakers) }).restEndsInMs).toBe(0);
  });
});

it('the least allotment that would have admitted somebody is told, and only where one would', () => {
  const needed = refusalOf({ request: { allotmentMicros: 10 } }).neededMicros!;
  const allotted = (allotmentMicros: number) => choose(inputWith({ request: { allotmentMicros } }));
  expect(allotted(needed).candidates).toHaveLength(1);
  expect(allotted(needed - 1).candidates).toHaveLength(0);
  for (const refused of [
    { request: { allotmentMicros: 10, avoid: ids } },
    { policy: { minQuality: 1 }, request: { allotmentMicros: 10 } },
    { request: { avoid: ids } },
  ])
    expect(refusalOf(refused).neededMicros).toBeUndefined();
});

it('too long is told where a shorter conversation would have admitted somebody, and only there', () => {
  const inputTokens = 10_000_000;
  expect(refusalOf({ request: { inputTokens } }).tooLong).toBe(true);
  // Who was avoided because its window was too small is not ruled out by that.
  expect(refusalOf({ request: { outgrownTokens: inputTokens, avoid: ids } }).tooLong).toBe(true);
  const breakers = new Map(ids.map((id) => [id, resting(NOW + 5_000)]));
  const health = { breakers, quarantined: new Map<string, string>(), speeds: new Map() };
  expect(refusalOf({ request: { inputTokens }, health }).tooLong).toBe(true);
  expect(refusalOf({ request: { inputTokens }, policy: { minQuality: 1 } }).tooLong).toBe(false);
  expect(refusalOf({ request: { allotmentMicros: 0 } }).tooLong).toBe(false);
  expect(refusalOf({ request: { avoid: ids } }).tooLong).toBe(false);
});
