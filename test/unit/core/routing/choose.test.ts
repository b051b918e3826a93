import { describe, expect, it } from '@jest/globals';
import { choose } from '../../../../src/core/routing/choose.ts';
import { priorByPrice, reasoningBonus } from '../../../../src/core/routing/prior.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import { catalogOf, inputWith, simulated, taskClasses } from './routing-input.ts';

const candidatesOf = (input: ChooseInput) => choose(input).candidates.map(({ endpoint }) => endpoint);

describe('the ranking', () => {
  it('does not let the cheapest model win for want of data', () => {
    const reasoning = candidatesOf(inputWith({ request: { taskClass: taskClasses.get('reasoning')! } }));
    expect(reasoning).not.toContain('sim-dune/sim-ember-mini');
  });

  it('spends less where a success is worth less', () => {
    const first = (taskClass: string) =>
      simulated.endpoints.find(
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

  it('goes by measured latency where there is any, and says so', () => {
    const twins = catalogOf(['x/twin', 'y/twin'].map((id) => ({ ...simulated.endpoints[0]!, id })));
    const measuredAt = (id: string, p50: number) => {
      const speeds = new Map([[id, { firstTokenMs: { p50, p95: p50 }, msPerToken: 1 }]]);
      const base = inputWith({ catalog: twins });
      return choose({ ...base, health: { ...base.health, speeds } }).candidates;
    };
    for (const id of ['x/twin', 'y/twin']) {
      expect(measuredAt(id, 1)[0]).toMatchObject({ endpoint: id, measured: true });
      expect(measuredAt(id, 600_000)[1]).toMatchObject({ endpoint: id, measured: true });
    }
    expect(measuredAt('x/twin', 1)[1]).not.toHaveProperty('measured');
  });

  it('spreads equal endpoints over runs, the same for each run', () => {
    const twins = catalogOf(['x/twin', 'y/twin'].map((id) => ({ ...simulated.endpoints[0]!, id })));
    const winner = (seed: string) => candidatesOf(inputWith({ catalog: twins, request: { seed } }))[0];
    const winners = Array.from({ length: 40 }, (_, i) => winner(`run-${i}`));
    expect(new Set(winners).size).toBe(2);
    expect(winners).toEqual(Array.from({ length: 40 }, (_, i) => winner(`run-${i}`)));
  });
});

describe('a Decision', () => {
  it('stays under 2 KB however large the catalog', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({
      ...simulated.endpoints[i % simulated.endpoints.length]!,
      id: `sim-provider-${i}/sim-model-${i}`,
    }));
    const decision = choose(inputWith({ catalog: catalogOf(many), policy: { zeroRetention: true } }));
    expect(JSON.stringify(decision).length).toBeLessThan(2_048);
    expect(decision.candidates.length + decision.moreCandidates + decision.rejected['data_policy:zdr']!).toBe(
      300,
    );
  });

  it.each([...taskClasses.keys()])('for %s stays under 2 KB with the built-in catalog', (name) => {
    const request = { taskClass: taskClasses.get(name)! };
    for (const policy of [{}, { noTraining: true }, { zeroRetention: true }])
      expect(JSON.stringify(choose(inputWith({ request, policy }))).length).toBeLessThan(2_048);
  });

  it('breaks its scores down so that they add up', () => {
    const request = { taskClass: taskClasses.get('writing')!, prefer: 'sim-aurora/sim-atlas-medium' };
    const { candidates, ...decision } = choose(inputWith({ request }));
    expect(decision).toMatchObject({ taskClass: 'writing', successUsd: 0.1 });
    expect(candidates.some(({ cacheDiscount }) => cacheDiscount)).toBe(true);
    for (const { utility, success, cost, cacheDiscount = 0, latency, basis } of candidates) {
      expect(success).toBeLessThan(0.1);
      expect(utility).toBeCloseTo(success - cost + cacheDiscount - latency, 4);
      expect(basis).toBe('prior');
    }
  });

  it('names what it was made from', () => {
    const quality = { version: 'learnt-7', ofClass: new Map() };
    expect(choose(inputWith()).versions).toEqual({ catalog: 'simulated' });
    expect(choose(inputWith({ quality, policy: { noTraining: true, version: 'p' } })).versions).toEqual({
      ...{ catalog: 'simulated', policy: 'p', quality: 'learnt-7' },
    });
  });

  it('lists of those ruled out the likeliest to succeed, one a model, and counts them all', () => {
    const { rejections, rejected } = choose(
      inputWith({ policy: { providers: { allow: ['sim-borealis'] } } }),
    );
    expect(rejected).toEqual({ 'policy:providers': 9 });
    expect(rejections[0]).toEqual({ endpoint: 'sim-aurora/sim-atlas-large', rule: 'policy:providers' });
    expect(rejections.filter(({ endpoint }) => endpoint.endsWith('/sim-quarry-l'))).toHaveLength(1);
    expect(rejections).toHaveLength(7);
  });
});

describe('the prior', () => {
  it('is a chance between a half and one, that rises with the price', () => {
    for (const taskClass of taskClasses.keys()) {
      const byPrice = simulated.endpoints
        .toSorted((a, b) => a.price.output - b.price.output)
        .map(({ price }) => priorByPrice(price) + reasoningBonus(taskClass));
      expect(byPrice).toEqual(byPrice.toSorted((a, b) => a - b));
      for (const chance of byPrice) {
        expect(chance).toBeGreaterThan(0.5);
        expect(chance).toBeLessThan(1);
      }
    }
  });

  it('gives a chance to a model that is free', () => {
    const [some] = simulated.endpoints;
    const free = { ...some!, price: { ...some!.price, input: 0, output: 0, cacheRead: 0 } };
    expect(priorByPrice(free.price)).toBeCloseTo(0.55);
    const request = { taskClass: taskClasses.get('writing')!, prefer: free.id };
    const [candidate] = choose(inputWith({ request, catalog: catalogOf([free]) })).candidates;
    expect(Number.isFinite(candidate!.utility)).toBe(true);
    expect(candidate!.success).toBe(0.055);
  });
});
