import { expect, test } from '@jest/globals';
import { snapshotEndpoints } from '../../../src/catalog/snapshot-endpoints.ts';
import { aSnapshot, gpt } from './a-snapshot.ts';

const TODAY = '2026-11-23';
const offered = (model: object, named: readonly string[] = []) =>
  snapshotEndpoints(aSnapshot([model]), TODAY, named);

test('a row becomes an endpoint; what nobody says is unknown', () => {
  expect(offered(gpt())).toEqual([
    {
      id: 'openai/gpt-5',
      provider: 'openai',
      model: {
        id: 'gpt-5',
        family: 'gpt',
        contextTokens: 400_000,
        maxOutputTokens: 128_000,
        abilities: ['tools'],
      },
      wireModel: 'gpt-5',
      price: { input: 1, output: 2, cacheRead: 1, source: 'price-list 1.0.0', date: '2026-11-01' },
      speed: { firstTokenMs: 1_000, tokensPerSecond: 50 },
      dataPolicy: { zeroRetention: 'unknown', trainsOnData: 'unknown', region: 'unknown' },
    },
  ]);
});

test("an endpoint's own limits and abilities go before the model's", () => {
  const [endpoint] = offered(gpt({ contextTokens: 8_000, maxOutputTokens: 1_000, abilities: [] }));
  expect(endpoint?.model).toMatchObject({ contextTokens: 8_000, maxOutputTokens: 1_000, abilities: [] });
});

test('an unknown output limit is the window', () => {
  expect(offered(gpt({}, { maxOutputTokens: null }))[0]?.model.maxOutputTokens).toBe(400_000);
});

test('region, variant and quantization tell the endpoints of one host apart', () => {
  const ids = [{ region: 'eu' }, { variant: 'free' }, { variant: 'turbo', quantization: 'fp8' }].map(
    (parts) => offered(gpt(parts))[0]?.id,
  );
  expect(ids).toEqual(['openai/gpt-5@eu', 'openai/gpt-5:free', 'openai/gpt-5:turbo+fp8']);
});

test.each<[string, object, object]>([
  ['historical', { historical: true }, {}],
  ['retired', { retires: TODAY }, {}],
  ['of unknown window', {}, { contextTokens: null }],
  ['priced unlike all others', { outlier: true }, {}],
  ['served on another interface only', { api: 'responses' }, {}],
])('a row that is %s is never offered, not even by name', (_, endpoint, model) => {
  expect(offered(gpt(endpoint, model), ['gpt-5'])).toEqual([]);
});

test('a row that has yet to retire is offered', () => {
  expect(offered(gpt({ retires: '2026-11-24' }))).toHaveLength(1);
});

test('a moving alias is offered only where it is named', () => {
  const latest = gpt({}, { id: 'gpt-latest', moving: true });
  expect(offered(latest)).toEqual([]);
  expect(offered(latest, ['gpt-latest']).map(({ id }) => id)).toEqual(['openai/gpt-latest']);
});
