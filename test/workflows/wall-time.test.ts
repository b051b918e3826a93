/** The time a run may work: used up, it parks at its next turn; what it waits for a person does not count. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { parseFault } from '../../src/simulated/faults.ts';
import { askBriefly } from './agents.ts';
import { timersOf } from './read-history.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();

const prompts = ['What opened? The mill opened in 1890.', 'What fell? The bridge fell in 1911.'];

it('a run past its wall time parks at its next turn, and resume gives it as much again', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('slow:1.2'));
  const run = await stage.start(askBriefly, { prompts });
  await expect(run.result()).rejects.toMatchObject({
    parked: [
      { step: 'step 2', reason: 'wall_used', update: 'retry', message: expect.stringContaining('1 s') },
    ],
  });
  expect(await stage.control.log()).toHaveLength(1);
  expect(await timersOf(stage.client, run.id)).toEqual([]);
  await stage.control.clearFaults();
  await run.resume();
  expect(await run.result()).toHaveLength(2);
});

it('a wait that would outlast it parks at once', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('429:30'));
  const run = await stage.start(askBriefly, { prompts });
  await expect(run.result()).rejects.toMatchObject({ parked: [{ step: 'step 1', reason: 'wall_used' }] });
  expect(await timersOf(stage.client, run.id)).toEqual([]);
});

it('what it waits for a person does not count', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('400'));
  const run = await stage.start(askBriefly, { prompts });
  await expect(run.result()).rejects.toMatchObject({ parked: [{ reason: 'request_refused' }] });
  // Longer than it may work.
  await sleep(1_200);
  await stage.control.clearFaults();
  await run.resume();
  expect(await run.result()).toHaveLength(2);
});
