import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateQuality } from '../../../../src/core/routing/quality/estimate-quality.ts';
import type { QualityCell } from '../../../../src/core/vocabulary/quality.ts';

const cell = (taskClass: string, model: string, requests: number, rate: number, usd = 0.1): QualityCell => ({
  ...{ taskClass, model, requests },
  successes: requests * rate,
  costUsd: requests * usd,
  costUsdSquares: requests * usd ** 2 * 1.5,
});

const cells: fc.Arbitrary<QualityCell[]> = fc.uniqueArray(
  fc
    .record({
      taskClass: fc.constantFrom('a', 'b', 'c'),
      model: fc.constantFrom('m1', 'm2', 'm3', 'm4'),
      requests: fc.integer({ min: 1, max: 500 }),
      rate: fc.double({ min: 0, max: 1, noNaN: true }),
      usd: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 50, noNaN: true })),
    })
    .map(({ taskClass, model, requests, rate, usd }) => cell(taskClass, model, requests, rate, usd)),
  { selector: ({ taskClass, model }) => `${taskClass}/${model}`, minLength: 1 },
);

const successOf = (from: readonly QualityCell[], taskClass: string, model: string) =>
  estimateQuality(from).estimates.get(taskClass)!.get(model)!;

describe('an estimate', () => {
  it('is a chance, with a finite cost, for every class and model seen anywhere', () => {
    fc.assert(
      fc.property(cells, (some) => {
        const { estimates } = estimateQuality(some);
        expect(estimates.size).toBe(new Set(some.map(({ taskClass }) => taskClass)).size);
        for (const row of estimates.values()) {
          expect(row.size).toBe(new Set(some.map(({ model }) => model)).size);
          for (const { success, successSd, costUsd } of row.values()) {
            expect(success).toBeGreaterThan(0);
            expect(success).toBeLessThan(1);
            expect(successSd).toBeGreaterThan(0);
            expect(successSd).toBeLessThanOrEqual(1);
            expect(costUsd).toBeGreaterThanOrEqual(0);
            expect(Number.isFinite(costUsd)).toBe(true);
          }
        }
      }),
    );
  });

  it('does not hang on the order of the cells', () => {
    fc.assert(
      fc.property(cells, (some) =>
        expect(estimateQuality(some.toReversed()).estimates).toEqual(estimateQuality(some).estimates),
      ),
    );
  });

  it('moves to the observed rate, and grows surer, with the requests', () => {
    const others = [cell('a', 'm1', 40, 0.5), cell('b', 'm1', 40, 0.6), cell('b', 'm2', 40, 0.4)];
    const seenOn = (requests: number) => successOf([...others, cell('a', 'm2', requests, 0.9)], 'a', 'm2');
    const [few, some, many] = [seenOn(2), seenOn(40), seenOn(4_000)];
    expect(few.success).toBeLessThan(some.success);
    expect(some.success).toBeLessThan(many.success);
    expect(many.success).toBeCloseTo(0.9, 1);
    expect(many.successSd).toBeLessThan(some.successSd);
    expect(some.successSd).toBeLessThan(few.successSd);
  });

  it('borrows from the other classes where a model was never seen on one', () => {
    const seen = ['a', 'b'].flatMap((taskClass) => [
      cell(taskClass, 'good', 200, 0.9, 2),
      cell(taskClass, 'bad', 200, 0.3, 0.1),
    ]);
    const from = [...seen, cell('c', 'bad', 200, 0.3)];
    const borrowed = successOf(from, 'c', 'good');
    expect(borrowed.basis).toBe('model');
    expect(borrowed.success).toBeGreaterThan(0.6);
    expect(borrowed.costUsd).toBeGreaterThan(successOf(from, 'c', 'bad').costUsd * 5);
    expect(successOf(from, 'c', 'bad').basis).toBe('observed');
  });

  it('tells classes apart only where they reorder the models', () => {
    const noise = [0.02, -0.02, 0.01];
    const alike = ['a', 'b', 'c'].flatMap((taskClass, i) => [
      cell(taskClass, 'better', 60, 0.7 + noise[i]!),
      cell(taskClass, 'worse', 60, 0.66 - noise[i]!),
    ]);
    for (const taskClass of ['a', 'b', 'c'])
      expect(successOf(alike, taskClass, 'better').success).toBeGreaterThan(
        successOf(alike, taskClass, 'worse').success,
      );
    const reordered = [
      ...[cell('a', 'm1', 60, 0.9), cell('a', 'm2', 60, 0.2)],
      ...[cell('b', 'm1', 60, 0.2), cell('b', 'm2', 60, 0.9)],
    ];
    expect(successOf(reordered, 'a', 'm1').success).toBeGreaterThan(0.8);
    expect(successOf(reordered, 'b', 'm1').success).toBeLessThan(0.3);
  });

  it('keeps a free model free', () => {
    const from = [cell('a', 'free', 10, 0.5, 0), cell('b', 'dear', 10, 0.5, 3), cell('a', 'dear', 5, 0.5, 3)];
    expect(successOf(from, 'a', 'free').costUsd).toBe(0);
    expect(successOf(from, 'b', 'free').costUsd).toBe(0);
    expect(successOf(from, 'a', 'dear').costUsd).toBeCloseTo(3, 1);
  });
});
