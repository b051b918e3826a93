/** How real vendors end an answer, where the simulated ones end it another way or not at all. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { InvocationFailure, type ModelAnswer } from '../../../activities/ports.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import type { FailureKind } from '../../../src/core/failure/kind.ts';
import type { WireFormat } from '../../../src/core/vocabulary/model.ts';
import { textOf } from '../../../src/core/vocabulary/transcript.ts';
import { AiSdkModels } from '../../../src/providers/ai-sdk-models.ts';
import { apiKeyOf } from '../../../src/providers/api-key.ts';
import { aModelCall } from '../../support/a-model-call.ts';
import { useVendors } from '../../support/use-vendors.ts';

const newVendor = useVendors();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const [endpoint] = resolveConfig({ agents: 'agents.ts' }, 'simulated').catalog.endpoints;

interface Asked {
  readonly answer: Promise<ModelAnswer>;
  /** Bodies of the requests, parsed. */
  readonly requests: Record<string, unknown>[];
}

/** Asks a vendor that streams these events, or that answers with this object in one piece. */
async function ask(wire: WireFormat, said: object | readonly object[]): Promise<Asked> {
  const requests: Record<string, unknown>[] = [];
  const streams = Array.isArray(said);
  const baseUrl = await newVendor((request) => {
    requests.push(JSON.parse(request) as Record<string, unknown>);
    return streams
      ? {
          contentType: 'text/event-stream',
          body: said.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''),
        }
      : { body: JSON.stringify(said) };
  });
  const name = endpoint!.provider;
  const key = apiKeyOf('any', baseUrl);
  const provider = { ...{ name, speaks: wire, baseUrl, keys: [key], streams }, maxConcurrent: 8 };
  const models = new AiSdkModels(new Map([[name, provider]]));
  closers.push(() => models.close());
  return { answer: models.invoke(endpoint!, { ...aModelCall, key: key.fingerprint }), requests };
}

const failureOf = async (asked: Promise<Asked>): Promise<InvocationFailure> => {
  const { answer, requests } = await asked;
  const failure = await answer.then(
    () => new Error('it was taken for an answer'),
    (error: unknown) => error,
  );
  if (!(failure instanceof InvocationFailure)) throw failure;
  expect(requests).toHaveLength(1);
  return failure;
};

const openAi = {
  begun: { type: 'response.created', response: { id: 'resp_1', created_at: 0, model: 'gpt' } },
  added: {
    type: 'response.output_item.added',
    ...{ output_index: 0, item: { type: 'message', id: 'msg_1' } },
  },
  said: { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, delta: 'Yes.' },
  refused: { type: 'response.refusal.delta', item_id: 'msg_1', output_index: 0, delta: 'I will not.' },
  usage: {
    ...{ input_tokens: 90, input_tokens_details: { cached_tokens: 60 } },
    ...{ output_tokens: 50, output_tokens_details: { reasoning_tokens: 40 }, total_tokens: 140 },
  },
  failed: (code: string) => ({
    ...{ type: 'response.failed', sequence_number: 1 },
    response: { status: 'failed', error: { code, message: 'It failed.' } },
  }),
  error: (code: string) => ({
    ...{ type: 'error', sequence_number: 1 },
    error: { type: 'invalid_request_error', code, message: 'It failed.', param: 'input' },
  }),
  ended: (type: string, reason: string | null = null) => ({
    type,
    response: { incomplete_details: reason && { reason }, usage: openAi.usage },
  }),
  whole: (change: object) => ({
    ...{ id: 'resp_1', created_at: 0, model: 'gpt', output: [], usage: openAi.usage },
    ...change,
  }),
};

describe("OpenAI's responses", () => {
  const { begun, added, said, refused, failed, error, ended, whole } = openAi;

  it('are whole with their last event, which counts what was cached and what was thought', async () => {
    const { answer, requests } = await ask('openai', [begun, added, said, ended('response.completed')]);
    expect(await answer).toMatchObject({
      finishReason: 'stop',
      servedModel: 'gpt',
      usage: { inputTokens: 90, cacheReadTokens: 60, outputTokens: 50, reasoningTokens: 40 },
    });
    expect(requests).toMatchObject([{ store: false }]);
  });

  it.each([
    ['are filtered', [begun, added, said, ended('response.incomplete', 'content_filter')]],
    ['refuse in words', [begun, added, refused, ended('response.completed')]],
    [
      'refuse in words, in one piece',
      whole({
        output: [
          { type: 'message', role: 'assistant', id: 'm', content: [{ type: 'refusal', refusal: 'No.' }] },
        ],
      }),
    ],
    ['are filtered, in one piece', whole({ incomplete_details: { reason: 'content_filter' } })],
  ])('%s: content-filter', async (_, events) => {
    expect(await (await ask('openai', events)).answer).toMatchObject({ finishReason: 'content-filter' });
  });

  it.each<[string, object | object[], FailureKind, boolean]>([
    ['end without their last event', [begun, added, said], 'answer_incomplete', true],
    ['fail of themselves', [begun, failed('server_error')], 'answer_incomplete', true],
    ['fail half-way', [begun, added, said, failed('insufficient_quota')], 'answer_incomplete', true],
    ['are too long', [begun, error('context_length_exceeded')], 'context_too_long', false],
    ['have no money', [begun, failed('insufficient_quota')], 'payment_required', false],
    ['come too often', [failed('rate_limit_exceeded')], 'rate_limited', false],
    [
      'fail in one piece',
      whole({ status: 'failed', error: { code: 'server_error', message: 'It failed.' } }),
      'answer_incomplete',
      true,
    ],
    [
      'are too long, in one piece',
      { error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'Too long.' } },
      'context_too_long',
      false,
    ],
  ])('that %s are no answer', async (_, events, kind, billed) => {
    expect(await failureOf(ask('openai', events))).toMatchObject({ kind, billed });
  });
});

const gemini = (candidate: object, more: object = {}) => ({
  ...{ candidates: [{ index: 0, ...candidate }], modelVersion: 'gemini-of-today', responseId: 'r', ...more },
});
const words = { content: { role: 'model', parts: [{ text: 'Yes.' }] } };
const counted = {
  usageMetadata: {
    ...{ promptTokenCount: 90, cachedContentTokenCount: 60, candidatesTokenCount: 10 },
    ...{ thoughtsTokenCount: 40, totalTokenCount: 140 },
  },
};

describe('Gemini', () => {
  it.each([
    ['streamed', [gemini(words), gemini({ finishReason: 'STOP' }, counted)]],
    ['in one piece', gemini({ ...words, finishReason: 'STOP' }, counted)],
  ])('counts what was cached and thought, and says which version answered, %s', async (_, said) => {
    const answer = await (await ask('google', said)).answer;
    expect(textOf(answer.message)).toBe('Yes.');
    expect(answer).toMatchObject({
      finishReason: 'stop',
      servedModel: 'gemini-of-today',
      usage: { inputTokens: 90, cacheReadTokens: 60, outputTokens: 50, reasoningTokens: 40 },
    });
  });

  const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } };
  it.each([
    ['blocks a prompt', [blocked]],
    ['blocks a prompt, in one piece', blocked],
    ['filters an answer', [gemini(words), gemini({ finishReason: 'SAFETY' })]],
    ['filters an answer, in one piece', gemini({ finishReason: 'RECITATION' })],
  ])('%s: content-filter', async (_, said) => {
    expect(await (await ask('google', said)).answer).toMatchObject({ finishReason: 'content-filter' });
  });

  it.each([
    ['without a finish reason', [gemini(words), gemini(words)]],
    ['without a finish reason, in one piece', gemini(words)],
    ['with a call it could not write', [gemini({ finishReason: 'MALFORMED_FUNCTION_CALL' })]],
    ['with what nobody foresaw', gemini({ ...words, finishReason: 'OTHER' })],
    [
      'with an error',
      [gemini(words), { error: { code: 503, message: 'Overloaded.', status: 'UNAVAILABLE' } }],
    ],
  ])('ends %s: no answer', async (_, said) => {
    expect(await failureOf(ask('google', said))).toMatchObject({ kind: 'answer_incomplete' });
  });
});

it.each<[WireFormat, object[]]>([
  ['openai-compatible', [{ choices: [{ index: 0, delta: { role: 'assistant', content: 'Yes.' } }] }]],
  [
    'anthropic',
    [
      {
        type: 'message_start',
        message: { id: 'm', model: 'c', usage: { input_tokens: 1, output_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Yes.' } },
    ],
  ],
])('%s that ends half-way, and cleanly, is no answer', async (wire, events) => {
  expect(await failureOf(ask(wire, events))).toMatchObject({ kind: 'answer_incomplete', billed: true });
});

it('an error that is all of a stream of chat completions is told apart by its code', async () => {
  const error = { code: 'context_length_exceeded', type: 'invalid_request_error', message: 'Too long.' };
  const failure = await failureOf(ask('openai-compatible', [{ error }]));
  expect(failure).toMatchObject({ kind: 'context_too_long', billed: false });
});
