import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { simulatedModels } from '../../src/catalog/simulated-vendors.ts';
import { tool } from '../../src/config/tool.ts';
import type { InvokeModelResult } from '../../src/core/contract/activities.ts';
import { useVendors } from '../support/use-vendors.ts';
import {
  ask,
  askAtOnce,
  askInTurn,
  extract,
  look,
  mistaken,
  neverAccepted,
  sameNameTwice,
  untrueToItsOutput,
} from './agents.ts';
import { workOf } from './read-history.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();

const mill = 'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const bridge =
  'What fell? The bridge fell in 1911 and it was the oldest bridge of the county until that day.';
const contract =
  'This Agreement is made on 14 March 2027 between Quillfeather Holdings Ltd ("Seller") and Brannock & Sons GmbH ("Buyer"). ' +
  'The Buyer shall pay $12,450.00 to the Seller.';

const searchFor = (find: (query: string) => string | Promise<string>) => ({
  searchDocument: tool({
    description: 'Searches the document.',
    input: z.object({ query: z.string() }),
    execute: ({ query }) => find(query),
  }),
});
const risks = {
  prompt: 'Which risks does the licence carry?\n- liability\n- warranty',
  task: 'reasoning',
  tools: ['searchDocument'],
};

it('a step answers in words', async () => {
  const { start } = await newStage();
  const run = await start(ask, { prompt: mill });
  expect(await run.result()).toContain('The mill opened in 1890');
});

it('a step with a schema answers a value of its type', async () => {
  const { start } = await newStage();
  const run = await start(extract, { text: contract });
  const facts: { parties: { name: string; role: string }[]; amount: string } = await run.result();
  expect(facts).toEqual({
    parties: [
      { name: 'Quillfeather Holdings Ltd', role: 'Seller' },
      { name: 'Brannock & Sons GmbH', role: 'Buyer' },
    ],
    amount: '$12,450.00',
  });
});

it('a tool is called with what the model chose, and its result is in the answer', async () => {
  const asked: string[] = [];
  const { start } = await newStage({
    tools: searchFor((query) => {
      asked.push(query);
      return `The licence excludes all ${query} to the extent that the law allows it, in section 15.`;
    }),
  });
  const run = await start(ask, risks);
  expect(await run.result()).toContain('excludes all');
  expect(asked).toEqual(['liability', 'warranty']);
});

it('a conversation with tools goes on elsewhere, on another wire, when its provider goes down', async () => {
  const { start, control } = await newStage({
    tools: searchFor(async (query) => {
      const { provider } = (await control.log()).at(-1)!;
      await control.setFault(provider, { kind: 'status', status: 404 });
      return `The licence excludes all ${query} to the extent that the law allows it, in section 15.`;
    }),
  });
  const run = await start(ask, risks);
  expect(await run.result()).toContain('excludes all');
  const answered = (await control.log()).filter(({ outcome }) => outcome === 'answered');
  expect(new Set(answered.map(({ provider }) => provider)).size).toBe(3);
  const refused = (await control.log()).map(({ outcome }) => outcome).filter((o) => o !== 'answered');
  expect(new Set(refused)).toEqual(new Set(['status 404']));
});

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const question = 'Which file of a picture is it?';

it('a picture is shown to a model that takes pictures', async () => {
  const { start } = await newStage();
  const run = await start(look, { question, data: pixel, mediaType: 'image/png' });
  expect(await run.result()).toContain('[file of image/png, 70 bytes]');
  const { decision, endpoint } = (await run.state()).steps[0]!;
  expect(decision!.rejected['input:image']).toBeGreaterThan(0);
  const takers = simulatedModels.filter(({ inputs }) => inputs?.includes('image')).map(({ id }) => id);
  expect(takers).toContain(endpoint!.split('/')[1]);
});

it.each([
  ['a kind of file that no model takes', pixel, 'application/zip', '"application/zip"'],
  ['data that is no base64', '<png>', 'image/png', 'not base64'],
])('%s fails the run, and says so', async (_, data, mediaType, words) => {
  const { start } = await newStage();
  const run = await start(look, { question, data, mediaType });
  await expect(run.result()).rejects.toThrow(words);
});

it('a tool is given the context of the step, which no model can change', async () => {
  let seen: unknown;
  const { start } = await newStage({
    tools: {
      searchDocument: tool({
        description: 'Searches the document.',
        input: z.object({ query: z.string() }),
        execute: (_, { context }) => {
          seen = context;
          return 'nothing';
        },
      }),
    },
  });
  await (await start(ask, { ...risks, toolContext: { path: '/contracts/1' } })).result();
  expect(seen).toEqual({ path: '/contracts/1' });
});

it('a tool that throws is told to the model, and the step goes on', async () => {
  const { start, client } = await newStage({
    tools: searchFor(() => {
      throw new Error('the index is being rebuilt');
    }),
  });
  const run = await start(ask, risks);
  await run.result();
  const tools = (await workOf(client, run.id)).filter(({ name }) => name === 'signalbox.runTool');
  expect(tools[0]?.result).toEqual({ output: 'the index is being rebuilt', isError: true });
});

// Temporal refuses an activity's result of more than 2 MB, and ran the tool again for ever.
it('a tool whose result is too large is told to the model, and the step goes on', async () => {
  let calls = 0;
  const { start, client } = await newStage({
    tools: searchFor(() => {
      calls += 1;
      return 'x'.repeat(17_000_000);
    }),
  });
  const run = await start(ask, risks);
  await run.result();
  const tools = (await workOf(client, run.id)).filter(({ name }) => name === 'signalbox.runTool');
  expect(tools[0]?.result).toEqual({ output: expect.stringContaining('17000002 bytes'), isError: true });
  expect(calls).toBe(tools.length);
});

it('a model that asks for a tool nobody has is told so, and the step goes on', async () => {
  const event = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: '1', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const call = {
    index: 0,
    id: 'call-1',
    type: 'function',
    function: { name: 'launchRocket', arguments: '{}' },
  };
  const baseUrl = await newVendor((request) => ({
    contentType: 'text/event-stream',
    body: request.includes('There is no tool')
      ? event({ content: 'Then I shall not.' }) + event({}, 'stop')
      : event({ tool_calls: [call] }) + event({}, 'tool_calls'),
  }));
  const { start } = await newStage({
    providers: { 'sim-aurora': { wire: 'openai-compatible', simulated: true, baseUrl } },
    policy: { providers: { allow: ['sim-aurora'] } },
    tools: searchFor(() => ''),
  });
  const run = await start(ask, { ...risks });
  expect(await run.result()).toBe('Then I shall not.');
});

it('a turn sends only what is new since the last', async () => {
  const { start, client } = await newStage({ tools: searchFor((query) => `Of ${query} it says nothing.`) });
  const run = await start(ask, { ...risks, system: 'You are a lawyer.' });
  await run.result();
  const turns = (await workOf(client, run.id)).filter(({ name }) => name === 'signalbox.invokeModel');
  expect(turns.map(({ input }) => (input.delta as { role: string }[]).map(({ role }) => role))).toEqual([
    ['setup', 'user'],
    ['tool'],
    ['tool'],
  ]);
  expect(turns.map(({ input }) => (input.transcript as { length: number }).length)).toEqual([0, 3, 5]);
  expect(JSON.stringify(turns.slice(1).map(({ input }) => input))).not.toContain('lawyer');
});

it('a turn goes to the endpoint that answered the one before', async () => {
  const { start, control } = await newStage({
    tools: searchFor((query) => `Of ${query} it says nothing.`),
  });
  await (await start(ask, risks)).result();
  const endpoints = (await control.log()).map(({ provider, model }) => `${provider}/${model}`);
  expect(endpoints).toHaveLength(3);
  expect(new Set(endpoints).size).toBe(1);
});

it('steps in parallel are under way at the same time', async () => {
  const { start, control } = await newStage({ latencyScale: 1 });
  const run = await start(askAtOnce, { prompts: [mill, bridge, mill, bridge] });
  const answers = await run.result();
  expect(answers.map((answer) => /mill|bridge/.exec(answer)?.[0])).toEqual([
    'mill',
    'bridge',
    'mill',
    'bridge',
  ]);
  const log = await control.log();
  const lastBegan = Math.max(...log.map(({ atMs }) => atMs));
  const firstEnded = Math.min(...log.map(({ endedMs }) => endedMs ?? Infinity));
  expect(lastBegan).toBeLessThan(firstEnded);
});

it('steps in parallel keep their conversations apart', async () => {
  const { start, control } = await newStage();
  await (await start(askAtOnce, { prompts: [mill, bridge] })).result();
  const log = await control.log();
  expect(new Set(log.map(({ conversation }) => conversation)).size).toBe(2);
});

it('state() lists the steps with who answered and what it cost', async () => {
  const { start } = await newStage();
  const run = await start(askInTurn, { prompts: [mill, bridge] });
  await run.result();
  const state = await run.state();
  expect(state).toMatchObject({ agent: 'askInTurn', status: 'completed', parked: [] });
  expect(state.steps).toMatchObject([
    { name: 'step 1', taskClass: 'writing', status: 'done', turns: 1, attempts: [{ outcome: 'answered' }] },
    { name: 'step 2', taskClass: 'writing', status: 'done', turns: 1, attempts: [{ outcome: 'answered' }] },
  ]);
  const spent = state.steps.flatMap(({ attempts }) => attempts).map(({ costMicros }) => costMicros);
  expect(state.costMicros).toBe(spent.reduce((a, b) => a + b));
  expect(state.costMicros).toBeGreaterThan(0);
});

it('an answer that the schema refuses is asked for again with the reason, then parks', async () => {
  const { start, client } = await newStage();
  const run = await start(neverAccepted, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({
    parked: [{ reason: 'request_refused', kind: 'output_invalid' }],
  });
  const turns = await workOf(client, run.id);
  expect(turns).toHaveLength(6);
  const asked = turns.map(({ result }) => (result as InvokeModelResult).attempt.endpoint);
  for (const i of [0, 2, 4]) expect(asked[i + 1]).toBe(asked[i]);
  expect(new Set(asked).size).toBe(3);
  expect(turns[1]!.input.delta).toEqual([
    { role: 'user', content: expect.stringContaining('must be better') },
  ]);
});

it('an input that does not fit fails the run and does not hang', async () => {
  const { start } = await newStage();
  const run = await start(ask, { prompt: 7 as unknown as string });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunFailed',
    message: expect.stringContaining('prompt'),
    cause: { type: 'InvalidInput' },
  });
});

it('a result that does not fit its schema fails the run', async () => {
  const { start } = await newStage();
  const run = await start(untrueToItsOutput, {});
  await expect(run.result()).rejects.toMatchObject({ name: 'RunFailed', cause: { type: 'InvalidOutput' } });
});

it('an agent whose own code throws fails the run and does not hang', async () => {
  const { start } = await newStage();
  const run = await start(mistaken, {});
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunFailed',
    cause: { type: 'AgentError', message: expect.stringContaining('Agent "mistaken" threw: Cannot read') },
  });
});

it('a second step of the same name fails the run and says so', async () => {
  const { start } = await newStage();
  const run = await start(sameNameTwice, { prompt: mill });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunFailed',
    message: expect.stringContaining('Two steps are named "answer"'),
  });
});

it('an unknown task class parks, and names those there are', async () => {
  const { start, control } = await newStage();
  const run = await start(ask, { prompt: mill, task: 'sorcery' });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunParked',
    message: expect.stringMatching(/no task class "sorcery".*writing/),
  });
  expect(await control.log()).toEqual([]);
});

it('a tool that the worker does not have parks, and names those there are', async () => {
  const { start, control } = await newStage({ tools: searchFor(() => '') });
  const run = await start(ask, { prompt: mill, tools: ['findDocument'] });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunParked',
    message: expect.stringMatching(/no tool "findDocument".*searchDocument/),
  });
  expect(await control.log()).toEqual([]);
});

it('a run of an agent that no worker knows says so and does not hang', async () => {
  const { signalbox } = await newStage();
  const run = await signalbox.start('askNobody', {});
  try {
    await expect(run.result()).rejects.toMatchObject({
      name: 'UnknownAgent',
      message: expect.stringContaining('"askNobody"'),
    });
  } finally {
    await signalbox.client.workflow.getHandle(run.id).terminate();
  }
});

it('the same id twice is refused', async () => {
  const { start } = await newStage();
  const run = await start(ask, { prompt: mill });
  await expect(start(ask, { prompt: mill }, { id: run.id })).rejects.toMatchObject({
    name: 'RunAlreadyStarted',
  });
  await run.result();
});
