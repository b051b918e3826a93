import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { retryHintMs } from '../../../src/core/failure/retry-hint.ts';
import { parseFault } from '../../../src/simulated/faults.ts';
import {
  type SimulatedProviders,
  startSimulatedProviders,
} from '../../../src/simulated/simulated-providers.ts';
import { until } from '../../support/until.ts';

const model = {
  ...{ id: 'sim-model', maxOutputTokens: 4096, contextTokens: 20_000, abilities: [] },
  ...{ firstTokenMs: 0, tokensPerSecond: 1_000 },
};

let nowMs: number;
let server: SimulatedProviders;
beforeEach(async () => {
  nowMs = Date.parse('2026-11-25T12:00:00Z');
  server = await startSimulatedProviders({
    providers: [
      { name: 'sim-aurora', wire: 'openai-compatible', models: [model] },
      { name: 'sim-comet', wire: 'anthropic', models: [model] },
    ],
    latencyScale: 0,
    now: () => nowMs,
  });
});
afterEach(() => server.close());

async function ask(provider: 'sim-aurora' | 'sim-comet', stream = false) {
  const path = provider === 'sim-aurora' ? '/chat/completions' : '/messages';
  const { statusCode, headers, body } = await request(`${server.baseUrl(provider)}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({
      ...{ model: 'sim-model', max_tokens: 100, stream },
      messages: [{ role: 'user', content: 'What opened in 1890? The mill of Ellerby opened in 1890.' }],
    }),
  });
  const text = await body.text();
  const limits = Object.fromEntries(
    Object.entries(headers).filter(([name]) => /ratelimit|retry-after/.test(name)),
  ) as Record<string, string>;
  return {
    status: statusCode,
    limits,
    hintMs: retryHintMs({ status: statusCode, headers: limits, body: text }, nowMs),
  };
}

describe('a quota of requests', () => {
  it.each([false, true])('is told and kept on the wire of OpenAI (streamed: %p)', async (stream) => {
    await server.control.setFault('*', parseFault('quota:2requests/90s'));
    expect(await ask('sim-aurora', stream)).toEqual({
      status: 200,
      limits: {
        'x-ratelimit-limit-requests': '2',
        'x-ratelimit-remaining-requests': '1',
        'x-ratelimit-reset-requests': '1m30s',
      },
      hintMs: undefined,
    });
    nowMs += 80_500;
    await ask('sim-aurora', stream);
    const refused = await ask('sim-aurora', stream);
    expect(refused).toMatchObject({
      status: 429,
      limits: {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '9.5s',
        'retry-after': '10',
      },
      hintMs: 10_000,
    });
    nowMs += refused.hintMs!;
    expect((await ask('sim-aurora', stream)).status).toBe(200);
  });

  it('is told and kept on the wire of Anthropic, for each provider by itself', async () => {
    await server.control.setFault('*', parseFault('quota:1requests/60s'));
    expect((await ask('sim-aurora')).status).toBe(200);
    expect((await ask('sim-comet')).status).toBe(200);
    expect(await ask('sim-comet')).toMatchObject({
      status: 429,
      limits: {
        'anthropic-ratelimit-requests-limit': '1',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-25T12:01:00.000Z',
        'retry-after': '60',
      },
    });
    const { endpoints } = await server.control.counts();
    expect(endpoints['sim-comet/sim-model']).toEqual({
      requests: 2,
      outcomes: { answered: 1, 'status 429': 1 },
    });
  });
});

it('a quota of tokens counts prompts and answers, and stands beside another', async () => {
  await server.control.setFault('*', ...['quota:50tokens/60s', 'quota:9requests/60s'].map(parseFault));
  const first = await ask('sim-aurora');
  expect(first.limits).toMatchObject({
    'x-ratelimit-remaining-tokens': '36', // the prompt has 14
    'x-ratelimit-remaining-requests': '8',
  });
  await until(async () => (await server.control.log())[0]!.endedMs !== null);
  const { outputTokens } = (await server.control.log())[0]!;
  const second = await ask('sim-aurora');
  expect(second.limits['x-ratelimit-remaining-tokens']).toBe(String(36 - outputTokens - 14));
});

it('a request within its quota may still be struck', async () => {
  await server.control.setFault('*', ...['quota:1requests/60s', '503'].map(parseFault));
  expect(await ask('sim-aurora')).toMatchObject({
    status: 503,
    limits: { 'x-ratelimit-remaining-requests': '0' },
  });
  expect((await ask('sim-aurora')).status).toBe(429);
});
