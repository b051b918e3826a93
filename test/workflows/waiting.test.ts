import { expect, it } from '@jest/globals';
import { parseFault } from '../../src/simulated/faults.ts';
import { firstChoice } from '../../src/testing/first-choice.ts';
import { until } from '../support/until.ts';
import { ask, askHastily } from './agents.ts';
import { timersOf, workOf } from './read-history.ts';
import { AGENTS, type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();

const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const fewModels: StageOptions = {
  // A second is so dear that nobody waits while somebody may be asked.
  taskClasses: { writing: { secondUsd: 1 } },
  policy: { models: { allow: ['sim-atlas-large', 'sim-sonata-grand'] } },
};

it('rate limited everywhere waits on a durable timer and finishes by itself', async () => {
  const stage = await newStage(fewModels);
  await stage.control.setFault('*', parseFault('429:6'));
  const run = await stage.start(ask, { prompt });
  await until(async () => (await timersOf(stage.client, run.id)).length === 1);
  const asked = (await stage.control.log()).length;
  expect(asked).toBe(2);
  const [step] = (await run.state()).steps;
  expect(step).toMatchObject({ status: 'waiting', waiting: { step: 'answer', why: 'nobody may be asked' } });
  expect(step!.waiting!.untilMs).toBeGreaterThan(Date.now());
  expect(step!.waiting!.untilMs).toBeLessThanOrEqual(Date.now() + 6_000);
  await stage.control.clearFaults();
  expect(await run.result()).toContain('mill opened');
  expect((await run.state()).steps[0]).not.toHaveProperty('waiting');
  const [waitMs] = await timersOf(stage.client, run.id);
  expect(waitMs).toBeGreaterThan(2_000);
  expect(waitMs).toBeLessThanOrEqual(6_000);
  expect((await workOf(stage.client, run.id)).map(({ outcome }) => outcome)).toEqual([
    'rate_limited',
    'rate_limited',
    'no_eligible_endpoint',
    'completed',
  ]);
});

it('down everywhere waits until the first may be asked again, and finishes by itself', async () => {
  const stage = await newStage(fewModels);
  await stage.control.setFault('*', parseFault('503'));
  const run = await stage.start(ask, { prompt });
  await until(async () => (await timersOf(stage.client, run.id)).length === 1);
  expect(await stage.control.log()).toHaveLength(4);
  await stage.control.clearFaults();
  expect(await run.result()).toContain('mill opened');
});

// No breaker opens on an endpoint that mostly answers, so that nobody said when to ask again, and the run parked.
it('an endpoint that fails now and then is asked again, where nobody else is left', async () => {
  const stage = await newStage({ policy: { models: { allow: ['sim-ember-mini'] } } });
  for (let i = 0; i < 3; i++) await (await stage.start(ask, { prompt })).result();
  await stage.control.setFault('*', parseFault('503x2'));
  const run = await stage.start(ask, { prompt });
  expect(await run.result()).toContain('mill opened');
  expect((await workOf(stage.client, run.id)).map(({ outcome }) => outcome)).toEqual([
    ...['unavailable', 'unavailable', 'no_eligible_endpoint', 'completed'],
  ]);
});

it('a wait outlives the worker', async () => {
  const stage = await newStage(fewModels);
  await stage.control.setFault('*', parseFault('429:1'));
  const run = await stage.start(ask, { prompt });
  await until(async () => (await timersOf(stage.client, run.id)).length === 1);
  await stage.control.clearFaults();
  await stage.replaceWorker();
  expect(await run.result()).toContain('mill opened');
});

it('a wait longer than the patience of the run parks at once', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('429:60'));
  const run = await stage.start(askHastily, { prompt });
  await expect(run.result()).rejects.toMatchObject({
    parked: [
      {
        reason: 'attempts_exhausted',
        message: expect.stringMatching(/may be asked again at \S+ \S+ UTC, .*limits\.wait/),
      },
    ],
  });
  expect(await timersOf(stage.client, run.id)).toEqual([]);
});

it('cancel ends a wait', async () => {
  const stage = await newStage(fewModels);
  await stage.control.setFault('*', parseFault('429:600'));
  const run = await stage.start(ask, { prompt });
  await until(async () => (await timersOf(stage.client, run.id)).length === 1);
  await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ name: 'RunFailed' });
});

it('an endpoint that rests is spared by the next run on the worker', async () => {
  const stage = await newStage(fewModels);
  await stage.control.setFault('sim-borealis', parseFault('429:60'));
  await (await stage.start(ask, { prompt })).result();
  await stage.control.clearLog();
  await (await stage.start(ask, { prompt })).result();
  expect((await stage.control.log()).map(({ provider }) => provider)).toEqual(['sim-aurora']);
});

// A Decision lists ten rejections; the endpoint that only rests once stood behind them, and the run parked.
it('a run waits for an endpoint that another run has put to rest, however many others are ruled out', async () => {
  const stage = await newStage({ policy: { models: { allow: ['sim-ember-mini'] } } });
  await stage.control.setFault('*', parseFault('429:6x1'));
  const first = await stage.start(ask, { prompt });
  await until(async () => (await timersOf(stage.client, first.id)).length === 1);
  await first.cancel();
  const second = await stage.start(ask, { prompt });
  expect(await second.result()).toContain('mill opened');
  expect((await workOf(stage.client, second.id)).map(({ outcome, summary }) => [outcome, summary])).toEqual([
    ['no_eligible_endpoint', 'answer · writing'],
    ['completed', 'answer · writing · after a wait'],
  ]);
});

it('a limited endpoint is waited for where that is worth more than a dearer one', async () => {
  const patient: StageOptions = { ...fewModels, taskClasses: { writing: { secondUsd: 0 } } };
  const stage = await newStage(patient);
  const best = firstChoice({ agents: AGENTS, ...patient }, { taskClass: 'writing' });
  await stage.control.setFault(best, parseFault('429:6x1'));
  const run = await stage.start(ask, { prompt });
  expect(await run.result()).toContain('mill opened');
  const work = await workOf(stage.client, run.id);
  expect(work.map(({ outcome }) => outcome)).toEqual(['rate_limited', 'worth_waiting', 'completed']);
  expect(work.at(-1)!.summary).toBe(
    `answer · 2nd try · after ${best.split('/')[0]} rate limited, and a wait`,
  );
  expect((await stage.control.log()).map(({ model }) => model)).toEqual([
    best.split('/')[1],
    best.split('/')[1],
  ]);
  expect((await run.state()).steps[0]!.attempts).toHaveLength(2);
});
