import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type SimulatedProviders, startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { contract, facts, factsSchema, searchQuestion, searchSchema, vendors } from './simulated-vendors.ts';

/** Anthropic's own client against the simulated wire. */
describe('the anthropic client', () => {
  let server: SimulatedProviders;
  let client: Anthropic;
  beforeAll(async () => {
    server = await startSimulatedProviders({ providers: vendors, latencyScale: 0 });
    // Their client adds /v1 itself.
    client = new Anthropic({ apiKey: 'any', baseURL: `${server.url}/sim-comet`, maxRetries: 0 });
  });
  afterEach(() => server.control.clearFaults());
  afterAll(() => server.close());

  const asked = {
    model: 'sim-model',
    max_tokens: 1000,
    messages: [{ role: 'user' as const, content: `Who buys? ${contract}` }],
  };
  const tools = [
    { name: 'searchDocument', description: 'Searches the document', input_schema: searchSchema as never },
  ];

  const textOf = (message: Anthropic.Message) =>
    message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');

  it('gets an answer with usage, labelled simulated', async () => {
    const { data, response } = await client.messages.create(asked).withResponse();
    expect(response.headers.get('x-signalbox-simulated')).toBe('true');
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'sim-model',
      stop_reason: 'end_turn',
    });
    expect(textOf(data)).toContain('Buyer');
    expect(data.usage.input_tokens).toBeGreaterThan(10);
    expect(data.usage.output_tokens).toBeGreaterThan(5);
  });

  it('streams the same answer and usage', async () => {
    const whole = await client.messages.create(asked);
    const streamed = await client.messages.stream(asked).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage).toMatchObject({
      input_tokens: whole.usage.input_tokens,
      output_tokens: whole.usage.output_tokens,
    });
    expect(streamed.stop_reason).toBe('end_turn');
  });

  it('fills a JSON schema', async () => {
    const answer = await client.messages.create({
      ...asked,
      messages: [{ role: 'user', content: `Extract the facts.\n\n${contract}` }],
      output_config: { format: { type: 'json_schema', schema: factsSchema } },
    });
    expect(JSON.parse(textOf(answer))).toEqual(facts);
  });

  it.each([false, true])('calls a tool, then answers from its result (streamed: %p)', async (streamed) => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: searchQuestion }];
    const queries: string[] = [];
    for (;;) {
      const body = { ...asked, system: 'You are terse.', messages, tools };
      const answer = streamed
        ? await client.messages.stream(body).finalMessage()
        : await client.messages.create(body);
      messages.push({ role: 'assistant', content: answer.content });
      const calls = answer.content.filter((block) => block.type === 'tool_use');
      if (calls.length === 0) {
        expect(answer.stop_reason).toBe('end_turn');
        expect(textOf(answer)).toContain('There is no warranty risk in it.');
        break;
      }
      expect(answer.stop_reason).toBe('tool_use');
      const results = calls.map((call) => {
        const { query } = call.input as { query: string };
        queries.push(query);
        return {
          type: 'tool_result' as const,
          tool_use_id: call.id,
          content: `There is no ${query} risk in it.`,
        };
      });
      messages.push({ role: 'user', content: results });
    }
    expect(queries).toEqual(['liability', 'warranty']);
  });

  it('calls tools in parallel, and obeys tool_choice', async () => {
    const messages = [{ role: 'user' as const, content: searchQuestion }];
    const callsOf = (message: Anthropic.Message) =>
      message.content.filter((block) => block.type === 'tool_use');
    const parallel = await client.messages.create({
      ...asked,
      messages,
      tools,
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
    });
    expect(callsOf(parallel)).toHaveLength(2);
    const none = await client.messages.create({ ...asked, messages, tools, tool_choice: { type: 'none' } });
    expect(callsOf(none)).toHaveLength(0);
    const forced = await client.messages.create({
      ...asked,
      messages: [{ role: 'user', content: 'Say hello.' }],
      tools,
      tool_choice: { type: 'tool', name: 'searchDocument' },
    });
    expect(callsOf(forced)).toHaveLength(1);
  });

  it('is cut at max_tokens', async () => {
    const answer = await client.messages.create({ ...asked, max_tokens: 5 });
    expect(answer.stop_reason).toBe('max_tokens');
    expect(textOf(answer)).toHaveLength(20);
    expect(answer.usage.output_tokens).toBe(5);
  });

  it('lists the models', async () => {
    const listed = await client.models.list();
    expect(listed.data).toEqual([expect.objectContaining({ id: 'sim-model', type: 'model' })]);
  });

  it('types the refusals', async () => {
    const ask = (change: object) => client.messages.create({ ...asked, ...change });
    await expect(ask({ model: 'nope' })).rejects.toMatchObject({
      constructor: Anthropic.NotFoundError,
      error: { type: 'error', error: { type: 'not_found_error', message: 'model: nope' } },
    });
    await expect(ask({ max_tokens: undefined })).rejects.toMatchObject({
      constructor: Anthropic.BadRequestError,
      error: { error: { type: 'invalid_request_error', message: 'max_tokens: Field required' } },
    });
    await expect(ask({ messages: [{ role: 'user', content: 'word '.repeat(20_000) }] })).rejects.toThrow(
      'prompt is too long: 25000 tokens > 20000 maximum',
    );
    await expect(ask({ max_tokens: 5000 })).rejects.toThrow('max_tokens: 5000 > 4096');
    const orphan = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '' }] };
    await expect(ask({ messages: [orphan] })).rejects.toThrow(
      'unexpected `tool_use_id` found in `tool_result` blocks',
    );
    const keyless = await fetch(`${server.url}/sim-comet/v1/messages`, { method: 'POST', body: '{}' });
    expect(keyless.status).toBe(401);
    expect(await keyless.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
  });

  it.each([
    [400, Anthropic.BadRequestError],
    [401, Anthropic.AuthenticationError],
    [403, Anthropic.PermissionDeniedError],
    [404, Anthropic.NotFoundError],
    [429, Anthropic.RateLimitError],
    [529, Anthropic.InternalServerError],
  ] as const)('types a fault of status %p', async (status, type) => {
    await server.control.setFault('sim-comet', { kind: 'status', status });
    await expect(client.messages.create(asked)).rejects.toBeInstanceOf(type);
  });
});
