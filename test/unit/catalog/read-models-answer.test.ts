import { describe, expect, test } from '@jest/globals';
import { readModelsAnswer } from '../../../src/catalog/read-models-answer.ts';
import { CatalogError } from '../../../src/catalog/read-snapshot.ts';

const good = {
  id: 'openai/gpt-4.1-mini',
  context_length: 1_047_576,
  architecture: { input_modalities: ['image', 'text', 'file'], output_modalities: ['text'] },
  pricing: {
    prompt: '0.0000004',
    completion: '0.0000016',
    input_cache_read: '0.0000001',
    internal_reasoning: '0',
  },
  top_provider: { context_length: 1_047_576, max_completion_tokens: 32_768, is_moderated: true },
  supported_parameters: ['tools', 'structured_outputs', 'temperature'],
  per_request_limits: null,
};
const read = (...data: unknown[]) => readModelsAnswer(JSON.stringify({ data }), 'models.json');

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    expect(error.remedy).toContain('the last good catalog stays in use');
    return error.message;
  }
  throw new Error('nothing was refused');
}

test('a row becomes dollars a million tokens, limits and abilities', () => {
  expect(read(good)).toEqual({
    rows: [
      {
        wireModel: 'openai/gpt-4.1-mini',
        contextTokens: 1_047_576,
        maxOutputTokens: 32_768,
        inputs: ['image', 'text', 'pdf'],
        abilities: ['tools', 'structured-output', 'caching'],
        price: { input: 0.4, output: 1.6, cacheRead: 0.1 },
      },
    ],
    skipped: [],
  });
});

test.each([
  ['a router', { pricing: { prompt: '-1', completion: '-1' } }, /depends on what it picks/],
  ['an image model', { architecture: { output_modalities: ['image'] } }, /does not answer with text/],
  ['a price of nothing', { pricing: { prompt: '0', completion: '0' } }, /does not call it free/],
])('leaves out %s, with the reason', (_, change, reason) => {
  const { rows, skipped } = read(good, { ...good, id: 'x/y', ...change });
  expect(rows).toHaveLength(1);
  expect(skipped).toEqual([{ id: 'x/y', reason: expect.stringMatching(reason) }]);
});

test('what the host calls free may cost nothing', () => {
  expect(read({ ...good, id: 'x/y:free', pricing: { prompt: '0', completion: '0' } }).rows).toHaveLength(1);
});

describe('refuses', () => {
  const row = 'models.json, row 2 (openai/gpt-4.1-mini), ';
  const priced = (pricing: object) => ({ ...good, pricing: { ...good.pricing, ...pricing } });
  test.each<[string, unknown, string]>([
    ['a negative price', priced({ prompt: '-0.5' }), `${row}pricing.prompt = "-0.5": must not be negative`],
    ['a missing price', { ...good, pricing: { prompt: '1' } }, `${row}pricing.completion is missing`],
    ['a price in words', priced({ prompt: 'free' }), `${row}pricing.prompt = "free": must be a decimal`],
    ['a context in words', { ...good, context_length: '128k' }, `${row}context_length = "128k"`],
    ['no id', { pricing: good.pricing }, 'models.json, row 2, id is missing'],
    ['no row', 'gpt', 'models.json, row 2, the whole = "gpt"'],
  ])('%s', (_, bad, words) => {
    expect(messageOf(() => read(good, bad))).toContain(words);
  });

  test.each([
    ['half a file', '{"data": [{"id": "a', 'not whole JSON'],
    ['a web page', '<!doctype html>', 'a web page'],
    ['another JSON', '{"error": "no key"}', 'no list of models: data'],
    ['an empty list', '{"data": []}', 'lists no model'],
  ])('%s', (_, text, words) => {
    expect(messageOf(() => readModelsAnswer(text, 'x'))).toContain(words);
  });
});
