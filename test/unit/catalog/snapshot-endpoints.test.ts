import { expect, test } from '@jest/globals';
import { snapshotEndpoints } from '../../../src/catalog/snapshot-endpoints.ts';
import type { Withheld } from '../../../src/core/vocabulary/model.ts';
import { aSnapshot, gpt } from './a-snapshot.ts';

const known = (model: object) => snapshotEndpoints(aSnapshot([model]), []);

test('a row becomes an endpoint; what nobody says is unknown', () => {
  expect(known(gpt())).toEqual([
    {
      id: 'openai/gpt-5',
      provider: 'openai',
      model: {
        id: 'gpt-5',
        family: 'gpt',
        contextTokens: 400_000,
        maxOutputTokens: 128_000,
        abilities: ['tools'],
        inputs: ['text'],
      },
      wireModel: 'gpt-5',
      price: {
        ...{ input: 1, output: 2, cacheRead: 1, cacheWrite: 1, reasoning: 2 },
        ...{ source: 'price-list 1.0.0', date: '2026-11-01' },
      },
      speed: { firstTokenMs: 1_000, tokensPerSecond: 50 },
      dataPolicy: {
        ...{ zdr: 'unknown', retentionDays: 'unknown', trainsOnData: 'unknown', regions: 'unknown' },
      },
    },
  ]);
});

test("an endpoint's own limits and abilities go before the model's", () => {
  const [endpoint] = known(gpt({ contextTokens: 8_000, maxOutputTokens: 1_000, abilities: [] }));
  expect(endpoint?.model).toMatchObject({ contextTokens: 8_000, maxOutputTokens: 1_000, abilities: [] });
});

test('an unknown output limit is the window', () => {
  expect(known(gpt({}, { maxOutputTokens: null }))[0]?.model.maxOutputTokens).toBe(400_000);
});

test('region, variant and quantization tell the endpoints of one host apart', () => {
  const ids = [{ region: 'eu' }, { variant: 'free' }, { variant: 'turbo', quantization: 'fp8' }].map(
    (parts) => known(gpt(parts))[0]?.id,
  );
  expect(ids).toEqual(['openai/gpt-5@eu', 'openai/gpt-5:free', 'openai/gpt-5:turbo+fp8']);
});

test('what OpenAI serves by its responses only is offered', () => {
  expect(known(gpt({ api: 'responses' }))[0]).not.toHaveProperty('withheld');
});

test.each<[NonNullable<Withheld>, object, object]>([
  ['historical', { historical: true }, {}],
  ['unknown-window', {}, { contextTokens: null }],
  ['outlier-price', { outlier: true }, {}],
  ['other-api', { api: 'completion' }, {}],
  ['other-api', { api: 'responses', provider: 'azure' }, {}],
  ['moving-alias', {}, { moving: true }],
  ['historical', { historical: true, outlier: true }, { moving: true }],
])('a row that is %s is known, and marked as withheld', (withheld, endpoint, model) => {
  expect(known(gpt(endpoint, model))).toMatchObject([{ withheld }]);
});

test('a moving alias is offered where the deployment names it', () => {
  const snapshot = aSnapshot([gpt({}, { moving: true })]);
  expect(snapshotEndpoints(snapshot, [], ['gpt-5'])[0]).not.toHaveProperty('withheld');
  expect(snapshotEndpoints(snapshot, [], ['another'])[0]).toMatchObject({ withheld: 'moving-alias' });
});

test('a row that retires says when, for the router to see on its day', () => {
  const [endpoint] = known(gpt({ retires: '2026-11-24' }));
  expect(endpoint).toMatchObject({ retires: '2026-11-24' });
  expect(endpoint).not.toHaveProperty('withheld');
});

test('every rate that a source gives is kept, those of tiers over the base, and batch prices are not', () => {
  const prices = [
    {
      ...{ input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25, reasoning: 3, source: 'list' },
      tiers: [{ above: 200_000, input: 2, cacheWrite: 2.5 }],
      batch: { input: 0.5 },
    },
  ];
  expect(known(gpt({ prices }))[0]?.price).toEqual({
    ...{ input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25, reasoning: 3 },
    tiers: [{ above: 200_000, input: 2, output: 2, cacheRead: 0.1, cacheWrite: 2.5, reasoning: 3 }],
    ...{ source: 'price-list 1.0.0', date: '2026-11-01' },
  });
});
