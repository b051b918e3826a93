import type { JSONValue, LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider';
import { JSONParseError } from '@ai-sdk/provider';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assemble, BrokenStream } from '../../../src/providers/assemble.ts';

const usage: LanguageModelV4Usage = {
  inputTokens: { total: 10, noCache: 7, cacheRead: 3, cacheWrite: undefined },
  outputTokens: { total: 5, text: 4, reasoning: 1 },
};
const finish = (unified: 'stop' | 'length' | 'error' | 'other' = 'stop'): LanguageModelV4StreamPart => ({
  type: 'finish',
  finishReason: { unified, raw: unified },
  usage,
});
const text = (delta: string, id = '0'): LanguageModelV4StreamPart => ({ type: 'text-delta', id, delta });
const broken: LanguageModelV4StreamPart = { type: 'error', error: new Error('a piece is missing') };

const read = (parts: readonly LanguageModelV4StreamPart[], tick = () => {}) =>
  assemble(ReadableStream.from(parts) as ReadableStream<LanguageModelV4StreamPart>, tick);
const failureOf = (work: Promise<unknown>): Promise<BrokenStream> =>
  work.then(
    () => Promise.reject(new Error('it was taken for an answer')),
    (error: unknown) => {
      if (error instanceof BrokenStream) return error;
      throw error;
    },
  );

it('joins the pieces of a text and reports what the provider says of usage and model', async () => {
  const answer = await read([
    { type: 'response-metadata', modelId: 'served-model' },
    text('The mill '),
    text('opened.'),
    finish(),
  ]);
  expect(answer).toEqual({
    message: { role: 'assistant', content: [{ type: 'text', text: 'The mill opened.' }] },
    finishReason: 'stop',
    servedModel: 'served-model',
    usage: { inputTokens: 10, cacheReadTokens: 3, cacheWriteTokens: 0, outputTokens: 5, reasoningTokens: 1 },
  });
});

it('fails for an error part anywhere, though a normal finish follows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { maxLength: 5 }), fc.nat(6), async (deltas, at) => {
      const parts = [...deltas.map((delta) => text(delta)), finish()];
      parts.splice(Math.min(at, parts.length), 0, broken);
      expect((await failureOf(read(parts))).message).toContain('a piece is missing');
    }),
  );
});

it('fails where no finish reason came', async () => {
  expect((await failureOf(read([text('The mill opened.')]))).message).toContain('without a finish reason');
});

it.each(['error', 'other'] as const)('fails where it finished with "%s"', async (reason) => {
  expect((await failureOf(read([text('The mill'), finish(reason)]))).message).toContain(reason);
});

it('fails where the stream throws, and keeps that an answer had begun', async () => {
  async function* cut() {
    yield text('The mill');
    throw new Error('terminated');
  }
  const failure = await failureOf(
    assemble(ReadableStream.from(cut()) as ReadableStream<LanguageModelV4StreamPart>, () => {}),
  );
  expect(failure).toMatchObject({ begun: true, usage: undefined });
});

it('knows that nothing had begun where the first part is the error', async () => {
  expect(await failureOf(read([broken, finish()]))).toMatchObject({ begun: false });
});

it('says nothing of a broken piece but that it is broken', async () => {
  const error = new JSONParseError({ text: '{"content":"a secret answer', cause: new SyntaxError('secret') });
  const failure = await failureOf(read([{ type: 'error', error }, finish()]));
  expect(failure.message).not.toContain('secret');
});

it('keeps tool arguments that are no JSON as text, for the schema check to refuse', async () => {
  const call = (input: string): LanguageModelV4StreamPart => ({
    type: 'tool-call',
    toolCallId: input,
    toolName: 'search',
    input,
  });
  const { message } = await read([call('{"query": "liab'), call(''), call('{"query":"x"}'), finish()]);
  expect(message.content.map((part) => part.type === 'tool-call' && part.input)).toEqual([
    '{"query": "liab',
    {},
    { query: 'x' },
  ]);
});

it('keeps what the vendor signed, in the order it came, and no other reasoning', async () => {
  const vendor = (marks: Record<string, string>) => ({ providerMetadata: { vendor: marks } });
  const { message } = await read([
    { type: 'reasoning-start', id: '0', ...vendor({ itemId: 'rs_1' }) },
    { type: 'reasoning-delta', id: '0', delta: 'Hm, ' },
    { type: 'reasoning-delta', id: '0', delta: '', ...vendor({ signature: 's' }) },
    { type: 'reasoning-end', id: '0' },
    { type: 'reasoning-delta', id: '1', delta: 'unsigned' },
    { type: 'tool-call', toolCallId: '2', toolName: 'search', input: '{}', ...vendor({ mark: 'm' }) },
    text('I look.', '3'),
    finish(),
  ]);
  expect(message.content).toEqual([
    { type: 'reasoning', text: 'Hm, ', providerOptions: { vendor: { itemId: 'rs_1', signature: 's' } } },
    {
      ...{ type: 'tool-call', toolCallId: '2', toolName: 'search', input: {} },
      providerOptions: { vendor: { mark: 'm' } },
    },
    { type: 'text', text: 'I look.' },
  ]);
});

it('keeps two calls to which the vendor gave one id', async () => {
  const twice = { type: 'tool-call', toolCallId: '', toolName: 'search', input: '{}' } as const;
  expect((await read([twice, twice, finish()])).message.content).toHaveLength(2);
});

it('leaves usage out where the provider told only half of it', async () => {
  const half = { ...usage, outputTokens: { total: undefined, text: undefined, reasoning: undefined } };
  const answer = await read([
    text('Yes.'),
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: half },
  ]);
  expect(answer).not.toHaveProperty('usage');
});

it('ticks for every piece, reasoning and tool input too', async () => {
  let ticks = 0;
  await read(
    [
      { type: 'reasoning-delta', id: '1', delta: 'hm' },
      { type: 'tool-input-delta', id: '2', delta: '{' },
      text('Yes.'),
      finish(),
    ],
    () => {
      ticks += 1;
    },
  );
  expect(ticks).toBe(3);
});

it.each<[string, Record<string, JSONValue>]>([
  [
    "OpenAI's fields",
    {
      prompt_tokens_details: { audio_tokens: 6, image_tokens: 2 },
      completion_tokens_details: { audio_tokens: 1 },
    },
  ],
  [
    "Gemini's rows",
    {
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 2 },
        { modality: 'AUDIO', tokenCount: 6 },
        { modality: 'IMAGE', tokenCount: 2 },
      ],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 1 }],
    },
  ],
])('counts sound and pictures in %s', async (_, raw) => {
  const end: LanguageModelV4StreamPart = { ...finish(), usage: { ...usage, raw } } as never;
  expect((await read([text('Yes.'), end])).usage).toMatchObject({ audioTokens: 7, imageTokens: 2 });
});
