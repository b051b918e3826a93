import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_TASK_CLASS,
  inferTaskClass,
  prepareClassTable,
} from '../../../../src/core/routing/infer-task-class.ts';
import { mixClasses } from '../../../../src/core/routing/quality/mix-classes.ts';
import { trainClassTable } from '../../../../src/core/routing/quality/train-class-table.ts';
import type { Estimate } from '../../../../src/core/vocabulary/quality.ts';

const repeat = (taskClass: string, text: string) =>
  Array.from({ length: 30 }, (_, i) => ({ taskClass, text: `${text} ${'abcdefghij'[i % 10]}${i}` }));
const texts = [
  ...repeat('coding', 'Fix the failing unit test in `parser.ts`; the function throws an exception for'),
  ...repeat('writing', 'Write a friendly letter to our customers about the new opening hours of shop'),
  ...repeat('alike-1', 'Sort these parcels by weight and by their destination'),
  ...repeat('alike-2', 'Sort these parcels by weight and by their destination'),
  ...Array.from({ length: 4 }, () => ({ taskClass: 'writing', text: ' ' })),
];
const table = trainClassTable(texts);
const inferrer = prepareClassTable(table);

describe('the task class of a text', () => {
  it('is the one whose texts are like it', () => {
    expect(
      inferTaskClass(inferrer, 'Fix the failing unit test in `lexer.ts`; the function throws an exception')
        .taskClass,
    ).toBe('coding');
    expect(
      inferTaskClass(inferrer, 'write a letter to our customers about the opening hours').taskClass,
    ).toBe('writing');
  });

  it('is the default where two classes look alike, with their shares as chances', () => {
    const { taskClass, chances } = inferTaskClass(
      inferrer,
      'Sort these parcels by weight and by their destination',
    );
    expect(taskClass).toBe(DEFAULT_TASK_CLASS);
    expect(chances.get('alike-1')!).toBeGreaterThan(0.25);
    expect(chances.get('alike-2')!).toBeGreaterThan(0.25);
  });

  it('is that of other requests without a text where there is none', () => {
    expect(inferTaskClass(inferrer, '').taskClass).toBe('writing');
  });

  it('comes with chances that sum to one, for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000, unit: 'grapheme' }), (text) => {
        const { chances } = inferTaskClass(inferrer, text);
        expect([...chances.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('is learnt the same from the same texts', () => {
    expect(trainClassTable(texts)).toEqual(table);
    expect(table.weights.every((weight) => Number.isInteger(weight) && Math.abs(weight) <= 127)).toBe(true);
  });
});

describe('estimates of a class known by chances', () => {
  const row = (success: number, basis: Estimate['basis']) =>
    new Map([['m1', { success, successSd: 0.1, costUsd: success / 10, basis }]]);
  const quality = {
    version: 'q',
    estimates: new Map([
      ['coding', row(0.9, 'observed')],
      ['writing', row(0.5, 'model')],
    ]),
    listPrices: new Map(),
  };

  it('are the classes’ own, weighed; classes without any do not count', () => {
    const mixed = mixClasses(
      quality,
      new Map([
        ['coding', 0.2],
        ['writing', 0.6],
        ['unheard-of', 0.2],
      ]),
    ).get('m1')!;
    expect(mixed.success).toBeCloseTo(0.6);
    expect(mixed.costUsd).toBeCloseTo(0.06);
    expect(mixed.basis).toBe('observed');
    expect(mixClasses(quality, new Map([['writing', 1]])).get('m1')!.basis).toBe('model');
    expect(mixClasses(quality, new Map()).size).toBe(0);
  });
});
