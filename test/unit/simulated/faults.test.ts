import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { SignalboxError } from '../../../src/core/vocabulary/errors.ts';
import type { WireFormat } from '../../../src/core/vocabulary/model.ts';
import { simulatedControl } from '../../../src/simulated/client.ts';
import type { SimulatedControl } from '../../../src/simulated/control.ts';
import { faultStatuses, parseFault } from '../../../src/simulated/faults.ts';
import {
  type SimulatedProvider,
  type SimulatedProviders,
  startSimulatedProviders,
} from '../../../src/simulated/simulated-providers.ts';
import { until } from '../../support/until.ts';

const model = {
  id: 'sim-model',
  maxOutputTokens: 4096,
  contextTokens: 20_000,
  firstTokenMs: 50,
  tokensPerSecond: 1000,
  abilities: [],
};
const question =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';

let server: SimulatedProviders;
beforeAll(async () => {
  server = await startSimulatedProviders({
    providers: newProviders([model, { ...model, id: 'sim-other' }]),
    latencyScale: 0,
  });
});
afterEach(async () => {
  await server.control.clearFaults();
  await server.control.clearLog();
});
afterAll(() => server.close());

interface WireCase {
  readonly provider: string;
  readonly wire: WireFormat;
  /** Below the base URL. */
  path(modelId: string, stream: boolean): string;
  body(modelId: string, stream: boolean): object;
  /** Stands at the end of a stream. */
  readonly done: string;
  /** The end says only that it is over. */
  readonly sentinel?: true;
}

const messages = [{ role: 'user', content: question }];
const wires: readonly [WireCase, ...WireCase[]] = [
  {
    ...{ provider: 'sim-aurora', wire: 'openai-compatible', done: '[DONE]', sentinel: true },
    path: () => '/chat/completions',
    body: (model, stream) => ({ model, max_tokens: 1000, messages, stream }),
  },
  {
    ...{ provider: 'sim-boreal', wire: 'openai', done: 'response.completed' },
    path: () => '/responses',
    body: (model, stream) => ({ model, max_output_tokens: 1000, input: question, stream }),
  },
  {
    ...{ provider: 'sim-comet', wire: 'anthropic', done: 'message_stop', sentinel: true },
    path: () => '/messages',
    body: (model, stream) => ({ model, max_tokens: 1000, messages, stream }),
  },
  {
    ...{ provider: 'sim-gale', wire: 'google', done: 'finishReason' },
    path: (model, stream) =>
      `/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: () => ({ contents: [{ role: 'user', parts: [{ text: question }] }] }),
  },
];
const newProviders = (models: SimulatedProvider['models']) =>
  wires.map(({ provider, wire }) => ({ name: provider as SimulatedProvider['name'], wire, models }));
const headers = {
  ...{ authorization: 'Bearer any', 'x-goog-api-key': 'any' },
  ...{ 'anthropic-version': '2023-06-01', 'x-signalbox-run': 'run-1' },
};

/** What reached a client that waits so long at most: status, the text before the end, and how it ended. */
async function ask(
  { provider, path, body: bodyOf }: WireCase,
  stream: boolean,
  { patienceMs = 5_000, modelId = 'sim-model' } = {},
) {
  const signal = AbortSignal.timeout(patienceMs);
  let text = '';
  try {
    const answer = await request(`${server.baseUrl(provider)}${path(modelId, stream)}`, {
      ...{ method: 'POST', headers, signal },
      body: JSON.stringify(bodyOf(modelId, stream)),
    });
    const { statusCode, body } = answer;
    expect(answer.headers['x-signalbox-simulated']).toBe('true');
    try {
      for await (const chunk of body) text += String(chunk);
    } catch {
      return { status: statusCode, text, end: signal.aborted ? 'gave up' : 'broken' };
    }
    return { status: statusCode, text, end: 'ended', retryAfter: answer.headers['retry-after'] };
  } catch (error) {
    return { status: 0, text, end: signal.aborted ? 'gave up' : (error as NodeJS.ErrnoException).code };
  }
}

/** For faults that never end by themselves. */
const impatient = { patienceMs: 150 };

async function lastOutcome(): Promise<string | undefined> {
  await until(async () => (await server.control.log()).at(-1)?.endedMs !== null);
  return (await server.control.log()).at(-1)?.outcome;
}

describe.each(wires)('on the wire of $provider', (wire) => {
  it.each([true, false])('an answer without a fault ends whole (streamed: %p)', async (stream) => {
    const got = await ask(wire, stream);
    expect(got).toMatchObject({ status: 200, end: 'ended' });
    if (stream) expect(got.text).toContain(wire.done);
    else expect(() => JSON.parse(got.text)).not.toThrow();
    expect(await lastOutcome()).toBe('answered');
  });

  it.each([true, false])('reset: no header, the socket is reset (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'reset' });
    expect(await ask(wire, stream)).toEqual({ status: 0, text: '', end: 'ECONNRESET' });
    expect(await lastOutcome()).toBe('reset');
  });

  it.each([true, false])('timeout: no header ever (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'timeout' });
    expect(await ask(wire, stream, impatient)).toEqual({ status: 0, text: '', end: 'gave up' });
    expect(await lastOutcome()).toBe('timeout');
  });

  it.each([true, false])('silence: headers, then nothing (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'silence' });
    expect(await ask(wire, stream, impatient)).toEqual({ status: 200, text: '', end: 'gave up' });
    expect(await lastOutcome()).toBe('silence');
  });

  it.each([true, false])('stall: a part, then nothing (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'stall' });
    const got = await ask(wire, stream, impatient);
    expect(got).toMatchObject({ status: 200, end: 'gave up' });
    expect(got.text).not.toBe('');
    if (stream) expect(got.text).not.toContain('county');
    else expect(isBroken(got.text)).toBe(true);
  });

  it.each([true, false])('cut: a part, then the socket is gone (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'cut' });
    const got = await ask(wire, stream);
    expect(got).toMatchObject({ status: 200, end: 'broken' });
    expect(got.text).not.toBe('');
    expect(await lastOutcome()).toBe('cut');
  });

  it.each([true, false])('malformed: JSON that does not parse (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'malformed' });
    const got = await ask(wire, stream);
    expect(got).toMatchObject({ status: 200, end: 'ended' });
    const documents = stream
      ? [...got.text.matchAll(/^data: (\{.*)$/gm)].map(({ 1: data }) => data!)
      : [got.text];
    expect(documents.filter(isBroken)).toHaveLength(1);
  });

  it.each([true, false])('error-in-200: the vendor error, no end (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'error-in-200' });
    const got = await ask(wire, stream);
    expect(got).toMatchObject({ status: 200, end: 'ended' });
    expect(got.text).toMatch(/"error":\{|"type":"error"/);
    expect(got.text).not.toContain(wire.done);
  });

  it.each([true, false])('empty: whole and without a word (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'empty' });
    const got = await ask(wire, stream);
    expect(got).toMatchObject({ status: 200, end: 'ended' });
    expect(got.text).not.toContain('mill');
    if (stream) expect(got.text).toContain(wire.done);
  });

  it.each([true, false])('misshapen: whole, and of another shape (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'misshapen' });
    const got = await ask(wire, stream);
    expect(got).toMatchObject({ status: 200, end: 'ended' });
    expect(got.text).toContain('unasked');
  });

  it('wrong-usage: more tokens than any model takes', async () => {
    await server.control.setFault(wire.provider, { kind: 'wrong-usage' });
    expect((await ask(wire, false)).text).toMatch(/token\w*":1\d{9}/i);
  });

  it('slow: a beginning, and for seconds no word of the answer', async () => {
    await server.control.setFault(wire.provider, { kind: 'slow' });
    const got = await ask(wire, true, impatient);
    expect(got).toMatchObject({ status: 200, end: 'gave up' });
    expect(got.text).not.toContain('mill');
  });

  it.each([true, false])('slow for a given time: then the whole answer (streamed: %p)', async (stream) => {
    await server.control.setFault(wire.provider, { kind: 'slow', lateSeconds: 0.2 });
    const startedMs = Date.now();
    expect(await ask(wire, stream, { patienceMs: 5_000 })).toMatchObject({ status: 200, end: 'ended' });
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(200);
  });

  it('no-sentinel: the whole answer, and no event that only says that it is over', async () => {
    await server.control.setFault(wire.provider, { kind: 'no-sentinel' });
    const got = await ask(wire, true);
    expect(got).toMatchObject({ status: 200, end: 'ended' });
    expect(got.text).toMatch(/y for many years/);
    expect(got.text.includes(wire.done)).toBe(!wire.sentinel);
  });

  it.each(faultStatuses)('status %p with the body of the vendor', async (status) => {
    await server.control.setFault(wire.provider, { kind: 'status', status, retryAfterSeconds: 3 });
    const got = await ask(wire, true);
    expect(got).toMatchObject({ status, end: 'ended', retryAfter: '3' });
    expect(JSON.parse(got.text)).toMatchObject({
      error: {
        message: expect.any(String),
        [wire.wire === 'google' ? 'status' : 'type']: expect.any(String),
      },
    });
    expect(await lastOutcome()).toBe(`status ${status}`);
  });

  it('a client that gives up is noticed at once', async () => {
    // A piece in 400 ms, the whole in seconds.
    const models = [{ ...model, tokensPerSecond: 10 }];
    const slow = await startSimulatedProviders({
      providers: newProviders(models),
    });
    const fast = server;
    server = slow;
    try {
      for (const stream of [true, false]) {
        await slow.control.clearLog();
        expect(await ask(wire, stream, { patienceMs: 800 })).toMatchObject({ end: 'gave up' });
        await until(async () => (await slow.control.log())[0]?.endedMs !== null);
        const [entry] = await slow.control.log();
        expect(entry).toMatchObject({ outcome: 'client closed', streamed: stream });
        expect(entry!.endedMs! - entry!.atMs).toBeLessThan(2_000);
        if (stream) expect(entry!.outputTokens).toBeGreaterThan(0);
      }
    } finally {
      server = fast;
      await slow.close();
    }
  });
});

function isBroken(json: string): boolean {
  try {
    JSON.parse(json);
    return false;
  } catch {
    return true;
  }
}

describe('faults', () => {
  it('strike the most specific target and heal after so many times', async () => {
    const [aurora, comet] = [wires[0], wires[2]!];
    await server.control.setFault('*', { kind: 'status', status: 500 });
    await server.control.setFault('sim-aurora', { kind: 'status', status: 502 });
    await server.control.setFault('sim-aurora/sim-model', { kind: 'status', status: 503, times: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await ask(aurora, false)).status);
    expect(statuses).toEqual([503, 503, 502]);
    expect((await ask(aurora, false, { modelId: 'sim-other' })).status).toBe(502);
    expect((await ask(comet, false)).status).toBe(500);
    await server.control.clearFaults();
    expect((await ask(comet, false)).status).toBe(200);
  });

  it('may name another reason for a status', async () => {
    await server.control.setFault('*', parseFault('429/insufficient_quota'));
    expect(JSON.parse((await ask(wires[0], false)).text)).toMatchObject({
      error: { code: 'insufficient_quota' },
    });
  });
});

describe.each<[string, () => SimulatedControl]>([
  ['in process', () => server.control],
  ['over HTTP', () => simulatedControl(server.url)],
])('control %s', (_, control) => {
  it('sets, lists and clears faults', async () => {
    await control().setFault('sim-comet', { kind: 'cut', times: 2 });
    expect(await control().faults()).toEqual({ 'sim-comet': [{ kind: 'cut', times: 2 }] });
    await control().clearFaults();
    expect(await control().faults()).toEqual({});
  });

  it('refuses a target that does not exist', async () => {
    const refused = control().setFault('sim-nobody', { kind: 'cut' });
    await expect(refused).rejects.toBeInstanceOf(SignalboxError);
    await expect(refused).rejects.toMatchObject({
      message: 'There is no fault target "sim-nobody"',
      remedy: expect.stringContaining('sim-aurora/sim-other'),
    });
  });

  it('reads and clears the log', async () => {
    await ask(wires[0], true);
    for (const wire of wires.slice(1)) await ask(wire, false);
    const [first, ...others] = await control().log();
    expect(first).toMatchObject({
      provider: 'sim-aurora',
      model: 'sim-model',
      streamed: true,
      outcome: 'answered',
      headers: { 'x-signalbox-run': 'run-1' },
    });
    expect(first!.inputTokens).toBe(Math.ceil(question.length / 4));
    expect(first!.outputTokens).toBeGreaterThan(0);
    expect(first!.conversation).toMatch(/^[\da-f]{64}$/);
    // The same conversation, told on another wire, is known again.
    expect(others.map(({ conversation }) => conversation)).toEqual(others.map(() => first!.conversation));
    await control().clearLog();
    expect(await control().log()).toEqual([]);
  });
});

describe('the server', () => {
  it('says so when its port is taken', async () => {
    const second = startSimulatedProviders({ providers: [], port: server.port });
    await expect(second).rejects.toBeInstanceOf(SignalboxError);
    await expect(second).rejects.toThrow(`Port ${server.port}`);
  });

  it('takes its models’ time', async () => {
    const timed = await startSimulatedProviders({
      providers: [
        { name: 'sim-aurora', wire: 'openai-compatible', models: [{ ...model, firstTokenMs: 400 }] },
      ],
      latencyScale: 0.5,
    });
    const fast = server;
    server = timed;
    const startedMs = Date.now();
    await ask(wires[0], false, { patienceMs: 5000 });
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(200);
    server = fast;
    await timed.close();
  });

  it('closes with answers still open, and a control elsewhere says that nothing answers', async () => {
    const closing = await startSimulatedProviders({
      providers: [{ name: 'sim-aurora', wire: 'openai-compatible', models: [model] }],
    });
    await closing.control.setFault('*', { kind: 'timeout' });
    const open = request(`${closing.baseUrl('sim-aurora')}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer any' },
      body: JSON.stringify({ model: 'sim-model', messages: [{ role: 'user', content: 'Hello' }] }),
    }).catch((error: NodeJS.ErrnoException) => error.code);
    await until(async () => (await closing.control.log()).length === 1);
    await closing.close();
    // The socket is closed with or without a reset, as its last bytes were read or not.
    expect(['UND_ERR_SOCKET', 'ECONNRESET']).toContain(await open);
    await expect(simulatedControl(closing.url).log()).rejects.toThrow(
      `No simulated providers answer at ${closing.url}`,
    );
  });
});

it('who asks for what is not served hears what is', async () => {
  const { statusCode, body } = await request(`${server.baseUrl('sim-comet')}/chat/completions`, {
    method: 'POST',
  });
  expect(statusCode).toBe(404);
  const { message, remedy } = (await body.json()) as { message: string; remedy: string };
  expect(message).toContain('POST /sim-comet/v1/chat/completions');
  for (const { provider, path } of wires)
    expect(remedy).toContain(`POST /${provider}/v1${path(':call', false).replace(/:call:.*/, ':call')}`);
  expect(remedy).not.toContain('{');
});
