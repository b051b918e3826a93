/** The run's money: set aside before each call, settled after it, and never past the cap. */
import { expect, it } from '@jest/globals';
import { judge } from '../../src/config/judge.ts';
import type {
  AttemptFailure,
  InvokeModelInput,
  InvokeModelResult,
} from '../../src/core/contract/activities.ts';
import type { Attempt } from '../../src/core/vocabulary/attempt.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { until } from '../support/until.ts';
import { askAtOnce, askUnder } from './agents.ts';
import { decoded, eventsOf } from './read-history.ts';
import { type Stage, type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();

const CAP_MICROS = 100_000;
/** Nine thousand tokens: at $3 a million a call costs $0.027, and its hundred tokens of answer $0.003 at most. */
const promptOf = (town: number) =>
  `What opened in town ${town}? ${'The mill opened in 1890 and it was the largest mill of the county. '.repeat(540)}`;
const prompts = Array.from({ length: 10 }, (_, i) => promptOf(i + 1));
const oneDearEndpoint: StageOptions = {
  policy: { models: { allow: ['sim-atlas-large'] }, providers: { allow: ['sim-aurora'] } },
  overrides: [
    {
      provider: 'sim-aurora',
      price: { input: 3, output: 30, source: 'this test', date: '2026-11-01' },
    },
  ],
  taskClasses: { writing: { maxOutputTokens: 100, expectedOutputTokens: 50 } },
};

/** What was spent and set aside after each event of a run, and how many calls were open at once. */
async function moneyOf({ client }: Stage, id: string) {
  const open = new Map<string, number>();
  let spent = 0;
  const moments: { spent: number; committed: number; open: number }[] = [];
  for (const event of await eventsOf(client, id)) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name === 'signalbox.invokeModel') {
      const { allotmentMicros } = decoded(scheduled.input?.payloads?.[0]) as InvokeModelInput;
      open.set(String(event.eventId), allotmentMicros);
    }
    const completed = event.activityTaskCompletedEventAttributes;
    const failed = event.activityTaskFailedEventAttributes;
    const of = String((completed ?? failed)?.scheduledEventId);
    if (open.delete(of)) {
      const told = completed
        ? decoded(completed.result?.payloads?.[0])
        : decoded(failed?.failure?.applicationFailureInfo?.details?.payloads?.[0]);
      const { attempt, lost = [] } = told as InvokeModelResult | AttemptFailure;
      spent += [attempt, ...lost].reduce((sum, { costMicros }: Attempt) => sum + costMicros, 0);
    }
    const aside = [...open.values()].reduce((a, b) => a + b, 0);
    moments.push({ spent, committed: spent + aside, open: open.size });
  }
  return {
    mostCommitted: Math.max(...moments.map(({ committed }) => committed)),
    mostAtOnce: Math.max(...moments.map(({ open }) => open)),
    spent,
  };
}

it('ten parallel steps under a small cap: several at once, never past it, parked, repaired, finished', async () => {
  const stage = await newStage({ ...oneDearEndpoint, latencyScale: 0.2 });
  const run = await stage.start(askAtOnce, { prompts }, { maxUsd: CAP_MICROS / 1e6 });
  await until(async () => (await run.state()).parked.length === 7);
  const { parked, steps } = await run.state();
  expect(steps.filter(({ status }) => status === 'done')).toHaveLength(3);
  for (const { reason, update } of parked)
    expect({ reason, update }).toEqual({ reason: 'cap_reached', update: 'raiseCap' });
  const before = await moneyOf(stage, run.id);
  expect(before.mostCommitted).toBeLessThanOrEqual(CAP_MICROS);
  expect(before.mostAtOnce).toBe(2);

  await run.resume({ raiseCapUsd: 0.3 });
  expect(await run.result()).toHaveLength(10);
  const after = await moneyOf(stage, run.id);
  expect(after.mostCommitted).toBeLessThanOrEqual(CAP_MICROS + 300_000);
  expect(after.mostAtOnce).toBe(7);
  expect(after.spent).toBe((await run.state()).costMicros);
});

it('a call whose cost nobody tells is settled at the most it can cost, and counts against the cap', async () => {
  const stage = await newStage(oneDearEndpoint);
  await stage.control.setFault('*', parseFault('cutx1'));
  const run = await stage.start(askAtOnce, { prompts }, { maxUsd: CAP_MICROS / 1e6 });
  await until(async () => (await run.state()).parked.length === 8);
  const { steps } = await run.state();
  expect(steps.filter(({ status }) => status === 'done')).toHaveLength(2);
  const { mostCommitted, spent } = await moneyOf(stage, run.id);
  expect(mostCommitted).toBeLessThanOrEqual(CAP_MICROS);
  expect(spent).toBeGreaterThan(0.8 * CAP_MICROS);
});

it('a call that needs more than is usually set aside is given it, where the cap allows', async () => {
  const price = { input: 30, output: 300, source: 'this test', date: '2026-11-01' };
  const stage = await newStage({ ...oneDearEndpoint, overrides: [{ provider: 'sim-aurora', price }] });
  const run = await stage.start(askAtOnce, { prompts: [promptOf(1)] });
  expect(await run.result()).toEqual([expect.stringContaining('opened')]);
  const { mostCommitted } = await moneyOf(stage, run.id);
  expect(mostCommitted).toBeGreaterThan(250_000);
});

it('judges and repairs are paid out of the same cap, and it parks the step whose judge it stops', async () => {
  const price = { input: 3, output: 15, source: 'this test', date: '2026-11-01' };
  const short = { maxOutputTokens: 100, expectedOutputTokens: 50 };
  const stage = await newStage({
    ...oneDearEndpoint,
    overrides: [{ provider: 'sim-aurora', price }],
    taskClasses: { reasoning: short, judging: short },
    checks: { place: judge({ rubric: '- names "bridge"' }) },
  });
  const asked = { prompt: promptOf(1), task: 'reasoning', verify: ['place'] };
  const run = await stage.start(askUnder, asked, { maxUsd: CAP_MICROS / 1e6 });
  // An answer, its judgement and a repair: nothing is left for the judgement of that.
  await expect(run.result()).rejects.toMatchObject({
    parked: [{ step: 'answer', reason: 'cap_reached', message: expect.stringContaining('judge "place"') }],
  });
  const { mostCommitted, spent } = await moneyOf(stage, run.id);
  expect(mostCommitted).toBeLessThanOrEqual(CAP_MICROS);
  expect(spent).toBeGreaterThan(0.08e6);
  await run.resume({ raiseCapUsd: 0.5 });
  await until(async () => (await run.state()).parked[0]?.reason === 'request_refused');
  expect((await moneyOf(stage, run.id)).spent).toBe((await run.state()).costMicros);
});
