/** Tools and effects, asked for by models that do as a script says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { type EffectToolDefinition, tool } from '../../src/config/tool.ts';
import type { Parked } from '../../src/core/contract/run.ts';
import { onlyAt, type ScriptedAnswer, scripted } from '../support/scripted-vendor.ts';
import { until } from '../support/until.ts';
import { useVendors } from '../support/use-vendors.ts';
import { ask, askFreely, askWithTwoCalls, continuedWithEffects, sendThenFail } from './agents.ts';
import { workOf } from './read-history.ts';
import { type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();

const Mail = z.object({ to: z.string() });
const question = { prompt: 'Write to them.', tools: ['sendMail', 'search'] };
const mailTo = (to: string, id?: string) => ({ name: 'sendMail', input: { to }, ...(id && { id }) });

/** A stage whose one model does as the script says, with an effect that keeps what it sent, by key. */
async function stageWith(
  script: (results: readonly string[], request: string) => ScriptedAnswer,
  effect: Partial<EffectToolDefinition<typeof Mail>> = {},
  options: StageOptions = {},
) {
  const sent: { to: string; key: string }[] = [];
  const stage = await newStage({
    ...onlyAt(await newVendor(scripted(script))),
    tools: {
      sendMail: tool({
        kind: 'effect',
        description: 'Sends a mail.',
        input: Mail,
        execute: ({ to }, { idempotencyKey: key }) => {
          sent.push({ to, key });
          return `sent to ${to}`;
        },
        ...effect,
      }),
      search: tool({
        description: 'Searches.',
        input: z.object({ query: z.string() }),
        execute: ({ query }) => `found ${query}`,
      }),
    },
    ...options,
  });
  return { ...stage, sent };
}

const once = (calls: ScriptedAnswer) => (results: readonly string[]) =>
  results.length === 0 ? calls : results.join('; ');

const parkedIn = async (run: { result(): Promise<unknown> }): Promise<readonly Parked[]> => {
  const error: unknown = await run.result().catch((reason: unknown) => reason);
  return (error as { parked?: readonly Parked[] }).parked ?? [];
};

it('an effect asks first, says what for in the state alone, and is done once approved', async () => {
  const { start, sent, client } = await stageWith(once([mailTo('ada@example.com')]));
  const run = await start(ask, question);
  const parked = await parkedIn(run);
  expect(parked).toMatchObject([
    { step: 'answer', call: '1.1', reason: 'approval_needed', update: 'approve' },
  ]);
  expect(JSON.stringify(parked)).toContain('sendMail');
  expect(JSON.stringify(await client.workflow.getHandle(run.id).describe())).not.toContain('ada@');
  expect((await run.state()).callsWaiting).toEqual([
    { step: 'answer', call: '1.1', toolName: 'sendMail', input: { to: 'ada@example.com' } },
  ]);
  expect(sent).toEqual([]);

  await expect(run.resume()).rejects.toMatchObject({ name: 'OtherwiseParked' });
  expect(await run.approve()).toEqual(['answer']);
  expect(await run.result()).toBe('sent to ada@example.com');
  expect(sent).toHaveLength(1);
});

it('the updates retry and raiseCap allow no effect', async () => {
  const { start, sent, client } = await stageWith(once([mailTo('ada@example.com')]));
  const run = await start(ask, question);
  await parkedIn(run);
  const handle = client.workflow.getHandle(run.id);
  await expect(handle.executeUpdate('retry')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('answer (call 1.1: approve)') },
  });
  expect(await handle.executeUpdate('raiseCap', { args: [{ usd: 1 }] })).toEqual([]);
  await expect(handle.executeUpdate('deny', { args: [{}] })).rejects.toThrow();
  expect((await run.state()).status).toBe('parked');
  expect(sent).toEqual([]);
});

it('a denied effect is not done, and the model sees why', async () => {
  const { start, sent } = await stageWith(once([mailTo('ada@example.com')]));
  const run = await start(ask, question);
  await parkedIn(run);
  await run.deny('she is on holiday');
  expect(await run.result()).toContain('she is on holiday');
  expect(sent).toEqual([]);
});

it('calls of one answer are decided one by one, plain ones beside them run at once', async () => {
  const calls = [
    mailTo('ada@example.com'),
    { name: 'search', input: { query: 'x' } },
    mailTo('bob@example.com'),
  ];
  const { start, sent, client } = await stageWith(once(calls));
  const run = await start(ask, question);
  await until(async () => (await run.state()).parked.length === 2);
  await until(async () =>
    (await workOf(client, run.id)).some(({ result }) => JSON.stringify(result)?.includes('found x')),
  );
  await run.approve({ call: '1.3' });
  await until(async () => (await run.state()).parked.length === 1);
  await run.deny('not her', { step: 'answer', call: '1.1' });
  expect(await run.result()).toMatch(/not her; found x; sent to bob/);
  expect(sent.map(({ to }) => to)).toEqual(['bob@example.com']);
});

it('an effect that the agent approves of by itself does not ask, and each call has a key of its own', async () => {
  // Every answer uses the same ids, and the second one id twice.
  const { start, sent } = await stageWith((results) => {
    if (results.length === 0) return [mailTo('ada@example.com')];
    if (results.length === 1) return [mailTo('bob@example.com', 'x'), mailTo('cyd@example.com', 'x')];
    return results.join('; ');
  });
  const run = await start(askFreely, question);
  expect(await run.result()).toBe(
    'sent to ada@example.com; sent to bob@example.com; sent to cyd@example.com',
  );
  expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
  for (const { key } of sent) expect(key).toMatch(/^[\w-]{36}\/answer\/[12]\.[12]$/);
});

it('an effect whose worker goes is not run again: it parks, and a person has it run with the same key', async () => {
  const keys: string[] = [];
  const stage = await stageWith(once([mailTo('ada@example.com')]), {
    execute: ({ to }, { idempotencyKey, signal }) => {
      keys.push(idempotencyKey);
      if (keys.length > 1) return `sent to ${to}`;
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('gone')));
      });
    },
  });
  const run = await stage.start(askFreely, question);
  await until(() => keys.length === 1);
  await stage.replaceWorker();
  const [parked] = await parkedIn(run);
  expect(parked).toMatchObject({ reason: 'effect_unknown', call: '1.1', update: 'retry' });
  expect(parked!.message).toContain(keys[0]);
  expect(keys).toHaveLength(1);
  await run.resume();
  expect(await run.result()).toBe('sent to ada@example.com');
  expect(keys).toEqual([keys[0], keys[0]]);
});

it('an effect whose outcome a person knows is told to the model in their words', async () => {
  const { start } = await stageWith(once([mailTo('ada@example.com')]), {
    timeoutMs: 20,
    execute: () => new Promise(() => {}),
  });
  const run = await start(askFreely, question);
  expect(await parkedIn(run)).toMatchObject([{ reason: 'effect_unknown' }]);
  await run.deny('it was sent as number 7');
  expect(await run.result()).toContain('it was sent as number 7');
});

it('an effect with a probe is looked for first, and done where it was not', async () => {
  const outbox = new Map<string, string>();
  let executions = 0;
  const { start } = await stageWith(once([mailTo('ada@example.com'), mailTo('bob@example.com')]), {
    timeoutMs: 200,
    execute: ({ to }, { idempotencyKey }) => {
      executions += 1;
      // The first mail goes out and its answer is lost; the second gets lost itself, once.
      if (to.startsWith('ada') || executions > 2) outbox.set(idempotencyKey, to);
      return executions > 2 ? `sent to ${to}` : new Promise(() => {});
    },
    reconcile: (_, { idempotencyKey }) => {
      const to = outbox.get(idempotencyKey);
      return to ? { done: true, output: `found: sent to ${to}` } : { done: false };
    },
  });
  const run = await start(askFreely, question);
  expect(await run.result()).toBe('found: sent to ada@example.com; sent to bob@example.com');
  expect([...outbox.values()].toSorted()).toEqual(['ada@example.com', 'bob@example.com']);
  expect(executions).toBe(3);
});

it('effects of a run that fails are undone, the newest first; one that cannot be parks', async () => {
  const undone: unknown[] = [];
  let broken = true;
  const { start } = await stageWith(
    (results) => [[mailTo('ada@example.com')], [mailTo('bob@example.com')]][results.length] ?? 'done',
    {
      compensate: ({ to }, { output }) => {
        if (broken) throw new Error('no recall of mail to ada@example.com');
        undone.push([to, output]);
      },
    },
  );
  const run = await start(sendThenFail, question);
  const [parked] = await parkedIn(run);
  expect(parked).toMatchObject({ reason: 'compensation_failed', step: 'answer' });
  expect(JSON.stringify(parked)).not.toContain('ada@');
  broken = false;
  await run.resume();
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunFailed',
    message: expect.stringContaining('Enough.'),
  });
  expect(undone).toEqual([
    ['bob@example.com', 'sent to bob@example.com'],
    ['ada@example.com', 'sent to ada@example.com'],
  ]);
});

it('an aborted run undoes what it did, and not what it was refused', async () => {
  const undone: string[] = [];
  const { start } = await stageWith(
    (results) => [[mailTo('ada@example.com')], [mailTo('bob@example.com')]][results.length] ?? 'done',
    { compensate: ({ to }) => void undone.push(to) },
  );
  const run = await start(ask, question);
  await parkedIn(run);
  await run.approve();
  await until(async () => (await run.state()).parked[0]?.call === '2.1');
  await run.abort('no more mail');
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'Aborted' } });
  expect(undone).toEqual(['ada@example.com']);
});

it('a flood of calls is bounded: the first 32 are run, the rest told so', async () => {
  let running = 0;
  let most = 0;
  const flood = Array.from({ length: 40 }, (_, i) => ({ name: 'search', input: { query: String(i) } }));
  let told: readonly string[] = [];
  const { start } = await stageWith(
    (results) => {
      told = results;
      return results.length === 0 ? flood : 'done';
    },
    {},
    {
      tools: {
        sendMail: tool({ description: 'Sends.', input: Mail, execute: () => '' }),
        search: tool({
          description: 'Searches.',
          input: z.object({ query: z.string() }),
          execute: async ({ query }) => {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, 20));
            running -= 1;
            return `found ${query}`;
          },
        }),
      },
    },
  );
  await (await start(ask, question)).result();
  expect(told.filter((result) => result.startsWith('found'))).toHaveLength(32);
  expect(told.slice(32).every((result) => result.includes('only the first 32'))).toBe(true);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

it('a model that makes one call over and over is told so, and runs it five times', async () => {
  const { start, client } = await stageWith((results) =>
    results.at(-1)?.includes('5 times in a row') ? 'I give in.' : [{ name: 'search', input: { query: 'x' } }],
  );
  const run = await start(ask, question);
  expect(await run.result()).toBe('I give in.');
  const tools = (await workOf(client, run.id)).filter(({ name }) => name === 'signalbox.runTool');
  expect(tools).toHaveLength(5);
});

it('a call that gives something new each time is no loop', async () => {
  let page = 0;
  const { start } = await stageWith(
    (results) => (results.length < 8 ? [{ name: 'search', input: { query: 'next page' } }] : 'done'),
    {},
    {
      tools: {
        sendMail: tool({ description: 'Sends.', input: Mail, execute: () => '' }),
        search: tool({
          description: 'Searches.',
          input: z.object({ query: z.string() }),
          execute: () => `page ${++page}`,
        }),
      },
    },
  );
  expect(await (await start(ask, question)).result()).toBe('done');
  expect(page).toBe(8);
});

it('tool calls used up park, and resume gives as many again', async () => {
  const { start } = await stageWith((results) =>
    results.length < 4 ? [{ name: 'search', input: { query: String(results.length) } }] : 'done',
  );
  const run = await start(askWithTwoCalls, question);
  expect(await parkedIn(run)).toMatchObject([{ reason: 'tool_calls_used', update: 'retry' }]);
  await run.resume();
  expect(await run.result()).toBe('done');
});

it('a secret reaches the tool, and neither history nor the model', async () => {
  const secret = 'correct-horse-battery';
  let given = '';
  const stage = await newStage({
    ...onlyAt(
      await newVendor(
        scripted((results) =>
          results.length < 2
            ? [{ name: 'search', input: { query: String(results.length) } }]
            : results.join('; '),
        ),
      ),
    ),
    env: { MAIL_KEY: secret },
    tools: {
      search: tool({
        description: 'Searches.',
        input: z.object({ query: z.string() }),
        secrets: ['MAIL_KEY'],
        execute: ({ query }, { secrets }) => {
          given = secrets.MAIL_KEY!;
          if (query === '0') throw new Error(`401 for ${given}`);
          return { echoed: given };
        },
      }),
    },
  });
  const run = await stage.start(ask, { ...question, tools: ['search'] });
  const answer = await run.result();
  expect(given).toBe(secret);
  expect(answer).toContain('401 for [secret]');
  expect(answer).toContain('{"echoed":"[secret]"}');
  expect(JSON.stringify(await workOf(stage.client, run.id))).not.toContain(secret);
});

it('a tool of another task queue runs there', async () => {
  const { start, client } = await stageWith(
    once([{ name: 'search', input: { query: 'x' } }]),
    {},
    {
      alsoPolls: 'tools',
      tools: {
        sendMail: tool({ description: 'Sends.', input: Mail, execute: () => '' }),
        search: tool({
          description: 'Searches.',
          input: z.object({ query: z.string() }),
          taskQueue: 'tools',
          execute: ({ query }) => `found ${query}`,
        }),
      },
    },
  );
  const run = await start(ask, question);
  expect(await run.result()).toBe('found x');
  const history = await client.workflow.getHandle(run.id).fetchHistory();
  const queues = history.events!.flatMap(({ activityTaskScheduledEventAttributes: of }) =>
    of?.activityType?.name === 'signalbox.runTool' ? [of.taskQueue?.name] : [],
  );
  expect(queues).toEqual(['tools']);
});

it('what waits for a person, and what is to be undone, outlive a run that goes on as a new one', async () => {
  const undone: string[] = [];
  const sent: string[] = [];
  const stage = await stageWith(
    (results, request) =>
      request.includes('Write to them.')
        ? [mailTo(`${['ada', 'bob', 'cyd'][results.length]}@example.com`)]
        : results.length < 3
          ? [{ name: 'search', input: { query: String(results.length) } }]
          : 'looked up',
    {},
    {
      tools: {
        sendMail: tool({
          kind: 'effect',
          description: 'Sends a mail.',
          input: Mail,
          execute: ({ to }, { idempotencyKey }) => {
            sent.push(idempotencyKey);
            return `sent to ${to}`;
          },
          compensate: ({ to }) => void undone.push(to),
        }),
        search: tool({
          description: 'Searches.',
          input: z.object({ query: z.string() }),
          execute: ({ query }) => sleep(5_500, `found ${query}`),
        }),
      },
    },
  );
  const run = await stage.start(continuedWithEffects, {});
  const firstRunId = (await stage.client.workflow.getHandle(run.id).describe()).runId;
  await until(async () => (await run.state()).parked.length === 1);
  await run.approve();
  await until(
    async () => (await stage.client.workflow.getHandle(run.id).describe()).runId !== firstRunId,
    60_000,
  );
  await until(async () => (await run.state()).parked.length === 1);
  expect((await run.state()).callsWaiting).toEqual([
    { step: 'mail', call: '2.1', toolName: 'sendMail', input: { to: 'bob@example.com' } },
  ]);
  await run.approve();
  await until(() => sent.length === 2);
  expect(sent).toEqual([`${firstRunId}/mail/1.1`, `${firstRunId}/mail/2.1`]);
  await until(async () => (await run.state()).parked[0]?.call === '3.1');
  await run.abort('enough mail');
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'Aborted' } });
  expect(undone).toEqual(['bob@example.com', 'ada@example.com']);
}, 120_000);
