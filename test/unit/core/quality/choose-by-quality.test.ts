import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveConfig } from '../../../../src/config/resolve-config.ts';
import { choose } from '../../../../src/core/routing/choose.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import type { Estimate, Quality } from '../../../../src/core/vocabulary/quality.ts';

const { catalog, taskClasses } = resolveConfig({ agents: 'agents.ts' }, 'simulated');

const inputWith = (change: Partial<ChooseInput>): ChooseInput => ({
  catalog,
  policy: {},
  health: { breakers: new Map(), quarantined: new Set() },
  nowMs: 0,
  request: {
    taskClass: taskClasses.get('writing')!,
    inputTokens: 4_000,
    abilities: [],
    avoid: [],
    allotmentMicros: 1e6,
    seed: 'run-1',
  },
  ...change,
});

function qualityOf(row: Record<string, Partial<Estimate>>, listPrices: Quality['listPrices'] = new Map()) {
  const base: Estimate = { success: 0.5, successSd: 0.1, costUsd: 0.01, basis: 'observed' };
  const estimates = new Map(Object.entries(row).map(([model, change]) => [model, { ...base, ...change }]));
  return { estimates: new Map([['writing', estimates]]), listPrices };
}
const candidateOf = (endpointId: string, change: Partial<ChooseInput>) => {
  const endpoints = catalog.endpoints.filter(({ id }) => id === endpointId);
  return choose(inputWith({ ...change, catalog: { ...catalog, endpoints } })).candidates[0]!;
};

describe('what was learnt', () => {
  it('decides, and says that it does', () => {
    const quality = qualityOf({ 'sim-ember-mini': { success: 0.99, costUsd: 0.0001 } });
    const [first, second] = choose(inputWith({ quality })).candidates;
    expect(first).toMatchObject({ endpoint: 'sim-dune/sim-ember-mini', basis: 'observed', cost: 0.0001 });
    expect(first!.success).toBeCloseTo(0.099);
    expect(second!.basis).toBe('prior');
  });

  it('counts for its own class only', () => {
    const quality = qualityOf({ 'sim-ember-mini': { success: 0.99, costUsd: 0.0001 } });
    const request = { ...inputWith({}).request, taskClass: taskClasses.get('coding')! };
    expect(choose(inputWith({ quality, request }))).toEqual(choose(inputWith({ request })));
  });

  it('costs in proportion where an endpoint charges another price than the one that was paid', () => {
    const [cirrus, dune] = ['sim-cirrus/sim-quarry-l', 'sim-dune/sim-quarry-l'];
    const paid = catalog.endpoints.find(({ id }) => id === cirrus)!.price;
    const quality = qualityOf({ 'sim-quarry-l': {} }, new Map([['sim-quarry-l', paid]]));
    expect(candidateOf(cirrus, { quality }).cost).toBeCloseTo(0.01);
    expect(candidateOf(dune, { quality }).cost).toBeLessThan(0.0097);
    expect(candidateOf(dune, { quality }).cost).toBeGreaterThan(0.008);
  });

  it('costs less on the endpoint that holds the conversation in its cache', () => {
    const id = 'sim-aurora/sim-atlas-large';
    const quality = qualityOf({ 'sim-atlas-large': {} });
    const request = { ...inputWith({}).request, prefer: id };
    expect(candidateOf(id, { quality, request }).cost).toBeLessThan(candidateOf(id, { quality }).cost);
  });

  it('never lets one more endpoint change the order of the others', () => {
    const models = [...new Set(catalog.endpoints.map(({ model }) => model.id))];
    const estimate = fc.record({
      success: fc.double({ min: 0, max: 1, noNaN: true }),
      costUsd: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const learnt = fc.dictionary(fc.constantFrom(...models), estimate).map((row) => qualityOf(row));
    fc.assert(
      fc.property(learnt, fc.subarray([...catalog.endpoints], { maxLength: 5 }), (quality, some) => {
        const order = (endpoints: typeof some) =>
          choose(inputWith({ quality, catalog: { version: '', endpoints } })).candidates.map(
            ({ endpoint }) => endpoint,
          );
        for (const one of some)
          expect(order(some.filter((endpoint) => endpoint !== one))).toEqual(
            order(some).filter((id) => id !== one.id),
          );
      }),
    );
  });
});
