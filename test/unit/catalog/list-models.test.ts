import { expect, test } from '@jest/globals';
import { countRows, snapshotRows } from '../../../src/catalog/catalog-rows.ts';
import { filterRows, listModels, type ModelFilter } from '../../../src/catalog/list-models.ts';
import { aSnapshot, gpt } from './a-snapshot.ts';

const [endpoint] = gpt().endpoints;
const rows = snapshotRows(
  aSnapshot([
    gpt(
      {},
      {
        endpoints: [
          endpoint,
          { ...endpoint, provider: 'azure', prices: [{ input: 3, output: 4, source: 'list' }] },
          { ...endpoint, provider: 'old', historical: true },
        ],
      },
    ),
    gpt({ retires: '2026-01-01', abilities: ['tools', 'reasoning'] }, { id: 'gpt-10' }),
    gpt({ contextTokens: 8_000 }, { id: 'gpt-6', contextTokens: null }),
  ]),
  [],
  '2026-11-23',
);

test('a model is one line, from its cheapest host to its dearest, ids in the order people count', () => {
  const models = listModels(rows);
  expect(models.map(({ id }) => id)).toEqual(['gpt-5', 'gpt-6', 'gpt-10']);
  expect(models[0]).toMatchObject({
    providers: ['azure', 'old', 'openai'],
    contextTokens: 400_000,
    price: { input: { from: 1, to: 3 }, output: { from: 2, to: 4 } },
  });
  expect(models[1]?.contextTokens).toBe(8_000);
});

test('counts all that is known and what of it is offered', () => {
  expect(countRows(rows)).toEqual({
    models: 3,
    endpoints: 5,
    multiHostModels: 1,
    offered: { models: 2, endpoints: 3, multiHostModels: 1 },
  });
});

test.each<[string, ModelFilter, string[]]>([
  ['all abilities', { abilities: ['tools', 'reasoning'] }, ['openai/gpt-10']],
  ['any provider', { providers: ['azure', 'old'] }, ['azure/gpt-5', 'old/gpt-5']],
  ['a price', { maxInputPrice: 2.99, model: 'gpt-5' }, ['openai/gpt-5', 'old/gpt-5']],
  ['a part of the id', { model: '-1' }, ['openai/gpt-10']],
  ['all at once', { model: 'gpt', providers: ['openai'], maxInputPrice: 0.5 }, []],
])('filters by %s', (_, filter, ids) => {
  expect(filterRows(rows, filter).map(({ id }) => id)).toEqual(ids);
});
