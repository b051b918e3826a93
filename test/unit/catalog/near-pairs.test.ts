import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Snapshot } from '../../../src/catalog/snapshot.ts';
import { mustMerge } from './must-merge.ts';
import { mustNotMerge } from './must-not-merge.ts';

const { models } = JSON.parse(
  readFileSync(new URL('../../../src/catalog/snapshot.json', import.meta.url), 'utf8'),
) as Snapshot;

const modelOf = new Map<string, string>(
  models.flatMap(({ id, endpoints }) =>
    endpoints.flatMap(({ provider, wireModels }) =>
      wireModels.map((wire) => [`${provider} ${wire}`, id] as const),
    ),
  ),
);

test('there are at least fifty pairs of each kind', () => {
  expect(mustMerge.length).toBeGreaterThanOrEqual(50);
  expect(mustNotMerge.length).toBeGreaterThanOrEqual(50);
});

test.each(mustMerge.map(([id, ...rows]) => ({ id, rows })))('one model: $rows', ({ id, rows }) => {
  expect(rows.map((row) => [row, modelOf.get(row)])).toEqual(rows.map((row) => [row, id]));
});

test.each(mustNotMerge)('two models: %s and %s (%s)', (a, b) => {
  expect([modelOf.get(a), modelOf.get(b)]).toEqual([expect.any(String), expect.any(String)]);
  expect(modelOf.get(a)).not.toBe(modelOf.get(b));
});
