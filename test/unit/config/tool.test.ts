import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { tool } from '../../../src/config/tool.ts';

const input = z.object({ query: z.string() });
const never = new AbortController().signal;

it('hands over the arguments, checked, with the context of the step', async () => {
  const search = tool({
    description: 'Searches.',
    input,
    execute: ({ query }, { context }) => ({ query, context }),
  });
  expect(await search.run({ query: 'x' }, { path: 'p' }, never)).toEqual({
    query: 'x',
    context: { path: 'p' },
  });
});

it('refuses arguments that do not fit, and names them', async () => {
  const search = tool({ description: 'Searches.', input, execute: () => 'found' });
  await expect(search.run({ query: 7 }, {}, never)).rejects.toThrow(/do not fit: query/);
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
  await expect(slow.run({ query: 'x' }, {}, never)).rejects.toThrow('longer than 10 ms');
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
    await expect(broken.run({ query: 'x' }, {}, caller.signal)).rejects.toThrow('rebuilt');
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
