/** Checks of a step: an answer that one rejects is tried again with what it said, then by another model. */
import { expect, it } from '@jest/globals';
import { check } from '../../src/config/check.ts';
import { askUnder } from './agents.ts';
import { workOf } from './read-history.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();

const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';

/** Rejects so many answers, then accepts. */
function rejecting(count: number) {
  let seen = 0;
  return check({ accepts: () => ++seen > count || 'It names no bridge' });
}

it('an answer that passes is the answer', async () => {
  const stage = await newStage({ checks: { good: rejecting(0) } });
  const run = await stage.start(askUnder, { prompt, task: 'reasoning', verify: ['good'] });
  expect(await run.result()).toContain('mill');
  const { attempts, decision } = (await run.state()).steps[0]!;
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['answered']);
  expect(decision?.cascade?.[0]).toBe(attempts[0]!.endpoint);
});

it('one that is rejected is repaired once, then escalated to a model likelier to succeed', async () => {
  const stage = await newStage({ checks: { picky: rejecting(2) } });
  const run = await stage.start(askUnder, { prompt, task: 'reasoning', verify: ['picky'] });
  await run.result();
  const { attempts } = (await run.state()).steps[0]!;
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['check_failed', 'check_failed', 'answered']);
  const [first, again, stronger] = attempts.map(({ endpoint }) => endpoint);
  expect(again).toBe(first);
  expect(stronger).not.toBe(first);
  const activities = await workOf(stage.client, run.id);
  expect(activities[1]!.input).toMatchObject({
    repair: 'Check "picky" rejects the answer: It names no bridge.',
  });
  expect(activities[2]!.input).toMatchObject({ rejected: [first], avoid: [first] });
});

it('a check that never accepts parks the step with what it says', async () => {
  const stage = await newStage({ checks: { never: rejecting(99) } });
  const run = await stage.start(askUnder, { prompt, task: 'reasoning', verify: ['never'] });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunParked',
    message: expect.stringContaining('check failed'),
  });
});

it('a check that breaks, or that no worker has, is told as what it is', async () => {
  const broken = check({
    accepts: () => {
      throw new Error('no such table');
    },
  });
  const stage = await newStage({ checks: { broken } });
  const runs = await Promise.all(
    ['broken', 'missing'].map((name) => stage.start(askUnder, { prompt, task: 'reasoning', verify: [name] })),
  );
  await expect(runs[0]!.result()).rejects.toMatchObject({ name: 'RunParked' });
  const { attempts } = (await runs[0]!.state()).steps[0]!;
  expect(attempts[0]).toMatchObject({
    outcome: 'invalid_request',
    message: expect.stringContaining('Check "broken" broke: no such table'),
  });
  await expect(runs[1]!.result()).rejects.toMatchObject({
    message: expect.stringContaining('There is no check "missing" on this worker; it has broken.'),
  });
});
