import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { countRows, snapshotRows } from '../../../src/catalog/catalog-rows.ts';
import { type Snapshot, snapshotEndpointId } from '../../../src/catalog/snapshot.ts';

const snapshot = JSON.parse(
  readFileSync(new URL('../../../src/catalog/snapshot.json', import.meta.url), 'utf8'),
) as Snapshot;
const countOn = (day: string) => countRows(snapshotRows(snapshot, [], day));
const rows = snapshot.models.flatMap((model) =>
  model.endpoints.map((endpoint) => ({ id: snapshotEndpointId(model.id, endpoint), endpoint })),
);

test('is as large as promised, and says how much of it is offered', () => {
  const { models, endpoints, multiHostModels, offered } = countOn('2026-11-23');
  expect(models).toBeGreaterThanOrEqual(1_200);
  expect(endpoints).toBeGreaterThanOrEqual(3_000);
  expect(multiHostModels).toBeGreaterThanOrEqual(400);
  expect(offered.models).toBeGreaterThan(700);
  expect(offered.models).toBeLessThan(models);
  expect(offered.endpoints).toBeLessThan(endpoints);
  expect(offered.multiHostModels).toBeLessThan(multiHostModels);
});

test('what has retired by a day is not offered on it', () => {
  expect(countOn('2030-01-01').offered.endpoints).toBeLessThan(countOn('2026-11-23').offered.endpoints);
});

test('every id is unique', () => {
  expect(new Set(snapshot.models.map(({ id }) => id)).size).toBe(snapshot.models.length);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test('every price has a source with a date, and is zero only where the host calls it free', () => {
  const dates = new Map(snapshot.sources.map(({ id, date }) => [id, date]));
  const wrong = rows.filter(
    ({ endpoint }) =>
      endpoint.prices.some(({ source }) => !/^\d{4}-\d\d-\d\d$/.test(dates.get(source) ?? '')) ||
      (endpoint.variant !== 'free' &&
        endpoint.prices.some(({ input, output }) => !(input > 0 && output > 0))),
  );
  expect(wrong).toEqual([]);
});

test('both prices are kept exactly where sources disagree', () => {
  const wrong = rows.filter(
    ({ endpoint }) => endpoint.prices.length > 1 !== (endpoint.disputed !== undefined),
  );
  expect(wrong).toEqual([]);
  expect(rows.filter(({ endpoint }) => endpoint.disputed).length).toBeGreaterThan(150);
});
