import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import type { Breaker } from '../../../src/core/health/breaker.ts';
import { choose } from '../../../src/core/routing/choose.ts';
import type { ChooseInput } from '../../../src/core/routing/request.ts';
import type { Endpoint } from '../../../src/core/vocabulary/model.ts';
import type { Policy } from '../../../src/core/vocabulary/policy.ts';

const { catalog, taskClasses } = resolveConfig({ agents: 'agents.ts' }, 'simulated');
const NOW = 1_000_000;

function inputWith(
  change: Partial<Omit<ChooseInput, 'request'>> & { request?: Partial<ChooseInput['request']> } = {},
): ChooseInput {
  const { request, ...rest } = change;
  return {
    catalog,
    policy: {},
    health: { breakers: new Map(), quarantined: new Set() },
    nowMs: NOW,
    ...rest,
    request: {
      taskClass: taskClasses.get('reasoning')!,
      inputTokens: 1_000,
      abilities: [],
      avoid: [],
      allotmentMicros: 250_000,
      seed: 'run-1',
      ...request,
    },
  };
}

const candidatesOf = (input: ChooseInput) => choose(input).candidates.map(({ endpoint }) => endpoint);
/** Every endpoint's fate, not only those a Decision has room for. */
function fates(input: ChooseInput): Map<string, string> {
  return new Map(
    input.catalog.endpoints.map((endpoint) => {
      const alone = choose({ ...input, catalog: { ...input.catalog, endpoints: [endpoint] } });
      return [endpoint.id, alone.rejections[0]?.rule ?? 'kept'];
    }),
  );
}

describe('each rule rejects under its own name', () => {
  const open: Breaker = { state: 'open', untilMs: NOW + 1, cooldownMs: 15_000 };
  it.each<[string, string, Parameters<typeof inputWith>[0]]>([
    ['policy:providers', 'sim-dune/sim-ember-mini', { policy: { providers: { deny: ['sim-dune'] } } }],
    ['policy:providers', 'sim-dune/sim-ember-mini', { policy: { providers: { allow: ['sim-aurora'] } } }],
    ['policy:models', 'sim-dune/sim-ember-mini', { policy: { models: { deny: ['sim-ember-mini'] } } }],
    ['data_policy:zdr', 'sim-aurora/sim-atlas-large', { policy: { zeroRetention: true } }],
    ['data_policy:zdr', 'sim-dune/sim-ember-mini', { policy: { zeroRetention: true } }],
    ['data_policy:training', 'sim-dune/sim-ember-mini', { policy: { noTraining: true } }],
    ['data_policy:region', 'sim-aurora/sim-atlas-large', { policy: { regions: ['us'] } }],
    ['max_price:input', 'sim-borealis/sim-sonata-grand', { policy: { maxPrice: { input: 3 } } }],
    ['max_price:output', 'sim-borealis/sim-sonata-grand', { policy: { maxPrice: { output: 15 } } }],
    ['max_latency', 'sim-dune/sim-quarry-l', { policy: { maxLatencyMs: 1_000 } }],
    ['ability:reasoning', 'sim-dune/sim-ember-mini', { request: { abilities: ['reasoning'] } }],
    ['context_length', 'sim-dune/sim-ember-mini', { request: { inputTokens: 63_000 } }],
    ['allotment', 'sim-borealis/sim-sonata-grand', { request: { allotmentMicros: 1_000 } }],
    ['tried', 'sim-dune/sim-ember-mini', { request: { avoid: ['sim-dune/sim-ember-mini'] } }],
    [
      'health:quarantined',
      'sim-dune/sim-ember-mini',
      { health: { breakers: new Map(), quarantined: new Set(['sim-dune']) } },
    ],
    [
      'health:open',
      'sim-dune/sim-ember-mini',
      { health: { breakers: new Map([['sim-dune/sim-ember-mini', open]]), quarantined: new Set() } },
    ],
  ])('%s: %s', (rule, endpoint, change) => {
    expect(fates(inputWith()).get(endpoint)).toBe('kept');
    expect(fates(inputWith(change)).get(endpoint)).toBe(rule);
  });
});

describe('the ranking', () => {
  it('does not let the cheapest model win for want of data', () => {
    const reasoning = candidatesOf(inputWith({ request: { taskClass: taskClasses.get('reasoning')! } }));
    expect(reasoning).not.toContain('sim-dune/sim-ember-mini');
  });

  it('spends less where a success is worth less', () => {
    const first = (taskClass: string) =>
      catalog.endpoints.find(
        ({ id }) =>
          id === candidatesOf(inputWith({ request: { taskClass: taskClasses.get(taskClass)! } }))[0],
      )!;
    expect(first('classification').price.output).toBeLessThan(first('reasoning').price.output);
  });

  it('prefers the endpoint that holds the conversation in its cache, by its price', () => {
    const request = { inputTokens: 90_000, taskClass: taskClasses.get('writing')!, allotmentMicros: 1e6 };
    const [first, second] = candidatesOf(inputWith({ request }));
    expect(candidatesOf(inputWith({ request: { ...request, prefer: second! } }))[0]).toBe(second);
    expect(first).not.toBe(second);
  });

  it('spreads equal endpoints over runs, the same for each run', () => {
    const twins = ['x/twin', 'y/twin'].map((id) => ({ ...catalog.endpoints[0]!, id }));
    const winner = (seed: string) =>
      candidatesOf(inputWith({ catalog: { version: '', endpoints: twins }, request: { seed } }))[0];
    const winners = Array.from({ length: 40 }, (_, i) => winner(`run-${i}`));
    expect(new Set(winners).size).toBe(2);
    expect(winners).toEqual(Array.from({ length: 40 }, (_, i) => winner(`run-${i}`)));
  });
});

describe('a Decision', () => {
  it('stays under 2 KB however large the catalog', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({
      ...catalog.endpoints[i % catalog.endpoints.length]!,
      id: `sim-provider-${i}/sim-model-${i}`,
    }));
    const decision = choose(
      inputWith({ catalog: { version: 'v', endpoints: many }, policy: { zeroRetention: true } }),
    );
    expect(JSON.stringify(decision).length).toBeLessThan(2_048);
    expect(
      decision.candidates.length +
        decision.moreCandidates +
        decision.rejections.length +
        decision.moreRejections,
    ).toBe(300);
  });
});

const policies: fc.Arbitrary<Policy> = fc.record(
  {
    providers: fc.record({ deny: fc.subarray(['sim-aurora', 'sim-borealis', 'sim-cirrus', 'sim-dune']) }),
    zeroRetention: fc.boolean(),
    noTraining: fc.boolean(),
    regions: fc.subarray(['eu', 'us'], { minLength: 1 }),
    maxPrice: fc.record({
      input: fc.double({ min: 0.01, max: 5, noNaN: true }),
      output: fc.double({ min: 0.1, max: 25, noNaN: true }),
    }),
    maxLatencyMs: fc.integer({ min: 200, max: 5_000 }),
  },
  { requiredKeys: [] },
);
const endpoints: fc.Arbitrary<Endpoint[]> = fc.shuffledSubarray([...catalog.endpoints], { minLength: 1 });

describe('properties', () => {
  it('gives the same Decision for the same input', () => {
    fc.assert(
      fc.property(policies, endpoints, (policy, some) => {
        const input = inputWith({ policy, catalog: { version: 'v', endpoints: some } });
        expect(choose(input)).toEqual(choose(structuredClone(input)));
      }),
    );
  });

  it('never admits a new endpoint when a rule is added', () => {
    fc.assert(
      fc.property(policies, policies, (policy, more) => {
        const tightened = { ...more, ...policy };
        const before = fates(inputWith({ policy }));
        for (const [id, fate] of fates(inputWith({ policy: tightened }))) {
          if (fate === 'kept') expect(before.get(id)).toBe('kept');
        }
      }),
    );
  });

  it('never changes the order of others when an endpoint is added', () => {
    fc.assert(
      fc.property(endpoints, fc.nat(), (some, pick) => {
        const added = some[pick % some.length]!;
        const without = some.filter(({ id }) => id !== added.id).slice(0, 4);
        const before = candidatesOf(inputWith({ catalog: { version: 'v', endpoints: without } }));
        const after = candidatesOf(inputWith({ catalog: { version: 'v', endpoints: [...without, added] } }));
        expect(after.filter((id) => id !== added.id)).toEqual(before);
      }),
    );
  });

  it('never lists a rejected endpoint among the candidates', () => {
    fc.assert(
      fc.property(policies, endpoints, (policy, some) => {
        const decision = choose(inputWith({ policy, catalog: { version: 'v', endpoints: some } }));
        const rejected = new Set(decision.rejections.map(({ endpoint }) => endpoint));
        expect(decision.candidates.filter(({ endpoint }) => rejected.has(endpoint))).toEqual([]);
      }),
    );
  });
});
