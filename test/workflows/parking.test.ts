import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { tool } from '../../src/config/tool.ts';
import { PARKED_MEMO } from '../../src/core/contract/run.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { until } from '../support/until.ts';
import {
  ask,
  askAtOnce,
  askHastily,
  askInTurn,
  askOnce,
  askTooMuch,
  salvages,
  tellAtOnce,
} from './agents.ts';
import { eventsOf, workOf } from './read-history.ts';
import { type Stage, useStages } from './use-stage.ts';

const newStage = useStages();

const mill = 'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const bridge =
  'What fell? The bridge fell in 1911 and it was the oldest bridge of the county until that day.';
const down = parseFault('503');
/** Parks at the first attempt. */
const refusal = parseFault('400');

/** A run whose first step was answered and whose second parked, all providers down. */
async function parkedInSecondStep(stage: Stage) {
  // The first step is answered slowly enough for the fault to be there in time for the second.
  const run = await stage.start(askInTurn, { prompts: [mill, bridge] });
  await until(async () => (await stage.control.log()).some(({ outcome }) => outcome === 'open'));
  const opened = (await stage.control.log()).length;
  expect(opened).toBe(1);
  await stage.control.setFault('*', down);
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  return run;
}

it('all providers down parks, with every attempt in the reason, the state and the memo', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', down);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked', runId: run.id });

  const state = await run.state();
  expect(state.status).toBe('parked');
  expect(state.waitsFor).toBe('attempts_exhausted: answer');
  const { attempts } = state.steps[0]!;
  expect(attempts.map(({ outcome }) => outcome)).toEqual(Array(6).fill('unavailable'));
  expect(await stage.control.log()).toHaveLength(6);

  const { memo } = await stage.client.workflow.getHandle(run.id).describe();
  expect(memo?.[PARKED_MEMO]).toEqual([expect.objectContaining({ step: 'answer', update: 'retry' })]);
  for (const { endpoint } of attempts) expect(JSON.stringify(memo)).toContain(endpoint);
});

it('a parked run runs no timer', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  const { raw } = await stage.client.workflow.getHandle(run.id).describe();
  expect(raw.pendingActivities ?? []).toEqual([]);
  const events = await eventsOf(stage.client, run.id);
  const started = events.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes).length;
  const fired = events.filter(({ timerFiredEventAttributes }) => timerFiredEventAttributes).length;
  expect(started).toBe(fired);
});

it('resume finishes a parked run, and no step that was answered is asked again', async () => {
  const stage = await newStage({ latencyScale: 1 });
  const run = await parkedInSecondStep(stage);
  await stage.control.clearFaults();
  await stage.control.clearLog();
  expect(await run.resume()).toEqual(['step 2']);
  expect(await run.result()).toEqual([
    expect.stringContaining('mill opened'),
    expect.stringContaining('bridge fell'),
  ]);
  const log = await stage.control.log();
  expect(log.map(({ headers }) => decodeURIComponent(headers['x-signalbox-step']!))).toEqual(['step 2']);
  expect((await run.state()).status).toBe('completed');
});

it('resume asks at once endpoints that this worker had put to rest', async () => {
  const stage = await newStage({ policy: { models: { allow: ['sim-atlas-large'] } } });
  await stage.control.setFault('*', down);
  const run = await stage.start(askHastily, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await stage.control.clearFaults();
  await run.resume();
  expect(await run.result()).toContain('mill opened');
});

it('a parked run that fails again parks again', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', down);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  const before = (await stage.control.log()).length;
  await run.resume();
  await until(async () => {
    const { status } = await run.state();
    return status === 'parked' && (await stage.control.log()).length > before;
  });
  expect((await run.state()).steps[0]?.status).toBe('parked');
});

it('steps parked in parallel are all listed, and resumed together', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', down);
  const run = await stage.start(askAtOnce, { prompts: [mill, bridge] });
  await until(async () => (await run.state()).parked.length === 2);
  await stage.control.clearFaults();
  expect((await run.resume()).toSorted()).toEqual(['step 1', 'step 2']);
  expect(await run.result()).toHaveLength(2);
});

it('a cap too small for any endpoint parks as a cap, before anybody is asked', async () => {
  const stage = await newStage();
  const run = await stage.start(ask, { prompt: mill }, { maxUsd: 0.000_01 });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunParked',
    parked: [{ step: 'answer', reason: 'cap_reached', update: 'raiseCap' }],
  });
  expect(await stage.control.log()).toEqual([]);
});

it('providers that are down are not taken for a cap, however little money there is', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', down);
  const run = await stage.start(ask, { prompt: mill }, { maxUsd: 0.1 });
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'attempts_exhausted' }] });
});

it('a step too large for any call parks before anybody is asked, and says so', async () => {
  const stage = await newStage();
  const run = await stage.start(askTooMuch, { prompt: 'Why?' });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunParked',
    message: expect.stringMatching(
      /turn 1 of step "answer" has \d+ bytes, 4000002 of them the prompt; a call carries 1000000/,
    ),
  });
  expect((await run.state()).waitsFor).toBe('payload_too_large: answer');
  expect(await stage.control.log()).toEqual([]);
  await run.abort('too long');
  await expect(run.result()).rejects.toMatchObject({ message: expect.stringContaining('too long') });
});

it('a step is as large as its bytes, of which a letter may have three', async () => {
  const stage = await newStage();
  const run = await stage.start(tellAtOnce, { steps: 1, letter: '漢', letters: 400_000 });
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'payload_too_large' }] });
});

it('a cap that is spent parks, and raising it finishes the run', async () => {
  const stage = await newStage();
  // A cut answer is charged at what it can have cost: two of them leave less than any endpoint asks.
  await stage.control.setFault('*', parseFault('cut'));
  const run = await stage.start(ask, { prompt: mill }, { maxUsd: 0.03 });
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'cap_reached' }] });
  const spent = (await run.state()).costMicros;
  expect(spent).toBeLessThanOrEqual(30_000);
  await stage.control.clearFaults();
  expect(await run.resume({ raiseCapUsd: 0.5 })).toEqual(['answer']);
  expect(await run.result()).toContain('mill opened');
});

it('parallel steps that find all money set aside wait for a settlement, and then share', async () => {
  const stage = await newStage({ latencyScale: 0.5 });
  const run = await stage.start(askAtOnce, { prompts: [mill, bridge, mill] }, { maxUsd: 0.1 });
  expect(await run.result()).toHaveLength(3);
  const log = (await stage.control.log()).toSorted((a, b) => a.atMs - b.atMs);
  expect(log).toHaveLength(3);
  // What the first could have cost tells how little the others need.
  const [first, second, third] = log;
  for (const { atMs } of [second!, third!]) expect(atMs).toBeGreaterThanOrEqual(first!.endedMs!);
  expect(third!.atMs).toBeLessThan(second!.endedMs!);
});

it('an update for a step that is not parked is refused, and leaves no trace', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  const handle = stage.client.workflow.getHandle(run.id);
  await expect(handle.executeUpdate('retry', { args: [{ step: 'question' }] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('Step "question" is not parked. Parked: answer.') },
  });
  // Others may come meanwhile: the ledger is written while it is parked.
  const events = await eventsOf(stage.client, run.id);
  expect(events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
});

it('a raise that is no amount is refused', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await expect(run.resume({ raiseCapUsd: -1 })).rejects.toThrow();
  expect((await run.state()).status).toBe('parked');
});

it('turns used up park, and resume gives as many again', async () => {
  const stage = await newStage({
    tools: {
      searchDocument: tool({
        description: 'Searches the document.',
        input: z.object({ query: z.string() }),
        execute: () => 'The licence excludes all liability to the extent that the law allows it.',
      }),
    },
  });
  const run = await stage.start(askOnce, {
    prompt: 'Which risks does the licence carry?\n- liability',
    task: 'reasoning',
    tools: ['searchDocument'],
  });
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'turns_used' }] });
  await run.resume();
  expect(await run.result()).toContain('excludes all liability');
});

it('abort fails a parked run with the reason given', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await run.abort('nobody needs it any more');
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunFailed',
    message: expect.stringContaining('nobody needs it any more'),
    cause: { type: 'Aborted' },
  });
  expect((await run.state()).status).toBe('failed');
});

it('an agent that is told of a cancel may yet have an answer', async () => {
  const { start, control } = await newStage();
  await control.setFault('*', refusal);
  const run = await start(salvages, 'What opened? The mill opened in 1890.');
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await run.cancel();
  expect(await run.result()).toBe('nothing yet');
});

it('cancel ends a parked run', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await run.cancel();
  await until(async () => (await run.state()).status === 'canceled');
});

it('cancel closes the socket of the call under way within a second, and nobody else is asked', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('silence'));
  const run = await stage.start(ask, { prompt: mill });
  // At once, for the first heartbeat has just been: nothing waits longer for the next.
  await until(async () => (await stage.control.log()).length === 1);
  const canceledAtMs = Date.now();
  await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ name: 'RunFailed', message: /canceled/ });
  const [entry, ...others] = await stage.control.log();
  expect(entry!.endedMs! - canceledAtMs).toBeLessThan(900);
  expect(others).toEqual([]);
  expect((await workOf(stage.client, run.id)).map(({ outcome }) => outcome)).toEqual(['canceled']);
});

// The server says of a call that nobody had begun that it was not started, in the place where a call's own attempt stands.
it('a run that is canceled before one of its calls was begun ends', async () => {
  const stage = await newStage({ activitiesAtOnce: 1 });
  await stage.control.setFault('*', parseFault('silence'));
  const run = await stage.start(askAtOnce, { prompts: [mill, mill] });
  await until(async () => (await stage.control.log()).length === 1);
  await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ name: 'RunFailed' });
  expect((await stage.client.workflow.getHandle(run.id).describe()).status.name).toBe('CANCELLED');
});

it('a run that is not parked says that there is nothing to resume', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('silence'));
  const run = await stage.start(ask, { prompt: mill });
  await until(async () => (await stage.control.log()).length === 1);
  await expect(run.resume()).rejects.toMatchObject({ name: 'NothingParked' });
  await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ name: 'RunFailed' });
});

it('a run that has closed says so when it is resumed', async () => {
  const stage = await newStage();
  const run = await stage.start(ask, { prompt: mill });
  await run.result();
  await expect(run.resume()).rejects.toMatchObject({ name: 'RunClosed' });
});

// The server lists a worker's poller for minutes after its end, and resume waited for ever.
it('resume after the worker has gone says so and does not hang', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await stage.stopWorker();
  const refused = { name: expect.stringMatching(/^(NoWorker|RepairPending)$/) };
  await expect(run.resume()).rejects.toMatchObject(refused);
});

it('an input too large for a run is refused before it is sent', async () => {
  const stage = await newStage();
  await expect(stage.start(ask, { prompt: mill.padEnd(1_000_000, '.') })).rejects.toMatchObject({
    name: 'InputTooLarge',
  });
});

it('a parked run is found by what it waits for', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', refusal);
  const run = await stage.start(ask, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  const query = `SignalboxStatus = "parked" AND SignalboxParked = "request_refused: answer" AND WorkflowId = "${run.id}"`;
  await until(async () => {
    for await (const { id } of stage.signalbox.list({ query })) if (id === run.id) return true;
    return false;
  });
});
