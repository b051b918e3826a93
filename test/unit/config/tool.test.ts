import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { type ToolDefinition, tool } from '../../../src/config/tool.ts';

const input = z.object({ query: z.string() });
const about = {
  context: {},
  idempotencyKey: '',
  secrets: {},
  signal: new AbortController().signal,
};

it('hands over the arguments, checked, with the context of the step', async () => {
  const search = tool({
    description: 'Searches.',
    input,
    execute: ({ query }, { context }) => ({ query, context }),
  });
  expect(await search.run({ query: 'x' }, { ...about, context: { path: 'p' } })).toEqual({
    query: 'x',
    context: { path: 'p' },
  });
});

it('refuses arguments that do not fit, and names them', async () => {
  const search = tool({ description: 'Searches.', input, execute: () => 'found' });
  await expect(search.run({ query: 7 }, about)).rejects.toThrow(/do not fit: query/);
});

it('ends a call that takes too long, and tells the tool', async () => {
  let told = false;
  const slow = tool({
    description: 'Searches.',
    input,
    timeoutMs: 10,
    execute: (_, { signal }) =>
      new Promise<string>(() => {
        signal.addEventListener('abort', () => {
          told = true;
        });
      }),
  });
  await expect(slow.run({ query: 'x' }, about)).rejects.toThrow('longer than 10 ms');
  expect(told).toBe(true);
});

// The deadline once rejected with nobody listening, half a minute later, and took the worker with it.
it('a tool that throws at once leaves nothing behind that rejects later', async () => {
  const unheard: unknown[] = [];
  const listener = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', listener);
  try {
    const caller = new AbortController();
    const broken = tool({
      description: 'Searches.',
      input,
      execute: () => {
        throw new Error('the index is being rebuilt');
      },
    });
    await expect(broken.run({ query: 'x' }, { ...about, signal: caller.signal })).rejects.toThrow('rebuilt');
    caller.abort();
    await setImmediate();
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', listener);
  }
});

it('describes its arguments as JSON Schema', () => {
  expect(tool({ description: 'Searches.', input, execute: () => '' }).inputSchema).toMatchObject({
    type: 'object',
    properties: { query: { type: 'string' } },
    required: ['query'],
  });
});

it('refuses a schema that cannot describe itself', () => {
  const dumb = { '~standard': { version: 1 as const, vendor: 'dumb', validate: () => ({ value: {} }) } };
  expect(() => tool({ description: '', input: dumb, execute: () => '' })).toThrow(/dumb/);
});

it('is safe, once and without limit, unless it says otherwise', () => {
  expect(tool({ description: 'Searches.', input, execute: () => '' })).toMatchObject({
    ...{ kind: 'safe', retries: 0, concurrency: Infinity, secrets: [] },
  });
});

it('hands an effect its key, to its probe and its undoing as well', async () => {
  const seen: unknown[] = [];
  const send = tool({
    kind: 'effect',
    description: 'Sends.',
    input,
    execute: (_, { idempotencyKey }) => {
      seen.push(idempotencyKey);
      return 'sent';
    },
    reconcile: (_, { idempotencyKey }) => {
      seen.push(idempotencyKey);
      return { done: false };
    },
    compensate: (_, { idempotencyKey, output }) => {
      seen.push(idempotencyKey, output);
    },
  });
  const keyed = { ...about, idempotencyKey: 'k' };
  await send.run({ query: 'x' }, keyed);
  await send.reconcile!({ query: 'x' }, keyed);
  await send.compensate!({ query: 'x' }, { ...keyed, output: 'sent' });
  expect(seen).toEqual(['k', 'k', 'k', 'sent']);
});

it.each([
  ['a timeout of nothing', { timeoutMs: 0 }, /timeoutMs is a whole number from 1 to 86400000, got 0/],
  ['a timeout no timer can hold', { timeoutMs: 2 ** 31 }, /timeoutMs/],
  ['retries below none', { retries: -1 }, /retries is a whole number from 0 to 10, got -1/],
  ['no calls at once', { concurrency: 0 }, /concurrency is a whole number from 1/],
  ['an effect with retries', { kind: 'effect' as const, retries: 2 }, /An effect has no retries/],
  ['a safe tool with a probe', { reconcile: () => ({ done: false as const }) }, /kind: 'effect'/],
])('refuses %s', (_, change, words) => {
  const definition = { description: 'Searches.', input, execute: () => '', ...change };
  expect(() => tool(definition as ToolDefinition<typeof input>)).toThrow(words);
});
