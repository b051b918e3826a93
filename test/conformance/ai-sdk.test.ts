import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { fetch as undiciFetch } from 'undici';
import type { WireFormat } from '../../src/core/vocabulary/model.ts';
import { providerOptions, sdkProvider } from '../../src/providers/language-model.ts';
import { type SimulatedProviders, startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { contract, facts, factsSchema, searchQuestion, searchSchema, vendors } from './simulated-vendors.ts';

/** The AI SDK's provider packages over undici's own fetch: the way the model port calls. One suite, every wire. */
describe.each([
  ['openai-compatible', 'sim-model'],
  ['anthropic, structured output by a tool', 'sim-model'],
  ['anthropic, structured output by format', 'claude-sonnet-4-5'],
  ['openai', 'sim-model'],
  ['openai, a model that reasons', 'gpt-5'],
  ['google', 'sim-model'],
  ['google, signatures asked for', 'gemini-3-flash'],
])('the AI SDK, %s', (wire, id) => {
  const fetch = undiciFetch as unknown as typeof globalThis.fetch;
  let server: SimulatedProviders;
  let model: LanguageModelV4;
  let target: string;
  beforeAll(async () => {
    // The package decides by the model's name which form of structured output it asks for.
    const providers = vendors.map((vendor) => ({
      ...vendor,
      models: vendor.models.map((row) => ({ ...row, id, maxOutputTokens: 64_000 })),
    }));
    server = await startSimulatedProviders({ providers, latencyScale: 0 });
    const speaks = wire.split(',')[0] as WireFormat;
    target = vendors.find((vendor) => vendor.wire === speaks)!.name;
    const given = { name: target, speaks, baseUrl: server.baseUrl(target) };
    model = sdkProvider(given, 'any', fetch).languageModel(id);
  });
  afterEach(() => server.control.clearFaults());
  afterAll(() => server.close());

  const ask = (text: string, more: Partial<LanguageModelV4CallOptions> = {}): LanguageModelV4CallOptions => ({
    prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
    providerOptions: providerOptions(true),
    ...more,
  });
  const tools = [
    {
      type: 'function' as const,
      name: 'searchDocument',
      description: 'Searches the document',
      inputSchema: searchSchema as never,
    },
  ];
  const format = { type: 'json' as const, schema: factsSchema as never };
  const extraction = `Extract the facts.\n\n${contract}`;

  async function partsOf(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamPart[]> {
    const parts: LanguageModelV4StreamPart[] = [];
    const { stream } = await model.doStream(options);
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
    return parts;
  }

  const textIn = (parts: readonly LanguageModelV4StreamPart[]) =>
    parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');

  const said = (content: readonly LanguageModelV4Content[]) =>
    content.map((part) => (part.type === 'text' ? part.text : '')).join('');

  it('generates', async () => {
    const { content, finishReason, usage } = await model.doGenerate(ask(`Who buys? ${contract}`));
    expect(said(content)).toContain('Buyer');
    expect(finishReason.unified).toBe('stop');
    expect(usage.inputTokens.total).toBeGreaterThan(10);
    expect(usage.outputTokens.total).toBeGreaterThan(5);
  });

  it('streams the same', async () => {
    const whole = await model.doGenerate(ask(`Who buys? ${contract}`));
    const parts = await partsOf(ask(`Who buys? ${contract}`));
    expect(textIn(parts)).toBe(said(whole.content));
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop' } });
    const finish = parts.at(-1) as LanguageModelV4StreamPart & { type: 'finish' };
    expect(finish.usage.inputTokens.total).toBe(whole.usage.inputTokens.total);
    expect(finish.usage.outputTokens.total).toBe(whole.usage.outputTokens.total);
  });

  it('fills a schema, whole and streamed', async () => {
    const { content, finishReason } = await model.doGenerate(ask(extraction, { responseFormat: format }));
    expect(JSON.parse(said(content))).toEqual(facts);
    expect(finishReason.unified).toBe('stop');
    expect(JSON.parse(textIn(await partsOf(ask(extraction, { responseFormat: format }))))).toEqual(facts);
  });

  it('calls tools over several turns, then answers in the schema', async () => {
    const schema = {
      type: 'object',
      properties: { quotes: { type: 'array', items: { type: 'string' } } },
      required: ['quotes'],
      additionalProperties: false,
    };
    const prompt: LanguageModelV4Prompt = [
      { role: 'user', content: [{ type: 'text', text: searchQuestion }] },
    ];
    const queries: string[] = [];
    let content: LanguageModelV4Content[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const reply = await model.doGenerate({
        prompt,
        tools,
        responseFormat: { type: 'json', schema: schema as never },
      });
      content = reply.content;
      const calls = content.filter((part) => part.type === 'tool-call');
      if (calls.length === 0) break;
      expect(reply.finishReason.unified).toBe('tool-calls');
      prompt.push({ role: 'assistant', content: content.flatMap(sentBack) });
      prompt.push({
        role: 'tool',
        content: calls.map(({ toolCallId, toolName, input }) => {
          const { query } = JSON.parse(input) as { query: string };
          queries.push(query);
          const value = `There is no ${query} risk in it.`;
          return { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } };
        }),
      });
    }
    expect(queries).toEqual(['liability', 'warranty']);
    const { quotes } = JSON.parse(said(content)) as { quotes: string[] };
    expect(quotes).toContain('There is no liability risk in it.');
  });

  it('streams tool calls', async () => {
    const parts = await partsOf(ask(searchQuestion, { tools }));
    expect(parts).toContainEqual(
      expect.objectContaining({
        type: 'tool-call',
        toolName: 'searchDocument',
        input: '{"query":"liability"}',
      }),
    );
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'tool-calls' } });
  });

  it('stops at the token limit', async () => {
    const { finishReason } = await model.doGenerate(ask(`Who buys? ${contract}`, { maxOutputTokens: 16 }));
    expect(finishReason.unified).toBe('length');
  });

  it('hears of faults as errors', async () => {
    await server.control.setFault(target, { kind: 'status', status: 429, retryAfterSeconds: 9 });
    await expect(model.doGenerate(ask('Hello'))).rejects.toMatchObject({
      statusCode: 429,
      responseHeaders: expect.objectContaining({ 'retry-after': '9' }),
    });
    await server.control.setFault(target, { kind: 'cut' });
    await expect(partsOf(ask(`Who buys? ${contract}`))).rejects.toThrow();
    await server.control.setFault(target, { kind: 'error-in-200' });
    expect(await partsOf(ask(`Who buys? ${contract}`))).toContainEqual(
      expect.objectContaining({ type: 'error' }),
    );
    await server.control.setFault(target, { kind: 'malformed' });
    expect(await partsOf(ask(`Who buys? ${contract}`))).toContainEqual(
      expect.objectContaining({ type: 'error' }),
    );
    await server.control.setFault(target, { kind: 'empty' });
    expect(textIn(await partsOf(ask(`Who buys? ${contract}`)))).toBe('');
  });
});

/** A part of an answer as it is sent back, with the vendor's own marks. */
function sentBack(part: LanguageModelV4Content): AssistantParts {
  const marks = part.providerMetadata && { providerOptions: part.providerMetadata };
  if (part.type === 'text' || part.type === 'reasoning')
    return [{ type: part.type, text: part.text, ...marks }];
  if (part.type !== 'tool-call') return [];
  const { type, toolCallId, toolName, input } = part;
  return [{ type, toolCallId, toolName, input: JSON.parse(input), ...marks }];
}

type AssistantParts = Extract<LanguageModelV4Prompt[number], { role: 'assistant' }>['content'];
