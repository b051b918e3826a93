import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type SimulatedProviders, startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { contract, facts, factsSchema, searchQuestion, searchSchema, vendors } from './simulated-vendors.ts';

/** OpenAI's own client against the simulated wire. */
describe('the openai client', () => {
  let server: SimulatedProviders;
  let client: OpenAI;
  beforeAll(async () => {
    server = await startSimulatedProviders({ providers: vendors, latencyScale: 0 });
    client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl('sim-aurora'), maxRetries: 0 });
  });
  afterEach(() => server.control.clearFaults());
  afterAll(() => server.close());

  const model = 'sim-model';
  const messages = [{ role: 'user' as const, content: `Who buys? ${contract}` }];
  const tools = [
    {
      type: 'function' as const,
      function: { name: 'searchDocument', description: 'Searches the document', parameters: searchSchema },
    },
  ];

  it('gets an answer with usage, labelled simulated', async () => {
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
    expect(response.headers.get('x-signalbox-simulated')).toBe('true');
    expect(data).toMatchObject({ object: 'chat.completion', model, system_fingerprint: 'simulated' });
    expect(data.choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant' } });
    expect(data.choices[0]!.message.content).toContain('Buyer');
    const { prompt_tokens, completion_tokens, total_tokens } = data.usage!;
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  });

  it('streams the same answer, with usage only when asked', async () => {
    const whole = await client.chat.completions.create({ model, messages });
    const stream = client.chat.completions.stream({
      model,
      messages,
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]!.message.content).toBe(whole.choices[0]!.message.content);
    expect(streamed.choices[0]!.finish_reason).toBe('stop');
    expect(streamed.usage).toEqual(whole.usage);

    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
      chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(4);
    expect(chunks.every((chunk) => chunk.usage === undefined)).toBe(true);
  });

  it('fills a JSON schema', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: `Extract the facts.\n\n${contract}` }],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'facts', strict: true, schema: factsSchema },
      },
    });
    expect(JSON.parse(answer.choices[0]!.message.content!)).toEqual(facts);
  });

  it('answers in any JSON where it names no schema', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages,
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(answer.choices[0]!.message.content!)).toEqual({ answer: expect.any(String) });
  });

  it.each([false, true])('calls a tool, then answers from its result (streamed: %p)', async (streamed) => {
    const history: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'You are terse.' },
      { role: 'user', content: searchQuestion },
    ];
    const queries: string[] = [];
    for (;;) {
      const body = { model, messages: history, tools };
      const answer = streamed
        ? await client.chat.completions.stream(body).finalChatCompletion()
        : await client.chat.completions.create(body);
      const { message, finish_reason } = answer.choices[0]!;
      if (!message.tool_calls?.length) {
        expect(finish_reason).toBe('stop');
        expect(message.content).toContain('There is no warranty risk in it.');
        break;
      }
      expect(finish_reason).toBe('tool_calls');
      history.push(message);
      for (const call of message.tool_calls) {
        if (call.type !== 'function') continue;
        const { query } = JSON.parse(call.function.arguments) as { query: string };
        queries.push(query);
        history.push({ role: 'tool', tool_call_id: call.id, content: `There is no ${query} risk in it.` });
      }
    }
    expect(queries).toEqual(['liability', 'warranty']);
  });

  it('calls tools in parallel, with ids of their own', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: searchQuestion }],
      tools,
      parallel_tool_calls: true,
    });
    const calls = answer.choices[0]!.message.tool_calls!;
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  it('obeys tool_choice', async () => {
    const asked = { model, messages: [{ role: 'user' as const, content: 'Say hello.' }], tools };
    const forced = await client.chat.completions.create({
      ...asked,
      tool_choice: { type: 'function', function: { name: 'searchDocument' } },
    });
    expect(forced.choices[0]!.message.tool_calls).toHaveLength(1);
    const none = await client.chat.completions.create({ ...asked, tool_choice: 'none' });
    expect(none.choices[0]!.message.tool_calls).toBeUndefined();
  });

  it('is cut at max_tokens', async () => {
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 5 });
    expect(answer.choices[0]!.finish_reason).toBe('length');
    expect(answer.choices[0]!.message.content).toHaveLength(20);
    expect(answer.usage!.completion_tokens).toBe(5);
  });

  it.each([undefined, 'float' as const])('embeds (as %p)', async (encoding_format) => {
    const input = ['The mill opened.', 'The mill opened.', 'Revenue fell.'];
    const { data, usage } = await client.embeddings.create({
      ...{ model, input, ...(encoding_format && { encoding_format }) },
    });
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(data[0]!.embedding).toHaveLength(64);
    expect(data[0]!.embedding).toEqual(data[1]!.embedding);
    expect(data[0]!.embedding).not.toEqual(data[2]!.embedding);
    expect(usage.total_tokens).toBe(usage.prompt_tokens);
  });

  it('lists the models', async () => {
    const listed = await client.models.list();
    expect(listed.data).toEqual([
      expect.objectContaining({ id: model, object: 'model', owned_by: 'sim-aurora' }),
    ]);
  });

  it('types the refusals', async () => {
    const ask = (change: object) => client.chat.completions.create({ model, messages, ...change });
    await expect(ask({ model: 'nope' })).rejects.toMatchObject({
      constructor: OpenAI.NotFoundError,
      code: 'model_not_found',
    });
    await expect(ask({ messages: undefined })).rejects.toMatchObject({
      constructor: OpenAI.BadRequestError,
      code: 'missing_required_parameter',
      param: 'messages',
    });
    await expect(
      ask({ messages: [{ role: 'user', content: 'word '.repeat(20_000) }] }),
    ).rejects.toMatchObject({
      constructor: OpenAI.BadRequestError,
      code: 'context_length_exceeded',
    });
    await expect(ask({ max_tokens: 99_999 })).rejects.toMatchObject({
      param: 'max_tokens',
      code: 'invalid_value',
    });
    await expect(ask({ messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] })).rejects.toThrow(
      "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'",
    );
    const keyless = new OpenAI({
      apiKey: 'any',
      baseURL: server.baseUrl('sim-aurora'),
      maxRetries: 0,
      defaultHeaders: { authorization: null },
    });
    await expect(keyless.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it.each([
    [400, OpenAI.BadRequestError],
    [401, OpenAI.AuthenticationError],
    [403, OpenAI.PermissionDeniedError],
    [404, OpenAI.NotFoundError],
    [422, OpenAI.UnprocessableEntityError],
    [429, OpenAI.RateLimitError],
    [503, OpenAI.InternalServerError],
  ] as const)('types a fault of status %p', async (status, type) => {
    await server.control.setFault('sim-aurora', { kind: 'status', status, retryAfterSeconds: 7 });
    const failure = await client.chat.completions
      .create({ model, messages })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(type);
    expect((failure as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7');
  });
});
