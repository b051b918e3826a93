import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateQuality } from '../../../../src/core/routing/quality/estimate-quality.ts';
import { learnQuality } from '../../../../src/core/routing/quality/learn-quality.ts';
import type { Estimate, Outcome, QualityCell } from '../../../../src/core/vocabulary/quality.ts';

const cell = (model: string, requests: number, rate: number, endpoint?: string): QualityCell => ({
  ...{ taskClass: 'a', model, requests, successes: requests * rate },
  ...{ costUsd: requests * 0.1, costUsdSquares: requests * 0.015 },
  ...(endpoint !== undefined && { endpoint }),
});
const estimates = (cells: readonly QualityCell[]) => {
  const { estimates, endpointEstimates } = estimateQuality(cells);
  return { ofModel: estimates.get('a')!, ofEndpoint: endpointEstimates!.get('a') };
};

interface Leaning {
  readonly own: Estimate;
  /** How far below its model. */
  readonly away: number;
}

describe('an estimate of an endpoint', () => {
  const seen = (requests: number) =>
    estimates([cell('m', 200, 0.9, 'x/m'), cell('m', requests, 0.1, 'y/m'), cell('n', 200, 0.5)]);

  it('leans on its model, the less so the more it was seen itself', () => {
    const [few, some, many] = [2, 50, 2_000].map((requests) => {
      const { ofModel, ofEndpoint } = seen(requests);
      const own = ofEndpoint!.get('y/m')!;
      return { own, away: ofModel.get('m')!.success - own.success };
    }) as [Leaning, Leaning, Leaning];
    expect(few.away).toBeLessThan(0.1);
    expect(some.away).toBeGreaterThan(0.2);
    expect(some.own.success).toBeGreaterThan(0.3);
    expect(many.own.success).toBeCloseTo(0.1, 1);
    expect(many.own.successSd).toBeLessThan(some.own.successSd);
  });

  it('costs what the model does, and is there only for endpoints that were seen', () => {
    const { ofModel, ofEndpoint } = seen(10);
    expect([...ofEndpoint!.keys()].sort()).toEqual(['x/m', 'y/m']);
    expect(ofEndpoint!.get('y/m')).toMatchObject({ costUsd: ofModel.get('m')!.costUsd, basis: 'observed' });
    expect(estimates([cell('m', 5, 0.5)]).ofEndpoint).toBeUndefined();
  });
});

describe('what several endpoints of a model did', () => {
  it('is what the model did', () => {
    const split = [
      cell('m', 30, 0.9, 'x/m'),
      cell('m', 70, 0.5, 'y/m'),
      cell('m', 100, 0.7),
      cell('n', 50, 0.2),
    ];
    const whole = [{ ...cell('m', 200, 0), successes: 27 + 35 + 70 }, cell('n', 50, 0.2)];
    const [a, b] = [estimates(split).ofModel, estimates(whole).ofModel];
    expect([...a.keys()]).toEqual([...b.keys()]);
    for (const [model, { success, successSd, costUsd }] of a) {
      expect(success).toBeCloseTo(b.get(model)!.success, 9);
      expect(successSd).toBeCloseTo(b.get(model)!.successSd, 9);
      expect(costUsd).toBeCloseTo(b.get(model)!.costUsd, 9);
    }
  });
});

const outcomes: fc.Arbitrary<Outcome[]> = fc.array(
  fc
    .record(
      {
        requestId: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
        taskClass: fc.constantFrom('a', 'b'),
        model: fc.constantFrom('m', 'n'),
        host: fc.constantFrom('x', 'y'),
        score: fc.constantFrom(0, 0.5, 1),
        costUsd: fc.constantFrom(0, 0.25, 0.5),
      },
      { requiredKeys: ['requestId', 'taskClass', 'model', 'score', 'costUsd'] },
    )
    .map(({ host, ...outcome }) => ({ ...outcome, ...(host && { endpoint: `${host}/${outcome.model}` }) })),
  { minLength: 1, maxLength: 40 },
);

describe('learning', () => {
  it('does not hang on the order of outcomes', () => {
    fc.assert(
      fc.property(outcomes, (some) => {
        expect(learnQuality(some.toReversed()).cells).toEqual(learnQuality(some).cells);
      }),
    );
  });

  it('loses no outcome: the cells add up to all of them', () => {
    fc.assert(
      fc.property(outcomes, (some) => {
        const { cells, requests } = learnQuality(some);
        const total = (of: (cell: QualityCell) => number) => cells.reduce((sum, one) => sum + of(one), 0);
        expect(total((one) => one.requests)).toBe(some.length);
        expect(total(({ successes }) => successes)).toBeCloseTo(
          some.reduce((sum, { score }) => sum + score, 0),
        );
        expect(requests).toBe(new Set(some.map(({ requestId }) => requestId)).size);
        const keys = cells.map(({ taskClass, model, endpoint }) => `${taskClass} ${model} ${endpoint}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('from cells in any order gives the same estimates', () => {
    fc.assert(
      fc.property(outcomes, (some) => {
        const { cells } = learnQuality(some);
        const [a, b] = [estimateQuality(cells), estimateQuality(cells.toReversed())];
        expect(b.estimates).toEqual(a.estimates);
        expect(b.endpointEstimates).toEqual(a.endpointEstimates);
      }),
    );
  });
});
