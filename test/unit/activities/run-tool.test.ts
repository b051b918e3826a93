/** What becomes of a tool whose worker dies: the activity alone, as the server would begin it again. */
import { expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { createCompensateEffect } from '../../../activities/compensate-effect.ts';
import type { ActivityPorts } from '../../../activities/ports.ts';
import { createRunTool } from '../../../activities/run-tool.ts';
import { type EffectToolDefinition, type Tool, tool } from '../../../src/config/tool.ts';
import type { RunToolInput, RunToolResult } from '../../../src/core/contract/activities.ts';
import { resolveTools } from '../../../src/worker/resolve-tools.ts';
import { until } from '../../support/until.ts';

const input = z.object({ to: z.string() });
const call: RunToolInput = {
  ...{ step: 'answer', toolName: 'send', toolCallId: 'call-1', input: { to: 'ada' }, context: {} },
  key: 'run/answer/1.1',
};

interface Began {
  readonly attempt: number;
  readonly heartbeatDetails?: unknown;
}

/** One worker with the tool; the function returned has it run as the server would after so many attempts. */
function workerWith(send: Tool, sent: unknown[] = []) {
  const ports = {
    tools: resolveTools(new Map([['send', send]]), 'queue', {}),
    heartbeats: { send: async (details: unknown) => void sent.push(structuredClone(details)) },
  } as unknown as ActivityPorts;
  const runTool = createRunTool(ports);
  const environmentOf = (began: Began) =>
    new MockActivityEnvironment(began, { logger: new DefaultLogger('ERROR') });
  return {
    run: (began: Began = { attempt: 1 }, change: Partial<RunToolInput> = {}): Promise<RunToolResult> =>
      environmentOf(began).run(runTool, { ...call, ...change }),
    undo: (began: Began): Promise<void> =>
      environmentOf(began).run(createCompensateEffect(ports), {
        call: { ...call, key: call.key! },
        output: 'sent',
      }),
  };
}

/** An effect that counts how often it was executed. */
function counted(change: Partial<EffectToolDefinition<typeof input>> = {}) {
  const count = { executions: 0 };
  const send = tool({
    kind: 'effect',
    description: 'Sends.',
    input,
    execute: () => {
      count.executions += 1;
      return 'sent';
    },
    ...change,
  });
  return { send, count };
}

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error(`no ApplicationFailure, but ${error}`);
  return { type: error.type, retryable: !error.nonRetryable, message: error.message };
};

const died: Began = { attempt: 2, heartbeatDetails: { begun: true } };

it('tells the server that an effect has begun before it has', async () => {
  const told: unknown[] = [];
  const { send } = counted({ execute: () => structuredClone(told) as never });
  expect(await workerWith(send, told).run()).toEqual({ output: [{ begun: true }], isError: false });
});

it('does not run an effect again whose worker died under it', async () => {
  const { send, count } = counted();
  expect(await failureOf(workerWith(send).run(died))).toMatchObject({
    ...{ type: 'effect_unknown', retryable: false, message: expect.stringContaining('worker died') },
  });
  expect(count.executions).toBe(0);
});

it('runs an effect whose worker died before it had its turn', async () => {
  const { send } = counted();
  expect(await workerWith(send).run({ attempt: 2 })).toMatchObject({ output: 'sent' });
});

it('gives back what a probe finds, and runs what it does not find', async () => {
  const found = counted({ reconcile: () => ({ done: true, output: 'found' }) });
  expect(await workerWith(found.send).run(died)).toMatchObject({ output: 'found', isError: false });
  expect(found.count.executions).toBe(0);
  const missing = counted({ reconcile: () => ({ done: false }) });
  expect(await workerWith(missing.send).run(died)).toMatchObject({ output: 'sent' });
  expect(missing.count.executions).toBe(1);
});

it('asks a person where the probe fails, in words that hold none of the arguments', async () => {
  const { send, count } = counted({
    reconcile: () => {
      throw new Error('no route to ada');
    },
  });
  const failure = await failureOf(workerWith(send).run(died));
  expect(failure).toMatchObject({ type: 'effect_unknown', message: expect.stringContaining('probe failed') });
  expect(failure.message).not.toContain('ada');
  expect(count.executions).toBe(0);
});

it('looks before it runs what a person lets run again', async () => {
  const { send, count } = counted({ reconcile: () => ({ done: true, output: 'found' }) });
  expect(await workerWith(send).run({ attempt: 1 }, { repeats: true })).toMatchObject({ output: 'found' });
  expect(count.executions).toBe(0);
});

const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

it.each([
  ['a connection that breaks', reset(), true],
  ['a connection that breaks under a library', new TypeError('fetch failed', { cause: reset() }), true],
  ['a deadline', new DOMException('late', 'TimeoutError'), true],
  ['a refusal', new Error('no such mailbox'), false],
  ['a connection that was never made', Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), false],
])('after %s an effect may be done, or is known not to be', async (_, error, unknown) => {
  const { send } = counted({
    execute: () => {
      throw error;
    },
  });
  const work = workerWith(send).run();
  if (unknown) expect(await failureOf(work)).toMatchObject({ type: 'effect_unknown' });
  else expect(await work).toEqual({ output: error.message, isError: true });
});

it('an effect that is cut off again and again is not executed for ever', async () => {
  let executions = 0;
  const { send } = counted({
    execute: () => {
      executions += 1;
      throw reset();
    },
    reconcile: () => ({ done: false }),
  });
  expect(await failureOf(workerWith(send).run())).toMatchObject({ type: 'effect_unknown' });
  expect(executions).toBe(2);
});

it('a tool that has become an effect since it was called does not run without a key', async () => {
  const { send, count } = counted();
  const { key: _, ...plain } = call;
  const { run } = workerWith(send);
  expect(await run({ attempt: 1 }, { ...plain, key: '' })).toMatchObject({ isError: true });
  expect(count.executions).toBe(0);
});

it('repeats a safe tool that fails as often as it allows, then tells the model', async () => {
  let calls = 0;
  const flaky = tool({
    description: 'Reads.',
    input,
    retries: 1,
    execute: () => {
      calls += 1;
      throw new Error(`failure ${calls}`);
    },
  });
  expect(await workerWith(flaky).run()).toEqual({ output: 'failure 2', isError: true });
});

it('runs so many calls of a tool at once, in the order they came', async () => {
  const begun: string[] = [];
  const end: (() => void)[] = [];
  const slow = tool({
    description: 'Reads.',
    input,
    concurrency: 1,
    execute: ({ to }) =>
      new Promise<string>((resolve) => {
        begun.push(to);
        end.push(() => resolve(to));
      }),
  });
  const { run } = workerWith(slow);
  const calls = ['a', 'b', 'c'].map((to) => run({ attempt: 1 }, { input: { to } }));
  for (const [i, running] of calls.entries()) {
    await until(() => begun.length === i + 1);
    end[i]!();
    expect(await running).toMatchObject({ output: begun[i] });
  }
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('undoes an effect again under the next worker, and gives up after three', async () => {
  const { send } = counted({ compensate: () => {} });
  await workerWith(send).undo({ attempt: 3 });
  expect(await failureOf(workerWith(send).undo({ attempt: 4 }))).toMatchObject({ type: 'worker_lost' });
});
