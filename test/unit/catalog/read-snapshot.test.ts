import { describe, expect, test } from '@jest/globals';
import { CatalogError, parseSnapshot, readSnapshot } from '../../../src/catalog/read-snapshot.ts';
import { aSnapshot, gpt } from './a-snapshot.ts';

const REMEDY = 'Sync again.';
const parse = (snapshot: unknown) => parseSnapshot(JSON.stringify(snapshot), 'mine.json', REMEDY);

function errorOf(work: () => unknown): CatalogError {
  try {
    work();
  } catch (error) {
    if (error instanceof CatalogError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('the shipped snapshot passes', () => {
  expect(readSnapshot().models.length).toBeGreaterThan(1_000);
});

test('a good one is taken as it is', () => {
  expect(parse(aSnapshot([gpt()]))).toEqual(aSnapshot([gpt()]));
});

describe('a bad one is refused, naming file, row, field and value', () => {
  const endpoint = gpt().endpoints[0]!;
  const priced = (price: object) =>
    aSnapshot([gpt(), { ...gpt(), id: 'gpt-6', endpoints: [{ ...endpoint, prices: [price] }] }]);
  const row = 'mine.json, model 2 (gpt-6), endpoint 1 (openai), prices.0';
  test.each<[string, unknown, string]>([
    ['a negative price', priced({ ...endpoint.prices[0], input: -1 }), `${row}.input = -1`],
    ['a missing price', priced({ input: 1, source: 'list' }), `${row}.output`],
    ['a price in words', priced({ ...endpoint.prices[0], output: 'free' }), `${row}.output = "free"`],
    [
      'an unknown source',
      priced({ ...endpoint.prices[0], source: 'x' }),
      `${row}.source = "x": is not one of`,
    ],
    ['an id twice', aSnapshot([gpt(), gpt()]), 'model 2 (gpt-5), id = "gpt-5": is there twice'],
    ['no window', aSnapshot([{ ...gpt(), contextTokens: 0 }]), 'model 1 (gpt-5), contextTokens = 0'],
    ['an unknown field', aSnapshot([{ ...gpt(), price: 1 }]), 'model 1 (gpt-5), the whole: '],
    ['no models', aSnapshot([]), 'mine.json, the whole: '],
    ['nonsense', { error: 'no key' }, 'mine.json, '],
  ])('%s', (_, snapshot, words) => {
    const error = errorOf(() => parse(snapshot));
    expect(error.message).toContain(words);
    expect(error.remedy).toBe(REMEDY);
  });

  test('half a file', () => {
    const half = JSON.stringify(aSnapshot([gpt()])).slice(0, 200);
    expect(errorOf(() => parseSnapshot(half, 'mine.json', REMEDY)).message).toContain(
      'mine.json is not JSON',
    );
  });
});
