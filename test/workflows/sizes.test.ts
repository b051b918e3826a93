/** Whatever the size of what tools, models and agents say, a run finishes or parks and says why: the server never ends it. */
import { expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { tool } from '../../src/config/tool.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { until } from '../support/until.ts';
import { useVendors } from '../support/use-vendors.ts';
import { ask, askUnder, endWith, readAtOnce, tellAtOnce } from './agents.ts';
import { eventsOf, workOf } from './read-history.ts';
import { type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();

const read = (characters: number) => ({
  read: tool({
    description: 'Reads the document.',
    input: z.object({ part: z.number() }),
    execute: () => 'x'.repeat(characters),
  }),
});
const question = { prompt: 'What does it say?', tools: ['read'] };

it.each([
  ['300 KB', 300_000],
  ['1.5 MB', 1_500_000],
])('a tool that gives %s is shown whole to the model, in one step and in ten at once', async (_, size) => {
  const { start, client } = await newStage({ ...(await reader()), tools: read(size) });
  const one = await start(ask, question);
  expect(await one.result()).toBe(`It has ${size} x.`);
  const ten = await start(readAtOnce, { steps: 10, tool: 'read' });
  expect(await ten.result()).toEqual(Array(10).fill(`It has ${size} x.`));
  for (const { id } of [one, ten]) {
    await expectWell(client, id);
    expect(await historyBytes(client, id)).toBeLessThan(100_000);
  }
});

it('a tool that gives 5 MB, which no model can be shown, parks its step by name, in one step and in ten at once', async () => {
  const { start, client } = await newStage({ ...(await reader()), tools: read(5_000_000) });
  const one = await start(ask, question);
  const named =
    /^Step ".+" got no answer, and nobody was asked\. The result of tool "read" \(call_0\) has 5000002 bytes, about 1250001 tokens as we reckon; no model that may be asked takes it, 400000 at most\.$/;
  const parked = { reason: 'payload_too_large', message: expect.stringMatching(named) };
  await expect(one.result()).rejects.toMatchObject({ parked: [parked] });
  const ten = await start(readAtOnce, { steps: 10, tool: 'read' });
  await until(async () => (await ten.state()).parked.length === 10);
  await expect(ten.result()).rejects.toMatchObject({ parked: Array(10).fill(parked) });
  for (const run of [one, ten]) {
    await run.abort('too long');
    await expect(run.result()).rejects.toThrow('too long');
    await expectWell(client, run.id);
  }
});

it('many large results of one turn are kept as well, for they travel together', async () => {
  const { start, client } = await newStage({ ...(await reader({ calls: 10 })), tools: read(100_000) });
  const run = await start(ask, question);
  expect(await run.result()).toBe('It has 1000000 x.');
  await expectWell(client, run.id);
  expect(await historyBytes(client, run.id)).toBeLessThan(100_000);
});

it('parallel steps take turns where together they say more than the server takes at once', async () => {
  const { start, client } = await newStage(await reader());
  const run = await start(tellAtOnce, { steps: 10, letter: 'x', letters: 600_000 });
  await run.result();
  await expectWell(client, run.id);
  const events = await eventsOf(client, run.id);
  const byTask = Map.groupBy(
    events.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled),
    ({ activityTaskScheduledEventAttributes: scheduled }) => String(scheduled!.workflowTaskCompletedEventId),
  );
  const most = Math.max(...[...byTask.values()].map(({ length }) => length));
  expect(most).toBe(4);
});

it('a run that is canceled while its steps take turns gives their money back and ends', async () => {
  const { start, client, control } = await newStage();
  await control.setFault('*', parseFault('silence'));
  const run = await start(tellAtOnce, { steps: 20, letter: 'x', letters: 600_000 });
  const handle = client.workflow.getHandle(run.id);
  // The first steps have left, and the others wait for their turn.
  await until(async () => (await handle.describe()).historyLength > 4);
  await handle.cancel();
  await until(async () => (await run.state()).status === 'canceled');
  const asked = (await workOf(client, run.id)).filter(({ name }) => name === 'signalbox.invokeModel');
  expect(asked.length).toBeLessThan(20);
});

it('half a megabyte is an answer, and what a run returns', async () => {
  const { start, client } = await newStage(await reader({ answer: 'y'.repeat(500_000) }));
  const run = await start(ask, { prompt: 'What does it say?' });
  expect(await run.result()).toHaveLength(500_000);
  await expectWell(client, run.id);
});

it('ten answers of half a megabyte are too much to return, and the run fails by name', async () => {
  const { start, client } = await newStage(await reader({ answer: 'y'.repeat(500_000) }));
  const run = await start(tellAtOnce, { steps: 10, letter: 'x', letters: 100 });
  await expect(run.result()).rejects.toThrow(/The result of agent "tellAtOnce" has 50000\d\d bytes/);
  await expectWell(client, run.id);
});

it('a message that is only too long as its provider counts parks its step by name as well', async () => {
  const config = await reader({ mostCharacters: 1_000_000 });
  const { start, client } = await newStage({ ...config, tools: read(1_200_000) });
  const run = await start(ask, question);
  const message = expect.stringMatching(/The result of tool "read" \(call_0\) has 1200002 bytes/);
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'payload_too_large', message }] });
  await expectWell(client, run.id);
});

it('names that are too long for the server are refused before it sees them', async () => {
  const { start, client } = await newStage(await reader({ servedModel: 'm'.repeat(5_000) }));
  const tooLong = 'n'.repeat(5_000);
  await expect(start(ask, { prompt: 'What does it say?' }, { tenant: tooLong })).rejects.toThrow(
    /The tenant has 5000 characters/,
  );
  const task = await start(askUnder, { prompt: 'What does it say?', task: tooLong });
  await expect(task.result()).rejects.toThrow(/The task of step "answer" has 5000 characters/);
  const served = await start(ask, { prompt: 'What does it say?' });
  await served.result();
  for (const { id } of [task, served]) await expectWell(client, id);
});

it('half a megabyte said beside a tool call stays out of history, and the next turn hears it', async () => {
  const config = await reader({ beside: 'x'.repeat(500_000) });
  const { start, client } = await newStage({ ...config, tools: read(10) });
  const run = await start(ask, question);
  expect(await run.result()).toBe('It has 500010 x.');
  await expectWell(client, run.id);
  expect(await historyBytes(client, run.id)).toBeLessThan(100_000);
});

it('an answer that no run can carry is paid once, and parks its step by name', async () => {
  const { start, client } = await newStage(await reader({ answer: 'y'.repeat(1_500_000) }));
  const run = await start(ask, { prompt: 'What does it say?' });
  const message = expect.stringMatching(/The answer to step "answer" has 150\d{4} bytes .* carries 1000000/);
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'payload_too_large', message }] });
  expect((await workOf(client, run.id)).map(({ outcome }) => outcome)).toEqual(['payload_too_large']);
  expect((await run.state()).costMicros).toBeGreaterThan(0);
  await expectWell(client, run.id);
});

it('a run that ends with more than the server takes fails, and says of what', async () => {
  const { start, client } = await newStage();
  const returned = await start(endWith, { characters: 2_200_000, thrown: false });
  await expect(returned.result()).rejects.toThrow(/The result of agent "endWith" has 2200002 bytes/);
  const thrown = await start(endWith, { characters: 2_200_000, thrown: true });
  await expect(thrown.result()).rejects.toThrow(/^.{0,40}Agent "endWith" threw: xxx.*cut\)$/);
  for (const { id } of [returned, thrown]) await expectWell(client, id);
});

it('a blob that is lost parks its step before anybody is asked, and its return lets it go on', async () => {
  const kept = new Map<string, Uint8Array>();
  let lost = true;
  const blobs = {
    put: async (digest: string, bytes: Uint8Array) => void kept.set(digest, bytes),
    get: async (digest: string) => (lost ? undefined : kept.get(digest)),
  };
  const { start, client } = await newStage({ ...(await reader()), tools: read(300_000), blobs });
  const run = await start(ask, question);
  const message = expect.stringMatching(/The blob [0-9a-f]{64}, a message of 300002 bytes, is not there/);
  await expect(run.result()).rejects.toMatchObject({ parked: [{ message }] });
  lost = false;
  await run.resume();
  expect(await run.result()).toBe('It has 300000 x.');
  await expectWell(client, run.id);
});

/** Providers that call the tool `read` where there is one, and then say how many x they were told of, or what is given. */
async function reader({
  calls = 1,
  beside = '',
  answer,
  servedModel = 'm',
  mostCharacters = Infinity,
}: {
  readonly calls?: number;
  readonly beside?: string;
  readonly answer?: string;
  readonly servedModel?: string;
  /** It calls longer requests too long for its window. */
  readonly mostCharacters?: number;
} = {}): Promise<Pick<StageOptions, 'providers' | 'policy'>> {
  const event = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: '1', model: servedModel, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const toolCalls = Array.from({ length: calls }, (_, index) => ({
    ...{
      index,
      id: `call_${index}`,
      type: 'function',
      function: { name: 'read', arguments: `{"part":${index}}` },
    },
  }));
  const baseUrl = await newVendor((request) => {
    const { messages, tools } = JSON.parse(request) as { messages: { role: string }[]; tools?: object[] };
    if (request.length > mostCharacters)
      return { status: 400, body: JSON.stringify({ error: { code: 'context_length_exceeded' } }) };
    const calls = tools && !messages.some(({ role }) => role === 'tool');
    // A run of x and not a letter of some word.
    const told = request.match(/x{10,}/g)?.reduce((sum, { length }) => sum + length, 0);
    return {
      contentType: 'text/event-stream',
      body: calls
        ? event({ content: beside }) + event({ tool_calls: toolCalls }) + event({}, 'tool_calls')
        : event({ content: answer ?? `It has ${told} x.` }) + event({}, 'stop'),
    };
  });
  return {
    providers: { 'sim-aurora': { wire: 'openai-compatible', simulated: true, baseUrl } },
    policy: { providers: { allow: ['sim-aurora'] } },
  };
}

/** No workflow task of it failed twice, or of our doing, and the server did not end it. */
async function expectWell(client: Client, id: string): Promise<void> {
  const events = await eventsOf(client, id);
  let failures = 0;
  for (const event of events) {
    expect(event.workflowExecutionTerminatedEventAttributes).toBeFalsy();
    expect(event.workflowTaskTimedOutEventAttributes).toBeFalsy();
    if (event.workflowTaskCompletedEventAttributes) failures = 0;
    const failed = event.workflowTaskFailedEventAttributes;
    if (!failed) continue;
    // The server calls a task off where more than 2 MB have come back meanwhile, and gives out another with all of it.
    expect(failed.cause).toBe(FORCE_CLOSE_COMMAND);
    failures += 1;
    expect(failures).toBe(1);
  }
}

/** temporal.api.enums.v1.WorkflowTaskFailedCause */
const FORCE_CLOSE_COMMAND = 17;

async function historyBytes(client: Client, id: string): Promise<number> {
  const { workflowExecutionInfo } = await client.workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId: id },
  });
  return Number(workflowExecutionInfo!.historySizeBytes);
}
