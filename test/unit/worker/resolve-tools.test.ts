import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { tool } from '../../../src/config/tool.ts';
import { resolveTools } from '../../../src/worker/resolve-tools.ts';

const secret = 'correct-horse-battery';
const toolsWith = (execute: () => never, taskQueue?: string) =>
  new Map([
    [
      'send',
      tool({
        ...{ description: 'Sends.', input: z.object({}), secrets: ['MAIL_KEY'], execute },
        ...(taskQueue !== undefined && { taskQueue }),
      }),
    ],
  ]);
const call = { input: {}, context: {}, idempotencyKey: '', signal: new AbortController().signal };
const never = () => {
  throw new Error('never');
};

it('refuses a worker without a secret that its tool needs, and names both', () => {
  expect(() => resolveTools(toolsWith(never), 'queue', {})).toThrow(
    /tools\.send\.secrets: MAIL_KEY is not set/,
  );
});

it('asks no secret of a worker that does not run the tool', () => {
  expect(resolveTools(toolsWith(never, 'elsewhere'), 'queue', {}).has('send')).toBe(true);
});

it.each([
  ['as it is', secret],
  ['in an address', encodeURIComponent(secret)],
  ['in base64', Buffer.from(`user:${secret}`).toString('base64')],
])('hides a secret in an error, %s, and in its causes', async (_, form) => {
  const tools = toolsWith(() => {
    const cause = Object.assign(new Error(`reset while sending ${form}`), { code: 'ECONNRESET' });
    throw new Error(`refused ${form}`, { cause });
  });
  const port = resolveTools(tools, 'queue', { MAIL_KEY: secret }).get('send')!;
  const error = (await port.run(call).catch((reason: unknown) => reason)) as Error;
  expect(error.message).toMatch(/^refused /);
  expect(error.message).not.toContain(form);
  expect((error.cause as Error).message).not.toContain(form);
  expect(error.cause).toMatchObject({ code: 'ECONNRESET' });
  expect(error.stack).not.toContain(form);
});
