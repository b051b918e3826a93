import { ApiError, type Content, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { fetch } from 'undici';
import { type SimulatedProviders, startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { contract, facts, factsSchema, searchQuestion, searchSchema, vendors } from './simulated-vendors.ts';

/** Google's own client against the simulated Gemini. */
describe('the @google/genai client', () => {
  const model = 'gemini-3-simulated';
  let server: SimulatedProviders;
  let client: GoogleGenAI;
  beforeAll(async () => {
    // The client asks with the global one, and Jest's sandbox has none that works.
    globalThis.fetch = fetch as never;
    const providers = vendors.map((vendor) => ({
      ...vendor,
      models: vendor.models.map((row) => ({ ...row, id: model })),
    }));
    server = await startSimulatedProviders({ providers, latencyScale: 0 });
    client = new GoogleGenAI({
      apiKey: 'any',
      httpOptions: { baseUrl: server.baseUrl('sim-gale').replace(/v1$/, ''), apiVersion: 'v1' },
    });
  });
  afterEach(() => server.control.clearFaults());
  afterAll(() => server.close());

  const contents = `Who buys? ${contract}`;
  const tools = [
    {
      functionDeclarations: [
        {
          name: 'searchDocument',
          description: 'Searches the document',
          parametersJsonSchema: searchSchema as unknown,
        },
      ],
    },
  ];

  it('gets an answer with usage', async () => {
    const answer = await client.models.generateContent({ model, contents });
    expect(answer.text).toContain('Buyer');
    expect(answer.candidates![0]!.finishReason).toBe('STOP');
    expect(answer.modelVersion).toBe(model);
    const { promptTokenCount, candidatesTokenCount, totalTokenCount } = answer.usageMetadata!;
    expect(totalTokenCount).toBe(promptTokenCount! + candidatesTokenCount!);
  });

  it('streams the same answer', async () => {
    const whole = await client.models.generateContent({ model, contents });
    const chunks = [];
    for await (const chunk of await client.models.generateContentStream({ model, contents }))
      chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(4);
    expect(chunks.map(({ text }) => text ?? '').join('')).toBe(whole.text);
    expect(chunks.at(-1)!.usageMetadata).toEqual(whole.usageMetadata);
  });

  it.each(['responseJsonSchema', 'responseSchema'])('fills a schema (%s)', async (field) => {
    const answer = await client.models.generateContent({
      model,
      contents: `Extract the facts.\n\n${contract}`,
      config: { responseMimeType: 'application/json', [field]: factsSchema },
    });
    expect(JSON.parse(answer.text!)).toEqual(facts);
  });

  it.each([false, true])(
    'calls a function, then answers from its result (streamed: %p)',
    async (streamed) => {
      const history: Content[] = [{ role: 'user', parts: [{ text: searchQuestion }] }];
      const queries: string[] = [];
      for (;;) {
        const asked = { model, contents: history, config: { tools, systemInstruction: 'You are terse.' } };
        const parts = streamed
          ? await (async () => {
              const all = [];
              for await (const chunk of await client.models.generateContentStream(asked))
                all.push(...(chunk.candidates![0]!.content?.parts ?? []));
              return all;
            })()
          : (await client.models.generateContent(asked)).candidates![0]!.content!.parts!;
        const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
        if (calls.length === 0) {
          expect(parts.map(({ text }) => text ?? '').join('')).toContain('There is no warranty risk in it.');
          break;
        }
        history.push({ role: 'model', parts: parts.filter(({ text }) => text !== '') });
        history.push({
          role: 'user',
          parts: calls.map(({ id, name, args }) => {
            queries.push(String(args!.query));
            const response = { output: `There is no ${args!.query} risk in it.` };
            return { functionResponse: { ...(id && { id }), name: name!, response } };
          }),
        });
      }
      expect(queries).toEqual(['liability', 'warranty']);
    },
  );

  it('calls functions in parallel, with ids of their own and one signature for all', async () => {
    const answer = await client.models.generateContent({
      model,
      contents: searchQuestion,
      config: { tools },
    });
    expect(new Set(answer.functionCalls!.map(({ id }) => id)).size).toBe(2);
    const signed = answer.candidates![0]!.content!.parts!.map(({ thoughtSignature }) =>
      Boolean(thoughtSignature),
    );
    expect(signed).toEqual([true, false]);
  });

  it('obeys the mode of function calling', async () => {
    const callsIn = async (mode: FunctionCallingConfigMode) => {
      const config = { tools, toolConfig: { functionCallingConfig: { mode } } };
      return (await client.models.generateContent({ model, contents: 'Say hello.', config })).functionCalls;
    };
    expect(await callsIn(FunctionCallingConfigMode.ANY)).toHaveLength(1);
    expect(await callsIn(FunctionCallingConfigMode.NONE)).toBeUndefined();
  });

  it('is cut at maxOutputTokens', async () => {
    const answer = await client.models.generateContent({ model, contents, config: { maxOutputTokens: 5 } });
    expect(answer.candidates![0]!.finishReason).toBe('MAX_TOKENS');
    expect(answer.usageMetadata!.candidatesTokenCount).toBe(5);
  });

  it('is shown a picture', async () => {
    const parts = [{ text: 'Which file is it?' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }];
    const answer = await client.models.generateContent({ model, contents: [{ role: 'user', parts }] });
    expect(answer.text).toContain('[file of image/png, 3 bytes]');
  });

  it('refuses a call without its signature, or with another’s', async () => {
    const asked = (signature: object) => [
      { role: 'user', parts: [{ text: 'Search.' }] },
      { role: 'model', parts: [{ functionCall: { name: 'searchDocument', args: {} }, ...signature }] },
      { role: 'user', parts: [{ functionResponse: { name: 'searchDocument', response: { output: '' } } }] },
    ];
    const ask = (signature: object) =>
      client.models.generateContent({ model, contents: asked(signature), config: { tools } });
    await expect(ask({})).rejects.toThrow('missing a thought_signature');
    await expect(ask({ thoughtSignature: 'of another' })).rejects.toThrow('not valid');
    await ask({ thoughtSignature: 'skip_thought_signature_validator' });
  });

  it('embeds', async () => {
    const { embeddings = [] } = await client.models.embedContent({
      model,
      contents: ['The mill.', 'Revenue.'],
    });
    expect(embeddings.map(({ values }) => values!.length)).toEqual([64, 64]);
    expect(embeddings[0]!.values).not.toEqual(embeddings[1]!.values);
  });

  it('says why it refuses', async () => {
    const ask = (change: object) => client.models.generateContent({ model, contents, ...change });
    await expect(ask({ model: 'nope' })).rejects.toMatchObject({ constructor: ApiError, status: 404 });
    await expect(ask({ contents: 'word '.repeat(20_000) })).rejects.toThrow(
      'exceeds the maximum number of tokens',
    );
    await expect(ask({ config: { maxOutputTokens: 99_999 } })).rejects.toThrow('maxOutputTokens');
  });

  it('says in the body when to come back', async () => {
    await server.control.setFault('sim-gale', { kind: 'status', status: 429, retryAfterSeconds: 7 });
    await expect(client.models.generateContent({ model, contents })).rejects.toThrow('"retryDelay":"7s"');
  });

  it.each([400, 401, 403, 404, 429, 503] as const)('types a fault of status %p', async (status) => {
    await server.control.setFault('sim-gale', { kind: 'status', status });
    await expect(client.models.generateContent({ model, contents })).rejects.toMatchObject({
      ...{ constructor: ApiError, status },
    });
  });
});
