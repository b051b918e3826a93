import { afterEach, describe, expect, it } from '@jest/globals';
import { InvocationFailure, type ModelCall } from '../../../activities/ports.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import type { FailureKind } from '../../../src/core/failure/kind.ts';
import { type Message, textOf } from '../../../src/core/vocabulary/transcript.ts';
import { AiSdkModels } from '../../../src/providers/ai-sdk-models.ts';
import { apiKeyOf } from '../../../src/providers/api-key.ts';
import type { ResolvedProvider } from '../../../src/providers/language-model.ts';
import { parseFault } from '../../../src/simulated/faults.ts';
import { startSimulatedProviders } from '../../../src/simulated/simulated-providers.ts';
import { simulate } from '../../../src/testing/simulate.ts';
import { resolveProviders, SIMULATED_URL_ENV } from '../../../src/worker/resolve-providers.ts';
import { aModelCall } from '../../support/a-model-call.ts';
import { until } from '../../support/until.ts';
import { useVendors } from '../../support/use-vendors.ts';

const newOwnVendor = useVendors();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const config = resolveConfig({ agents: 'agents.ts' }, 'simulated');

/** The model port over simulated vendors of its own; `wire` says which of them to ask. */
async function newVendor(wire: Wire, fault?: string, streams = true) {
  const simulated = await startSimulatedProviders({ providers: simulate(config), latencyScale: 0 });
  const providers = resolveProviders(config, { [SIMULATED_URL_ENV]: simulated.url });
  const models = new AiSdkModels(
    new Map([...providers].map(([name, given]) => [name, { ...given, streams }])),
  );
  closers.push(async () => {
    await models.close();
    await simulated.close();
  });
  if (fault) await simulated.control.setFault('*', parseFault(fault));
  const endpoint = config.catalog.endpoints.find(({ provider }) => provider === WIRES[wire])!;
  const key = providers.get(endpoint.provider)!.keys[0]!.fingerprint;
  return {
    log: () => simulated.control.log(),
    close: () => simulated.close(),
    ask: (change: Partial<ModelCall> = {}) => models.invoke(endpoint, { ...call, key, ...change }),
  };
}

const WIRES = {
  'openai-compatible': 'sim-aurora',
  anthropic: 'sim-borealis',
  openai: 'sim-cirrus',
  google: 'sim-dune',
} as const;
type Wire = keyof typeof WIRES;
const wires = Object.keys(WIRES) as Wire[];

const call: Omit<ModelCall, 'key'> = {
  ...aModelCall,
  messages: [
    {
      role: 'user',
      content:
        'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.',
    },
  ],
  labels: { run: 'run/ä', step: 'a step', turn: '1', requestId: 'run/ä 1' },
};
/** Only the deadline that a fault is to pass is short: on a busy machine the others could pass before it. */
const deadlinesFor: Record<string, typeof call.deadlines> = {
  timeout: { ...call.deadlines, firstTokenMs: 300 },
  silence: { ...call.deadlines, firstTokenMs: 300 },
  stall: { ...call.deadlines, idleMs: 300 },
};

const failureOf = (answer: Promise<unknown>): Promise<InvocationFailure> =>
  answer.then(
    () => Promise.reject(new Error('it was taken for an answer')),
    (error: unknown) => {
      if (error instanceof InvocationFailure) return error;
      throw error;
    },
  );

describe.each(wires)('%s', (wire) => {
  it.each<[string, FailureKind]>([
    ['400', 'invalid_request'],
    ['400/context_length_exceeded', 'context_too_long'],
    ['400/content_filter', 'content_filtered'],
    ['401', 'credential_rejected'],
    ['402', 'payment_required'],
    ['403', 'forbidden'],
    ['404', 'model_not_found'],
    ['408', 'timed_out'],
    ['413', 'request_too_large'],
    ['422', 'invalid_request'],
    ['429', 'rate_limited'],
    ['429/insufficient_quota', 'payment_required'],
    ['500', 'unavailable'],
    ['502', 'unavailable'],
    ['503', 'unavailable'],
    ['504', 'unavailable'],
    ['529', 'unavailable'],
    ['reset', 'unavailable'],
    ['timeout', 'timed_out'],
    ['silence', 'timed_out'],
    ['stall', 'answer_incomplete'],
    ['cut', 'answer_incomplete'],
    ['malformed', 'answer_incomplete'],
    ['error-in-200', 'answer_incomplete'],
  ])('%s is %s, and is asked for once', async (fault, kind) => {
    const vendor = await newVendor(wire, fault);
    const failure = await failureOf(vendor.ask({ deadlines: deadlinesFor[fault] ?? call.deadlines }));
    expect(failure.kind).toBe(kind);
    expect(await vendor.log()).toHaveLength(1);
  });

  it.each<[string, FailureKind]>([
    ['503', 'unavailable'],
    ['reset', 'unavailable'],
    ['timeout', 'timed_out'],
    ['silence', 'timed_out'],
    ['stall', 'timed_out'],
    ['cut', 'answer_incomplete'],
    ['malformed', 'answer_incomplete'],
    ['error-in-200', 'answer_incomplete'],
  ])('of a provider that cannot stream, %s is %s', async (fault, kind) => {
    const vendor = await newVendor(wire, fault, false);
    const deadlines = { ...call.deadlines, totalMs: kind === 'timed_out' ? 300 : 20_000 };
    expect((await failureOf(vendor.ask({ deadlines }))).kind).toBe(kind);
    expect(await vendor.log()).toMatchObject([{ streamed: false }]);
  });

  it('gives the same answer in one piece, later than a first token may be', async () => {
    const [streamed, whole] = await Promise.all([newVendor(wire), newVendor(wire, undefined, false)]);
    const [one, other] = await Promise.all([
      streamed.ask(),
      whole.ask({ deadlines: { ...call.deadlines, firstTokenMs: 1, idleMs: 1 } }),
    ]);
    expect({ ...other, firstTokenMs: 0 }).toEqual({ ...one, firstTokenMs: 0 });
  });

  it('a whole answer without the last event that says so is whole', async () => {
    const [healthy, without] = await Promise.all([newVendor(wire), newVendor(wire, 'no-sentinel')]);
    const [one, other] = await Promise.all([healthy.ask(), without.ask()]);
    expect({ ...other, firstTokenMs: 0 }).toEqual({ ...one, firstTokenMs: 0 });
  });

  it('a refusal in a 200 has the finish reason of a filter, and no words', async () => {
    const vendor = await newVendor(wire, 'refusal');
    expect(await vendor.ask()).toMatchObject({ finishReason: 'content-filter', message: { content: [] } });
  });

  it('takes a schema as libraries write it, strict or not', async () => {
    const vendor = await newVendor(wire);
    const loose = { type: 'object', properties: { year: { type: 'string' }, more: { type: 'string' } } };
    for (const required of [['year', 'more'], ['year']]) {
      const { message } = await vendor.ask({ outputSchema: { ...loose, required } });
      expect(JSON.parse(textOf(message))).toHaveProperty('year');
    }
  });

  // What an empty answer is, the answer check says.
  it('an empty 200 is no failure of the wire, and has no words', async () => {
    const vendor = await newVendor(wire, 'empty');
    expect((await vendor.ask()).message.content).toEqual([]);
  });

  it('nobody listening is unavailable, and billed to nobody', async () => {
    const vendor = await newVendor(wire);
    await vendor.close();
    expect(await failureOf(vendor.ask())).toMatchObject({ kind: 'unavailable', billed: false });
  });

  it('a rate limit carries the time the provider named', async () => {
    const vendor = await newVendor(wire, '429:7');
    expect(await failureOf(vendor.ask())).toMatchObject({ hintMs: 7_000, billed: false });
  });

  it('what is left of a limit is heard, in answers and in refusals', async () => {
    const vendor = await newVendor(wire, 'quota:2requests/60s');
    const left = async () => (await vendor.ask()).headroom;
    const allowance = (count: number) => ({
      ...{ of: 'requests', left: count, limit: 2, resetsAtMs: expect.any(Number) },
    });
    // Gemini tells nothing of its limits.
    const told = wire !== 'google';
    expect(await left()).toEqual(told ? [allowance(1)] : []);
    expect(await left()).toEqual(told ? [allowance(0)] : []);
    expect(await failureOf(vendor.ask())).toMatchObject({
      ...{ kind: 'rate_limited', headroom: told ? [allowance(0)] : [] },
    });
  });

  it.each([
    ['false', true],
    ['true', false],
  ])('x-should-retry: %s is heard', async (shouldRetry, lasting) => {
    const baseUrl = await newOwnVendor(() => ({
      status: 503,
      headers: { 'x-should-retry': shouldRetry },
      body: '{"error":{"message":"down"}}',
    }));
    const key = apiKeyOf('any', baseUrl);
    const provider = {
      name: WIRES[wire],
      speaks: wire,
      baseUrl,
      keys: [key],
      streams: true,
      maxConcurrent: 9,
    };
    const models = new AiSdkModels(new Map<string, ResolvedProvider>([[provider.name, provider]]));
    closers.push(() => models.close());
    const endpoint = config.catalog.endpoints.find(({ provider }) => provider === WIRES[wire])!;
    expect(await failureOf(models.invoke(endpoint, { ...call, key: key.fingerprint }))).toMatchObject({
      kind: 'unavailable',
      lasting,
    });
  });

  it('an answer that was cut after it began is billed', async () => {
    const vendor = await newVendor(wire, 'cut');
    expect(await failureOf(vendor.ask())).toMatchObject({ billed: true });
  });

  it('an answer is whole, with usage and the model that served it', async () => {
    const vendor = await newVendor(wire);
    const answer = await vendor.ask();
    expect(answer).toMatchObject({
      finishReason: 'stop',
      servedModel: expect.stringMatching(/^sim-/),
      message: { content: [{ type: 'text', text: expect.stringContaining('The mill opened in 1890') }] },
    });
    expect(answer.usage!.outputTokens).toBeGreaterThan(0);
  });

  it.each(['silence', 'stall', 'timeout'])('abort closes the socket at once, in a %s', async (fault) => {
    const vendor = await newVendor(wire, fault);
    const caller = new AbortController();
    const answer = failureOf(vendor.ask({ signal: caller.signal }));
    await until(async () => (await vendor.log()).length === 1);
    const abortedAtMs = Date.now();
    caller.abort();
    await answer;
    await until(async () => (await vendor.log())[0]!.endedMs !== null);
    expect((await vendor.log())[0]!.endedMs! - abortedAtMs).toBeLessThan(1_000);
  });

  it('a deadline that passes closes the socket, too', async () => {
    const vendor = await newVendor(wire, 'stall');
    await failureOf(vendor.ask({ deadlines: deadlinesFor.stall! }));
    await until(async () => (await vendor.log())[0]!.endedMs !== null);
  });

  it('labels a request with run, step and turn, in characters a header may have', async () => {
    const vendor = await newVendor(wire);
    await vendor.ask();
    const { headers } = (await vendor.log())[0]!;
    expect(decodeURIComponent(headers['x-signalbox-run']!)).toBe('run/ä');
    expect(decodeURIComponent(headers['x-signalbox-step']!)).toBe('a step');
  });
});

describe.each(wires)('%s is shown', (wire) => {
  const data = Buffer.from('%PDF-1.7 hardly').toString('base64');
  it.each([
    ['a picture', 'image/png', '[file of image/png, 15 bytes]'],
    ['a PDF', 'application/pdf', '[file of application/pdf, 15 bytes]'],
    ['a text', 'text/plain', '%PDF-1.7 hardly'],
  ])('%s', async (_, mediaType, seen) => {
    const vendor = await newVendor(wire);
    const content = [
      { type: 'text', text: 'Which file is it, and hardly which PDF?' },
      { type: 'file', data, mediaType, filename: 'it' },
    ] as const;
    const { message } = await vendor.ask({ messages: [{ role: 'user', content }] });
    expect(textOf(message)).toContain(seen);
  });
});

it('a kind of file that a wire has no form for is asked of others', async () => {
  const vendor = await newVendor('anthropic');
  const content = [{ type: 'file', data: 'AAAA', mediaType: 'video/mp4' }] as const;
  const failure = vendor.ask({ messages: [{ role: 'user', content }] });
  await expect(failure).rejects.toMatchObject({ kind: 'parameter_unsupported', billed: false });
});

describe.each(wires)('%s takes a conversation that others began', (wire) => {
  const searched = (endpoint: string, ...ids: string[]): Message[] => [
    {
      ...{ role: 'assistant', endpoint },
      content: [
        { type: 'reasoning', text: 'Hm.', providerOptions: { anthropic: { signature: 'of another' } } },
        { type: 'text', text: 'I search.', providerOptions: { openai: { itemId: 'msg_of_another' } } },
        { type: 'text', text: '\n\n' },
        ...ids.map((toolCallId) => ({
          ...{ type: 'tool-call' as const, toolCallId, toolName: 'no such tool!', input: '{"quer' },
          providerOptions: { openai: { itemId: 'fc_of_another' } },
        })),
      ],
    },
    {
      role: 'tool',
      content: ids.map((toolCallId) => ({
        ...{ type: 'tool-result' as const, toolCallId, toolName: 'no such tool!' },
        ...{ output: 'There is no such tool.', isError: true },
      })),
    },
  ];

  it.each([
    ['an id too long and with a bar', ['call_abc|fc_'.repeat(6)]],
    ['ids that are no ids', ['', ' ']],
    ['one id for all', ['0', '0', '0']],
  ])('%s', async (_, ids) => {
    const vendor = await newVendor(wire);
    const messages = [
      ...call.messages,
      ...searched('another/model', ...ids),
      ...searched('a-third/model', ...ids),
      ...call.messages,
    ];
    const { message } = await vendor.ask({ messages });
    expect(textOf(message)).toContain('The mill opened in 1890');
  });
});

describe.each([true, false])('reasoning before a call, streamed: %s', (streams) => {
  const tool = { name: 'search', description: 'Searches', inputSchema: { type: 'object' } };
  const call0 = {
    ...{ index: 0, id: 'c0', type: 'function' },
    function: { name: 'search', arguments: '{}' },
  };

  /** A vendor that reasons in the field given, and then calls a tool or answers. */
  async function askTwice(field: string, more: object, finish: string) {
    const requests: string[] = [];
    const said = { role: 'assistant', [field]: 'Hm.', ...more };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const chunk = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }], usage })}\n\n`;
    const baseUrl = await newOwnVendor((request) => {
      requests.push(request);
      return streams
        ? {
            contentType: 'text/event-stream',
            body: `${chunk(said, null) + chunk({}, finish)}data: [DONE]\n\n`,
          }
        : { body: JSON.stringify({ choices: [{ index: 0, message: said, finish_reason: finish }], usage }) };
    });
    const key = apiKeyOf('any', baseUrl);
    const about = { name: WIRES['openai-compatible'], speaks: 'openai-compatible' as const, baseUrl };
    const provider = { ...about, keys: [key], streams, maxConcurrent: 9 };
    const models = new AiSdkModels(new Map<string, ResolvedProvider>([[provider.name, provider]]));
    closers.push(() => models.close());
    const endpoint = config.catalog.endpoints.find(({ provider }) => provider === about.name)!;
    const asked = { ...call, tools: [tool], key: key.fingerprint };
    const { message } = await models.invoke(endpoint, asked);
    const result = { ...{ type: 'tool-result' as const, toolCallId: 'c0', toolName: 'search' }, output: 1 };
    const messages: Message[] = [
      ...call.messages,
      { ...message, endpoint: endpoint.id },
      { role: 'tool', content: [{ ...result, isError: false }] },
    ];
    await models.invoke(endpoint, { ...asked, messages });
    return JSON.parse(requests[1]!).messages[1];
  }

  it('goes back where it came in reasoning_content, which DeepSeek asks for', async () => {
    const told = await askTwice('reasoning_content', { tool_calls: [call0] }, 'tool_calls');
    expect(told).toMatchObject({ reasoning_content: 'Hm.', tool_calls: [{ id: 'c0' }] });
  });

  it('does not where it came in another field, which Groq would refuse', async () => {
    const told = await askTwice('reasoning', { tool_calls: [call0] }, 'tool_calls');
    expect(told).not.toHaveProperty('reasoning_content');
  });

  it('is not kept where no tool was called', async () => {
    const told = await askTwice('reasoning_content', { content: 'The mill.' }, 'stop');
    expect(told).toEqual({ role: 'assistant', content: 'The mill.' });
  });
});
