import { describe, expect, it } from '@jest/globals';
import { absurdCounts } from '../../../src/core/cost/plausible-usage.ts';

const model = { contextTokens: 1_000, maxOutputTokens: 100 };

describe('counts of a provider', () => {
  it.each([
    ['plain', { input: 900, output: 100 }, []],
    ['nothing at all', { input: 0, output: 0 }, []],
    [
      'with all parts',
      { input: 500, cacheRead: 300, cacheWrite: 200, output: 50, reasoning: 50, audio: 9, image: 9 },
      [],
    ],
    ['a little above figures that may be old', { input: 1_900, output: 190 }, []],
    ['negative', { input: -1, output: 5 }, ['input']],
    ['not whole', { input: 10, output: 5.5 }, ['output']],
    ['no number', { input: Number.NaN, output: 5 }, ['input']],
    ['more than the model can hold', { input: 2_001, output: 5 }, ['input']],
    ['more than it can write', { input: 10, output: 201 }, ['output']],
    ['beyond all numbers', { input: 10, output: 1e30 }, ['output']],
    [
      'a part larger than its whole',
      { input: 10, cacheRead: 11, output: 5, reasoning: 6 },
      ['cacheRead', 'reasoning'],
    ],
    [
      'parts larger than their whole together',
      { input: 10, cacheRead: 6, cacheWrite: 5, output: 5 },
      ['cacheWrite'],
    ],
    ['pictures in words', { input: 10, output: 5, image: 16 }, ['image']],
  ])('%s', (_, tokens, absurd) => {
    expect(absurdCounts(tokens, model)).toEqual(absurd);
  });
});
