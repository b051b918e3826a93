import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from '../../../../src/core/routing/choose.ts';
import { indexQuality, withMixedClasses } from '../../../../src/core/routing/quality-index.ts';
import type { Candidate } from '../../../../src/core/vocabulary/decision.ts';
import type { Endpoint } from '../../../../src/core/vocabulary/model.ts';
import type { Estimate, Quality } from '../../../../src/core/vocabulary/quality.ts';
import { catalogOf, type InputChange, inputWith, simulated, taskClasses } from '../routing/routing-input.ts';

const BASE: Estimate = { success: 0.5, successSd: 0.1, costUsd: 0.01, basis: 'observed' };
const rowOf = (row: Record<string, Partial<Estimate>>) =>
  new Map([
    ['writing', new Map(Object.entries(row).map(([name, change]) => [name, { ...BASE, ...change }]))],
  ]);

function qualityOf(row: Record<string, Partial<Estimate>>, change: Partial<Quality> = {}): Quality {
  return { version: 'q', estimates: rowOf(row), listPrices: new Map(), ...change };
}

interface Asked extends Pick<InputChange, 'request'> {
  readonly quality?: Quality;
  readonly endpoints?: readonly Endpoint[];
}
function candidatesOf({ quality, request, endpoints = simulated.endpoints }: Asked): readonly Candidate[] {
  const catalog = catalogOf(endpoints);
  return choose(
    inputWith({
      catalog,
      ...(quality && { quality: indexQuality(quality, catalog) }),
      request: {
        ...{ taskClass: taskClasses.get('writing')!, inputTokens: 4_000, allotmentMicros: 1e6 },
        ...request,
      },
    }),
  ).candidates;
}
const candidateOf = (id: string, asked: Asked) =>
  candidatesOf({ ...asked, endpoints: simulated.endpoints.filter((endpoint) => endpoint.id === id) })[0]!;

const [CIRRUS, DUNE] = ['sim-cirrus/sim-quarry-l', 'sim-dune/sim-quarry-l'] as const;

describe('what was learnt', () => {
  it('decides, and says that it does', () => {
    const quality = qualityOf({ 'sim-ember-mini': { success: 0.99, costUsd: 0.0001 } });
    const [first, second] = candidatesOf({ quality });
    expect(first).toMatchObject({ endpoint: 'sim-dune/sim-ember-mini', basis: 'observed', cost: 0.0001 });
    expect(first!.success).toBe(0.099);
    expect(second!.basis).toBe('prior');
  });

  it('counts for its own class only', () => {
    const quality = qualityOf({ 'sim-ember-mini': { success: 0.99, costUsd: 0.0001 } });
    const request = { taskClass: taskClasses.get('coding')! };
    expect(candidatesOf({ quality, request })).toEqual(candidatesOf({ request }));
  });

  it('belongs to its model, whatever else the catalog has of it', () => {
    // One endpoint of a model is withheld under another name than the others: once, that shifted what was learnt of
    // every model after it to its neighbour.
    const [first, ...others] = simulated.endpoints as [Endpoint, ...Endpoint[]];
    const endpoints = [
      { ...first, id: 'x/historical', withheld: 'historical' as const },
      { ...first, id: 'x/moving', withheld: 'moving-alias' as const },
      ...[first, ...others],
    ];
    const quality = qualityOf({ 'sim-ember-mini': { success: 0.99, costUsd: 0.0001 } });
    expect(candidatesOf({ quality, endpoints })).toEqual(candidatesOf({ quality }));
  });

  it('costs in proportion where an endpoint charges another price than the one that was paid', () => {
    const paid = simulated.endpoints.find(({ id }) => id === CIRRUS)!.price;
    const quality = qualityOf({ 'sim-quarry-l': {} }, { listPrices: new Map([['sim-quarry-l', paid]]) });
    expect(candidateOf(CIRRUS, { quality }).cost).toBeCloseTo(0.01);
    expect(candidateOf(DUNE, { quality }).cost).toBeLessThan(0.0097);
    expect(candidateOf(DUNE, { quality }).cost).toBeGreaterThan(0.008);
  });

  it('comes with a discount, in proportion, on the endpoint that holds the conversation in its cache', () => {
    const id = 'sim-aurora/sim-atlas-large';
    const quality = qualityOf({ 'sim-atlas-large': {} });
    const held = candidateOf(id, { quality, request: { prefer: id } });
    const other = candidateOf(id, { quality });
    expect(other).not.toHaveProperty('cacheDiscount');
    // 4,000 tokens at a tenth of 2.50 USD, out of those and 1,000 at 12 USD.
    expect(held.cacheDiscount).toBeCloseTo(0.01 * (9_000 / 22_000), 5);
    expect(held.utility).toBeCloseTo(other.utility + held.cacheDiscount!, 6);
  });

  it('of an endpoint itself goes before what was learnt of its model', () => {
    const endpointEstimates = rowOf({ [DUNE]: { success: 0.2 }, 'sim-gone/sim-quarry-l': { success: 0 } });
    const quality = qualityOf({ 'sim-quarry-l': { success: 0.9, basis: 'model' } }, { endpointEstimates });
    expect(candidateOf(CIRRUS, { quality })).toMatchObject({ success: 0.09, basis: 'model' });
    const asked = { quality, request: { taskClass: { ...taskClasses.get('writing')!, qualityFloor: 0 } } };
    expect(candidateOf(DUNE, asked)).toMatchObject({ success: 0.02, basis: 'observed' });
    expect(candidatesOf({ quality }).map(({ endpoint }) => endpoint)).not.toContain(DUNE);
  });

  it('of several classes stands in for a request whose class is known by chances only', () => {
    const estimates = new Map([
      ['coding', new Map([['sim-ember-mini', { ...BASE, success: 0.9 }]])],
      ['writing', new Map([['sim-ember-mini', { ...BASE, success: 0.5 }]])],
    ]);
    const quality: Quality = { version: 'q', estimates, listPrices: new Map() };
    const chances = new Map(Object.entries({ coding: 0.25, writing: 0.75 }));
    const learnt = { quality, indexed: indexQuality(quality, simulated) };
    const mixed = withMixedClasses(learnt, chances, simulated);
    const number = simulated.traits.model.numberOf.get('sim-ember-mini')!;
    expect(mixed.ofClass.get('default')!.success[number]).toBeCloseTo(0.6);
    expect(mixed.ofClass.get('coding')!.success[number]).toBeCloseTo(0.9);
  });

  it('never lets one more endpoint change the order of the others', () => {
    const names = [...simulated.traits.model.values, ...simulated.positionOf.keys()];
    const estimate = fc.record({
      success: fc.double({ min: 0, max: 1, noNaN: true }),
      costUsd: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const learnt = fc
      .dictionary(fc.constantFrom(...names), estimate)
      .map((row) => qualityOf(row, { endpointEstimates: rowOf(row) }));
    fc.assert(
      fc.property(learnt, fc.subarray([...simulated.endpoints], { maxLength: 5 }), (quality, some) => {
        const order = (endpoints: typeof some) =>
          candidatesOf({ quality, endpoints }).map(({ endpoint }) => endpoint);
        for (const one of some)
          expect(order(some.filter((endpoint) => endpoint !== one))).toEqual(
            order(some).filter((id) => id !== one.id),
          );
      }),
    );
  });
});
