import { describe, expect, it } from '@jest/globals';
import { simulatedModels } from '../../src/catalog/simulated-vendors.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { firstChoice } from '../../src/testing/first-choice.ts';
import { ask } from './agents.ts';
import { workOf } from './read-history.ts';
import { AGENTS, type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();

const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const answer = 'The mill opened in 1890';
const first = firstChoice({ agents: AGENTS }, { taskClass: 'writing' });
const hasty: StageOptions = {
  taskClasses: { writing: { deadlines: { firstTokenMs: 1_000, idleMs: 1_000 } } },
};

/** What the first endpoint was asked and how it ended, and who answered in its place. */
async function runWith(fault: string) {
  const stage = await newStage(hasty);
  await stage.control.setFault(first, parseFault(fault));
  const run = await stage.start(ask, { prompt });
  const text = await run.result();
  const state = await run.state();
  const { attempts = [], endpoint } = state.steps[0] ?? {};
  return { stage, run, text, attempts, endpoint };
}

describe('a fault of the first endpoint is failed over, and history shows every attempt', () => {
  it.each([
    ['500', ['unavailable', 'unavailable']],
    ['502', ['unavailable', 'unavailable']],
    ['503', ['unavailable', 'unavailable']],
    ['504', ['unavailable', 'unavailable']],
    ['529', ['unavailable', 'unavailable']],
    ['reset', ['unavailable', 'unavailable']],
    ['timeout', ['timed_out']],
    ['silence', ['timed_out']],
    ['408', ['timed_out']],
    ['cut', ['answer_incomplete', 'answer_incomplete']],
    ['stall', ['answer_incomplete', 'answer_incomplete']],
    ['malformed', ['answer_incomplete', 'answer_incomplete']],
    ['empty', ['answer_incomplete', 'answer_incomplete']],
    ['error-in-200', ['answer_incomplete', 'answer_incomplete']],
    ['401', ['credential_rejected']],
    ['402', ['payment_required']],
    ['429/insufficient_quota', ['payment_required']],
    ['403', ['forbidden']],
    ['404', ['model_not_found']],
    ['413', ['request_too_large']],
    ['400/context_length_exceeded', ['context_too_long']],
    ['429', ['rate_limited']],
    ['429:60', ['rate_limited']],
  ])('%s', async (fault, kinds) => {
    const { stage, run, text, attempts, endpoint } = await runWith(fault);
    expect(text).toContain(answer);
    expect(endpoint).not.toBe(first);
    expect(attempts.map((attempt) => [attempt.endpoint, attempt.outcome])).toEqual([
      ...kinds.map((kind) => [first, kind]),
      [endpoint, 'answered'],
    ]);
    const activities = await workOf(stage.client, run.id);
    expect(activities.map(({ name, outcome }) => [name, outcome])).toEqual(
      [...kinds, 'completed'].map((outcome) => ['signalbox.invokeModel', outcome]),
    );
  });
});

describe('a fault that passes is met by the same endpoint again', () => {
  it.each([
    ['503x1', 'unavailable'],
    ['cutx1', 'answer_incomplete'],
    ['429:1x1', 'rate_limited'],
  ])('%s', async (fault, kind) => {
    const { text, attempts } = await runWith(fault);
    expect(text).toContain(answer);
    expect(attempts.map((attempt) => [attempt.endpoint, attempt.outcome])).toEqual([
      [first, kind],
      [first, 'answered'],
    ]);
  });
});

describe('what is wrong with the request itself stops, and parks with the reason', () => {
  it.each([
    ['400', 'invalid_request'],
    ['422', 'invalid_request'],
    ['400/content_filter', 'content_filtered'],
  ])('%s', async (fault, kind) => {
    const stage = await newStage();
    await stage.control.setFault(first, parseFault(fault));
    const run = await stage.start(ask, { prompt });
    await expect(run.result()).rejects.toMatchObject({
      name: 'RunParked',
      parked: [{ step: 'answer', reason: 'request_refused', kind }],
    });
    expect(await stage.control.log()).toHaveLength(1);
  });
});

it('what one provider filtered is shown to others where the deployment accepts that', async () => {
  const stage = await newStage({ accepts: ['failover-after-filter'] });
  await stage.control.setFault(first, parseFault('400/content_filter'));
  const run = await stage.start(ask, { prompt });
  expect(await run.result()).toContain(answer);
  const { attempts = [] } = (await run.state()).steps[0] ?? {};
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['content_filtered', 'answered']);
});

it('what is too long for a window is never sent to one that is no larger', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('400/context_length_exceeded'));
  const run = await stage.start(ask, { prompt });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  const models = new Map(simulatedModels.map(({ id, contextTokens }) => [id, contextTokens]));
  const windows = (await stage.control.log()).map(({ model }) => models.get(model)!);
  expect(windows).toEqual([...new Set(windows)].sort((a, b) => a - b));
  expect(windows.at(-1)).toBe(Math.max(...models.values()));
});

it('a model that its provider does not have is not asked for by the runs that follow', async () => {
  const { stage } = await runWith('404');
  await stage.control.clearLog();
  const run = await stage.start(ask, { prompt });
  await run.result();
  const { decision } = (await run.state()).steps[0]!;
  expect(decision?.rejections).toContainEqual({ endpoint: first, rule: 'health:gone' });
  expect(await stage.control.log()).toHaveLength(1);
});

it('a rejected key takes its provider out for the runs that follow', async () => {
  const { stage } = await runWith('401');
  await stage.control.clearFaults();
  await stage.control.clearLog();
  const run = await stage.start(ask, { prompt });
  await run.result();
  const provider = first.split('/')[0]!;
  const { decision } = (await run.state()).steps[0]!;
  expect(decision?.rejections).toContainEqual({ endpoint: first, rule: 'health:quarantined' });
  expect((await stage.control.log()).map((entry) => entry.provider)).not.toContain(provider);
});

it('a failed attempt whose usage nobody knows is charged at what it can have cost', async () => {
  const { attempts } = await runWith('cut');
  for (const { outcome, costMicros } of attempts) {
    if (outcome === 'answer_incomplete') expect(costMicros).toBeGreaterThan(0);
  }
});

it('a refusal costs nothing', async () => {
  const { attempts } = await runWith('503');
  expect(attempts.filter(({ outcome }) => outcome === 'unavailable').map((a) => a.costMicros)).toEqual([
    0, 0,
  ]);
});

it('an attempt after a failure says in its summary what it follows', async () => {
  const { stage, run } = await runWith('404');
  const summaries = (await workOf(stage.client, run.id)).map(({ summary }) => summary);
  expect(summaries).toEqual([
    'answer · writing',
    `answer · 2nd try · after ${first.split('/')[0]} model not found`,
  ]);
});
