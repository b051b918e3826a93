/** Judges: models that look at an answer. What they reject is repaired once, and then asked of a stronger model. */
import { expect, it } from '@jest/globals';
import { judge } from '../../src/config/judge.ts';
import type { InvokeModelInput, InvokeModelResult } from '../../src/core/contract/activities.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { openStore } from '../../src/store/store.ts';
import { until } from '../support/until.ts';
import { askUnder } from './agents.ts';
import { workOf } from './read-history.ts';
import { type Stage, useStages } from './use-stage.ts';

const newStage = useStages();

const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const demands = (...words: string[]) =>
  judge({ rubric: words.map((word) => `- names "${word}"`).join('\n') });

const callsOf = async (stage: Stage, id: string) =>
  (await workOf(stage.client, id)).map(({ input, summary, result, outcome }) => ({
    input: input as unknown as InvokeModelInput,
    ...{ summary, outcome },
    result: result as InvokeModelResult,
  }));

it('judges that accept let the answer pass: part of the step, paid by the run, rows of their own', async () => {
  const stage = await newStage({ checks: { place: demands('mill'), year: demands('1890') } });
  const run = await stage.start(askUnder, { prompt, task: 'reasoning', verify: ['place', 'year'] });
  expect(await run.result()).toContain('mill');

  const calls = await callsOf(stage, run.id);
  expect(calls.map(({ summary }) => summary)).toEqual([
    'answer · reasoning',
    'answer · judge place',
    'answer · judge year',
  ]);
  // What is judged stands in the input by reference only.
  expect(JSON.stringify(calls[1]!.input)).not.toContain('mill');
  const { steps, costMicros } = await run.state();
  expect(steps).toHaveLength(1);
  expect(steps[0]).toMatchObject({ name: 'answer', status: 'done', taskClass: 'reasoning', judgeCalls: 2 });
  expect(steps[0]!.attempts).toHaveLength(1);
  const costs = calls.map(({ result }) => result.attempt.costMicros);
  expect(costMicros).toBe(costs.reduce((a, b) => a + b, 0));
  const store = await openStore({ url: stage.database, create: false });
  const rows = await readLedger(store, run.id).finally(() => store.close());
  expect(rows.map(({ callKind, taskClass, step }) => [callKind, taskClass, step])).toEqual([
    ['work', 'reasoning', 'answer'],
    ['judge', 'judging', 'answer'],
    ['judge', 'judging', 'answer'],
  ]);
});

it('what a judge rejects is repaired once with its reason, then asked of another, and parks in the end', async () => {
  const stage = await newStage({ checks: { place: demands('bridge') } });
  const run = await stage.start(askUnder, { prompt, task: 'reasoning', verify: ['place'] });
  await expect(run.result()).rejects.toMatchObject({
    parked: [{ step: 'answer', reason: 'request_refused', kind: 'check_failed', update: 'retry' }],
  });
  const work = (await callsOf(stage, run.id)).filter(({ input }) => input.judge === undefined);
  const answered = work.filter(({ outcome }) => outcome === 'completed');
  const endpoints = answered.map(({ result }) => result.attempt.endpoint);
  expect(endpoints[1]).toBe(endpoints[0]);
  expect(endpoints[2]).not.toBe(endpoints[0]);
  expect(answered[1]!.input.delta).toEqual([
    { role: 'user', content: expect.stringContaining('This is missing: names "bridge"') },
  ]);
  expect(answered[2]!.input).toMatchObject({ avoid: [endpoints[0]], rejected: [endpoints[0]] });
  const { steps, parked } = await run.state();
  expect(steps[0]!.status).toBe('parked');
  expect(parked[0]!.message).toContain(`${endpoints[0]} by judge "place" ×2`);

  // Then it begins anew, with all who may be asked.
  await run.resume();
  await until(async () => (await run.state()).parked[0]?.number === 2);
  const again = (await callsOf(stage, run.id)).filter(({ input }) => input.judge === undefined)[work.length]!;
  expect(again.input).not.toHaveProperty('avoid');
});

it('a judge that nobody answers is failed over, and parks its step, which is not asked again', async () => {
  const stage = await newStage({ checks: { place: demands('mill') }, latencyScale: 0.3 });
  const run = await stage.start(askUnder, { prompt, task: 'reasoning', verify: ['place'] });
  await until(async () => (await stage.control.log()).length === 1);
  await stage.control.setFault('*', parseFault('400'));
  await expect(run.result()).rejects.toMatchObject({
    parked: [
      { step: 'answer', message: expect.stringContaining('Judge "place" of step "answer" got no answer') },
    ],
  });
  await stage.control.clearFaults();
  await run.resume();
  expect(await run.result()).toContain('mill');
  const work = (await callsOf(stage, run.id)).filter(({ input }) => input.judge === undefined);
  expect(work).toHaveLength(1);
});
