import { describe, expect, it } from '@jest/globals';
import type { Breaker } from '../../../../src/core/health/breaker.ts';
import { choose } from '../../../../src/core/routing/choose.ts';
import { RULES } from '../../../../src/core/routing/constraints.ts';
import { indexQuality } from '../../../../src/core/routing/quality-index.ts';
import type { DataPolicy, Endpoint } from '../../../../src/core/vocabulary/model.ts';
import {
  catalogOf,
  fates,
  type InputChange,
  inputWith,
  NOW,
  simulated,
  taskClasses,
} from './routing-input.ts';

const open: Breaker = { state: 'open', sinceMs: 0, untilMs: NOW + 1, cooldownMs: 15_000 };
const health = {
  breakers: new Map<string, Breaker>(),
  quarantined: new Map<string, string>(),
  speeds: new Map(),
};
const floor = { ...taskClasses.get('reasoning')!, qualityFloor: 0.75 };
const poor = { success: 0.1, successSd: 0.1, costUsd: 0, basis: 'observed' as const };
const learnt = {
  version: 'q',
  estimates: new Map([['reasoning', new Map([['sim-ember-mini', poor]])]]),
  listPrices: new Map(),
};

const LARGE = 'sim-aurora/sim-atlas-large';
const GRAND = 'sim-borealis/sim-sonata-grand';
const MINI = 'sim-dune/sim-ember-mini';
const table: readonly [rule: string, endpoint: string, InputChange][] = [
  ['policy:providers', MINI, { policy: { providers: { deny: ['sim-dune'] } } }],
  ['policy:providers', MINI, { policy: { providers: { allow: ['sim-aurora'] } } }],
  ['policy:providers', MINI, { policy: { providers: { allow: ['sim-dune'], deny: ['sim-dune'] } } }],
  ['policy:models', MINI, { policy: { models: { deny: ['sim-ember-mini'] } } }],
  ['policy:models', MINI, { policy: { models: { allow: ['sim-atlas-large'] } } }],
  ['policy:families', MINI, { policy: { families: { deny: ['sim-ember'] } } }],
  ['policy:families', MINI, { policy: { families: { allow: ['sim-atlas'] } } }],
  ['policy:quantization', MINI, { policy: { quantizations: ['bf16', 'fp8'] } }],
  ['data_policy:zdr', LARGE, { policy: { zeroRetention: true } }],
  ['data_policy:zdr', MINI, { policy: { zeroRetention: true } }],
  ['data_policy:training', MINI, { policy: { noTraining: true } }],
  ['data_policy:region', LARGE, { policy: { regions: ['us'] } }],
  ['data_policy:region', LARGE, { policy: { regions: ['eu-west-1'] } }],
  ['ability:reasoning', MINI, { request: { abilities: ['reasoning'] } }],
  ['ability:reasoning', MINI, { policy: { abilities: ['tools', 'reasoning'] } }],
  ['input:image', MINI, { request: { inputs: ['image'] } }],
  ['input:pdf', MINI, { request: { inputs: ['text', 'pdf'] } }],
  ['health:quarantined', MINI, { health: { ...health, quarantined: new Map([['sim-dune', 'DUNE_KEY']]) } }],
  ['context_length', MINI, { request: { inputTokens: 63_000 } }],
  ['max_price:input', GRAND, { policy: { maxPrice: { input: 3 } } }],
  ['max_price:output', GRAND, { policy: { maxPrice: { output: 15 } } }],
  ['min_throughput', GRAND, { policy: { minTokensPerSecond: 801 } }],
  ['max_latency', 'sim-dune/sim-quarry-l', { policy: { maxLatencyMs: 1_000 } }],
  ['min_quality', MINI, { policy: { minQuality: 0.75 } }],
  ['min_quality', MINI, { request: { taskClass: floor } }],
  ['min_quality', MINI, { quality: indexQuality(learnt, simulated) }],
  ['allotment', GRAND, { request: { allotmentMicros: 1_000 } }],
  ['tried', MINI, { request: { avoid: [MINI] } }],
  ['health:gone', MINI, { health: { ...health, breakers: new Map([[MINI, { ...open, gone: true }]]) } }],
  ['health:open', MINI, { health: { ...health, breakers: new Map([[MINI, open]]) } }],
];

const fateOf = (id: string, change: InputChange = {}) => {
  const input = inputWith(change);
  return fates(input)[input.catalog.positionOf.get(id)!];
};

describe('each rule rejects under its own name', () => {
  it.each(table)('%s: %s', (rule, endpoint, change) => {
    expect(fateOf(endpoint)).toBe('kept');
    expect(fateOf(endpoint, change)).toBe(rule);
  });

  it('has a case for every rule that the simulated catalog can break', () => {
    // All simulated models have these, or none; they are below.
    const elsewhere = [
      'ability:tools',
      'ability:structured-output',
      'ability:caching',
      'input:audio',
      'input:video',
    ];
    const missing = RULES.filter(
      ({ name }) =>
        !name.startsWith('catalog:') && !elsewhere.includes(name) && !table.some(([rule]) => rule === name),
    );
    expect(missing).toEqual([]);
  });
});

const some = simulated.endpoints[0]!;
/** What becomes of an endpoint like the simulated ones but for `change`. */
function fateWith(change: Partial<Endpoint>, input: InputChange = {}): string {
  return fates(inputWith({ ...input, catalog: catalogOf([{ ...some, ...change }]) }))[0]!;
}

describe('what an endpoint is', () => {
  it.each(['historical', 'unknown-window', 'outlier-price', 'other-api'] as const)(
    'is told as catalog:%s where it is withheld, even by name, and counted under catalog',
    (withheld) => {
      const policy = { models: { allow: [some.model.id] } };
      expect(fateWith({ withheld })).toBe(`catalog:${withheld}`);
      expect(fateWith({ withheld }, { policy })).toBe(`catalog:${withheld}`);
      const decision = choose(inputWith({ policy, catalog: catalogOf([{ ...some, withheld }]) }));
      expect(decision).toMatchObject({ candidates: [], rejections: [], rejected: { catalog: 1 } });
    },
  );

  it('admits no moving alias, whatever a policy says: the catalog offers those that the deployment names', () => {
    const moving = { withheld: 'moving-alias' } as const;
    expect(fateWith(moving)).toBe('catalog:moving-alias');
    expect(fateWith(moving, { policy: { models: { allow: [some.model.id] } } })).toBe('catalog:moving-alias');
  });

  it('is judged by every rule about traits: each trait is one of a model or of a serving', () => {
    const grouped = new Set(
      [...simulated.models.valuesOf, ...simulated.servings.valuesOf].map(([trait]) => trait),
    );
    const judged = RULES.flatMap((rule) => ('trait' in rule ? [rule.trait] : []));
    expect(judged.filter((trait) => !grouped.has(trait))).toEqual([]);
  });

  it('retires it at the start of its day', () => {
    const at = (day: string) => fateWith({ retires: '2026-11-23' }, { nowMs: Date.parse(day) });
    expect(at('2026-11-22T23:59:59.999Z')).toBe('kept');
    expect(at('2026-11-23')).toBe('catalog:retired');
    expect(at('2026-11-24')).toBe('catalog:retired');
  });

  it.each<[DataPolicy['regions'], string[], string]>([
    [['eu'], ['eu'], 'kept'],
    [['eu-west-1'], ['eu'], 'kept'],
    [['eu-west-1', 'us-east-1'], ['eu', 'us'], 'kept'],
    [['eu-west-1', 'us-east-1'], ['eu'], 'data_policy:region'],
    [['eu'], ['eu-west-1'], 'data_policy:region'],
    [['europe'], ['eu'], 'data_policy:region'],
    ['unknown', ['eu'], 'data_policy:region'],
  ])('processed in %j, where %j is allowed: %s', (regions, allowed, fate) => {
    const dataPolicy = { ...some.dataPolicy, regions };
    expect(fateWith({ dataPolicy }, { policy: { regions: allowed } })).toBe(fate);
  });

  it.each([true, false, 'unknown'] as const)(
    'with zdr and training %s is refused unless it promises',
    (promise) => {
      const dataPolicy = { ...some.dataPolicy, zdr: promise, trainsOnData: promise };
      expect(fateWith({ dataPolicy })).toBe('kept');
      expect(fateWith({ dataPolicy }, { policy: { zeroRetention: true } })).toBe(
        promise === true ? 'kept' : 'data_policy:zdr',
      );
      expect(fateWith({ dataPolicy }, { policy: { noTraining: true } })).toBe(
        promise === false ? 'kept' : 'data_policy:training',
      );
      expect(fateWith({ dataPolicy }, { policy: { zeroRetention: false, noTraining: false } })).toBe('kept');
    },
  );

  it('is asked for its quantization, `unknown` standing for those that do not say', () => {
    const fate = (change: Partial<Endpoint>, quantizations: string[]) =>
      fateWith(change, { policy: { quantizations } });
    expect(fate({ quantization: 'fp8' }, ['bf16', 'fp8'])).toBe('kept');
    expect(fate({ quantization: 'int4' }, ['bf16', 'fp8'])).toBe('policy:quantization');
    expect(fate({}, ['bf16'])).toBe('policy:quantization');
    expect(fate({}, ['bf16', 'unknown'])).toBe('kept');
  });

  it.each(['tools', 'structured-output', 'caching'] as const)(
    'without %s is refused where that is asked for',
    (ability) => {
      const model = { ...some.model, abilities: [] };
      expect(fateWith({ model }, { request: { abilities: [ability] } })).toBe(`ability:${ability}`);
      expect(fateWith({ model }, { policy: { abilities: [ability] } })).toBe(`ability:${ability}`);
    },
  );

  it.each(['image', 'audio', 'video', 'pdf'] as const)('is shown %s only where it says so', (modality) => {
    const { inputs: _, ...model } = some.model;
    const request = { inputs: [modality] };
    expect(fateWith({ model }, { request })).toBe(`input:${modality}`);
    expect(fateWith({ model: { ...model, inputs: ['text'] } }, { request })).toBe(`input:${modality}`);
    expect(fateWith({ model: { ...model, inputs: ['text', modality] } }, { request })).toBe('kept');
  });

  it('is priced by the tier that the request is in', () => {
    const { tiers: _, ...base } = some.price;
    const price = { ...base, tiers: [{ ...base, above: 2_000, input: 30 }] };
    const policy = { maxPrice: { input: 5 } };
    expect(fateWith({ price }, { policy, request: { inputTokens: 2_000 } })).toBe('kept');
    expect(fateWith({ price }, { policy, request: { inputTokens: 2_001 } })).toBe('max_price:input');
  });
});
