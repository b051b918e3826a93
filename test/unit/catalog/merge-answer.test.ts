import { expect, test } from '@jest/globals';
import { mergeAnswer } from '../../../src/catalog/merge-answer.ts';
import type { AnsweredRow } from '../../../src/catalog/read-models-answer.ts';
import { aSnapshot, gpt } from './a-snapshot.ts';

const row = (wireModel: string, input = 9): AnsweredRow => ({
  wireModel,
  contextTokens: 1_000,
  inputs: ['text'],
  abilities: [],
  price: { input, output: 10 },
});
const [endpoint] = gpt().endpoints;
const host = { ...endpoint, provider: 'host', wireModels: ['openai/gpt-5'] };
const known = aSnapshot([
  gpt({}, { endpoints: [endpoint, host] }),
  gpt({}, { id: 'gpt-4', endpoints: [host] }),
]);
const known5 = aSnapshot([gpt({}, { endpoints: [endpoint, host] })]);
const merge = (rows: readonly AnsweredRow[], base = known5) => mergeAnswer(base, 'host', rows, '2026-11-23');

test('a name the host has used before keeps its model and gets the new price, source and date', () => {
  const { models, sources } = merge([row('openai/gpt-5')]);
  expect(models).toHaveLength(1);
  expect(models[0]?.endpoints[0]).toEqual(endpoint);
  expect(models[0]?.endpoints[1]).toMatchObject({
    provider: 'host',
    prices: [{ input: 9, output: 10, source: 'sync-host' }],
  });
  expect(sources[0]).toMatchObject({ id: 'sync-host', date: '2026-11-23' });
});

test('a new name becomes a model, or another host of the one it spells', () => {
  const { models } = merge([row('openai/gpt-5'), row('maker/New-1'), row('maker/new-1:free', 0)]);
  expect(models.map(({ id }) => id)).toEqual(['gpt-5', 'new-1']);
  expect(models[1]?.endpoints.map(({ variant }) => variant)).toEqual([undefined, 'free']);
  const joined = mergeAnswer(aSnapshot([gpt()]), 'host', [row('openai/gpt-5')], '2026-11-23');
  expect(joined.models[0]?.endpoints.map(({ provider }) => provider)).toEqual(['openai', 'host']);
});

test('what the host no longer lists becomes historical; other hosts stay as they were', () => {
  const { models } = merge([row('maker/new-1')]);
  expect(models[0]?.endpoints).toEqual([endpoint, { ...host, historical: true }]);
});

test('a `-latest` is a moving alias, and two names of one endpoint are one', () => {
  const { models } = merge([row('openai/gpt-latest'), row('other/gpt-latest')]);
  expect(models[1]).toMatchObject({ id: 'gpt-latest', moving: true });
  expect(models[1]?.endpoints.map(({ wireModels }) => wireModels)).toEqual([['openai/gpt-latest']]);
});

test('a second sync takes the place of the first', () => {
  const { sources, version } = merge([row('openai/gpt-5', 8)], merge([row('openai/gpt-5')], known));
  expect(sources.map(({ id }) => id)).toEqual(['sync-host', 'list']);
  expect(version).toMatch(/^v \+ host 2026-11-23-[0-9a-f]{8}$/);
});
