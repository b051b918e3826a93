import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type SimulatedProviders, startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { contract, facts, factsSchema, searchQuestion, searchSchema, vendors } from './simulated-vendors.ts';

/** OpenAI's own client against the simulated responses. */
describe('the openai client, responses', () => {
  let server: SimulatedProviders;
  let client: OpenAI;
  beforeAll(async () => {
    server = await startSimulatedProviders({ providers: vendors, latencyScale: 0 });
    client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl('sim-onyx'), maxRetries: 0 });
  });
  afterEach(() => server.control.clearFaults());
  afterAll(() => server.close());

  const model = 'sim-model';
  const input = `Who buys? ${contract}`;
  const tool = {
    ...{ type: 'function' as const, name: 'searchDocument', description: 'Searches the document' },
    ...{ parameters: searchSchema as never, strict: false },
  };

  it('gets an answer with usage', async () => {
    const answer = await client.responses.create({ model, input });
    expect(answer).toMatchObject({ object: 'response', status: 'completed', model, error: null });
    expect(answer.output_text).toContain('Buyer');
    const { input_tokens, output_tokens, total_tokens } = answer.usage!;
    expect(total_tokens).toBe(input_tokens + output_tokens);
  });

  it('streams the same answer, event by numbered event', async () => {
    const whole = await client.responses.create({ model, input });
    const stream = client.responses.stream({ model, input });
    const numbers: number[] = [];
    for await (const event of stream) numbers.push(event.sequence_number);
    expect(numbers).toEqual(numbers.map((_, i) => i));
    const streamed = await stream.finalResponse();
    expect(streamed.output_text).toBe(whole.output_text);
    expect(streamed.usage).toEqual(whole.usage);
  });

  it.each([false, true])('fills a JSON schema (streamed: %p)', async (streamed) => {
    const asked = {
      model,
      input: `Extract the facts.\n\n${contract}`,
      text: { format: { type: 'json_schema' as const, name: 'facts', strict: true, schema: factsSchema } },
    };
    const answer = streamed
      ? await client.responses.stream(asked).finalResponse()
      : await client.responses.create(asked);
    expect(JSON.parse(answer.output_text)).toEqual(facts);
  });

  it.each([false, true])('calls a tool, then answers from its result (streamed: %p)', async (streamed) => {
    const items: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: searchQuestion }];
    const queries: string[] = [];
    for (;;) {
      const asked = {
        ...{ model, input: items, tools: [tool], instructions: 'You are terse.', store: false },
        include: ['reasoning.encrypted_content' as const],
      };
      const answer = streamed
        ? await client.responses.stream(asked).finalResponse()
        : await client.responses.create(asked);
      const calls = answer.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
      if (calls.length === 0) {
        expect(answer.output_text).toContain('There is no warranty risk in it.');
        break;
      }
      expect(answer.output[0]).toMatchObject({ type: 'reasoning', encrypted_content: expect.any(String) });
      items.push(...(answer.output as OpenAI.Responses.ResponseInputItem[]));
      for (const { call_id, arguments: args } of calls) {
        const { query } = JSON.parse(args) as { query: string };
        queries.push(query);
        items.push({ type: 'function_call_output', call_id, output: `There is no ${query} risk in it.` });
      }
    }
    expect(queries).toEqual(['liability', 'warranty']);
  });

  it('calls tools in parallel, obeys tool_choice', async () => {
    const callsIn = async (change: object) => {
      const answer = await client.responses.create({
        model,
        input: searchQuestion,
        tools: [tool],
        ...change,
      });
      return (answer as OpenAI.Responses.Response).output.filter((item) => item.type === 'function_call')
        .length;
    };
    expect(await callsIn({ parallel_tool_calls: true })).toBe(2);
    expect(await callsIn({ tool_choice: { type: 'function', name: 'searchDocument' } })).toBe(1);
    expect(await callsIn({ tool_choice: 'none' })).toBe(0);
  });

  it('is incomplete at max_output_tokens', async () => {
    const answer = await client.responses.create({ model, input, max_output_tokens: 16 });
    expect(answer).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { output_tokens: 16 },
    });
  });

  it('is shown a picture', async () => {
    const content = [
      { type: 'input_text' as const, text: 'Which file is it?' },
      { type: 'input_image' as const, image_url: 'data:image/png;base64,AAAA', detail: 'auto' as const },
    ];
    const answer = await client.responses.create({ model, input: [{ role: 'user', content }] });
    expect(answer.output_text).toContain('[file of image/png, 3 bytes]');
  });

  it('types the refusals, and those of a history that is not its own', async () => {
    const ask = (change: object) => client.responses.create({ model, input, ...change });
    await expect(ask({ model: 'nope' })).rejects.toMatchObject({
      ...{ constructor: OpenAI.NotFoundError, code: 'model_not_found' },
    });
    await expect(ask({ input: 'word '.repeat(20_000) })).rejects.toMatchObject({
      ...{ constructor: OpenAI.BadRequestError, code: 'context_length_exceeded' },
    });
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'of another' };
    await expect(ask({ input: [reasoning] })).rejects.toThrow('could not be verified');
    await expect(ask({ input: [{ type: 'item_reference', id: 'msg_1' }] })).rejects.toThrow('not found');
    const call = { type: 'function_call', call_id: 'x', name: 'search', arguments: '{}' };
    await expect(ask({ input: [call] })).rejects.toThrow('No tool output found for function call x');
  });

  it('hears of an error in the midst of a stream', async () => {
    await server.control.setFault('sim-onyx', { kind: 'error-in-200' });
    await expect(client.responses.stream({ model, input }).finalResponse()).rejects.toThrow();
  });

  it.each([
    [400, OpenAI.BadRequestError],
    [401, OpenAI.AuthenticationError],
    [429, OpenAI.RateLimitError],
    [503, OpenAI.InternalServerError],
  ] as const)('types a fault of status %p', async (status, type) => {
    await server.control.setFault('sim-onyx', { kind: 'status', status });
    await expect(client.responses.create({ model, input })).rejects.toBeInstanceOf(type);
  });
});
