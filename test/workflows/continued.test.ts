import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { tool } from '../../src/config/tool.ts';
import { readRun } from '../../src/history/read-run.ts';
import { Transcripts } from '../../src/history/transcripts.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { until } from '../support/until.ts';
import { continued, continuedBeside } from './agents.ts';
import { turnsOf } from './read-history.ts';
import { type Stage, useStages } from './use-stage.ts';

const newStage = useStages();

const topics = ['liability', 'warranty', 'termination'];
const prompt = `Which risks does the licence carry?\n${topics.map((topic) => `- ${topic}`).join('\n')}`;

/** Slow enough that the run is ten seconds old before it is through. */
const slowSearch = (asked: string[]) =>
  tool({
    description: 'Searches the document.',
    input: z.object({ query: z.string() }),
    execute: async ({ query }) => {
      asked.push(query);
      await sleep(5_500);
      return `The licence excludes all ${query} to the extent that the law allows it.`;
    },
  });

const runIdsOf = async ({ client }: Stage, workflowId: string) => {
  const ids: string[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
    ids.push(runId);
  return ids;
};

it('goes on as a new run with what was said, spent and parked, and asks nothing twice', async () => {
  const asked: string[] = [];
  const stage = await newStage({ tools: { searchDocument: slowSearch(asked) } });
  const run = await stage.start(continued, { prompt });

  // Three turns each are allowed: both park, the run having been continued before.
  await until(async () => (await run.state()).parked.length === 2, 60_000);
  expect((await run.resume()).toSorted()).toEqual(['answer', 'beside']);
  const result = await run.result();

  expect(result.before).toContain('1890');
  expect(result.after).toContain('1911');
  expect(result.answer).toContain(`excludes all ${topics[0]}`);
  expect(asked.toSorted()).toEqual([...topics, ...topics].toSorted());
  await until(async () => (await runIdsOf(stage, run.id)).length === 2);

  // The last run alone tells all that was said.
  const turns = await turnsOf(stage.client, run.id);
  const { input, result: last } = turns.findLast(({ input }) => input.step === 'answer')!;
  const { length } = input.transcript;
  const fresh = new Transcripts(() => readRun(stage.client, { workflowId: run.id }));
  const said = await fresh.resolve({ id: 'answer', length: length + 2, digest: last.digest });
  expect(said.map(({ role }) => role)).toEqual([
    ...['setup', 'user', 'assistant', 'tool', 'assistant', 'tool', 'assistant', 'tool', 'assistant'],
  ]);

  const log = await stage.control.log();
  const { costMicros, steps } = await run.state();
  expect(steps.map(({ name, turns }) => [name, turns])).toEqual([
    ['before', 1],
    ['answer', 4],
    ['beside', 4],
    ['after', 1],
  ]);
  expect(log).toHaveLength(10);
  expect(costMicros).toBeGreaterThan(0);
}, 120_000);

it('a step that is parked stays so in the new run, and nobody is asked on its behalf', async () => {
  const provider = 'sim-borealis';
  const stage = await newStage({ tools: { searchDocument: slowSearch([]) } });
  await stage.control.setFault(provider, { kind: 'status', status: 400 });
  const run = await stage.start(continuedBeside, { prompt, provider });

  await until(async () => (await runIdsOf(stage, run.id)).length === 2, 60_000);
  await until(async () => (await run.state()).parked.length === 1);
  const askedOfIt = async () =>
    (await stage.control.log()).filter((entry) => entry.provider === provider).length;
  expect(await askedOfIt()).toBe(1);

  await stage.control.clearFaults();
  expect(await run.resume()).toEqual(['stuck']);
  const [opened] = await run.result();
  expect(opened).toContain('1890');
  expect(await askedOfIt()).toBe(2);
}, 90_000);

it('a step that waits for a limited provider goes on waiting in the new run', async () => {
  const provider = 'sim-borealis';
  const stage = await newStage({ tools: { searchDocument: slowSearch([]) } });
  await stage.control.setFault(provider, parseFault('429:25'));
  const run = await stage.start(continuedBeside, { prompt, provider });

  await until(async () => (await runIdsOf(stage, run.id)).length === 2, 60_000);
  const askedOfIt = async () =>
    (await stage.control.log()).filter((entry) => entry.provider === provider).length;
  const before = await askedOfIt();
  await stage.control.clearFaults();
  const [opened] = await run.result();
  expect(opened).toContain('1890');
  expect(await askedOfIt()).toBe(before + 1);
}, 90_000);
