import { expect, it } from '@jest/globals';
import { parseFault } from '../../src/simulated/faults.ts';
import { readHealth } from '../../src/store/health.ts';
import { openStore } from '../../src/store/store.ts';
import { until } from '../support/until.ts';
import { useDatabases } from '../support/use-databases.ts';
import { ask } from './agents.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();
const databases = useDatabases('sqlite');

const prompt = 'What opened? The mill opened in 1890 and it was the largest mill of the county for years.';

it('an endpoint that one worker finds dead is not asked by the others of its database', async () => {
  const database = await databases.newUrl();
  const [one, other] = [await newStage({ database }), await newStage({ database })];
  for (const stage of [one, other]) await stage.control.setFault('sim-borealis', parseFault('503'));
  expect(await (await one.start(ask, { prompt })).result()).toContain('mill opened');
  const dead = (await one.control.log()).filter(({ provider }) => provider === 'sim-borealis');
  expect(dead).toHaveLength(2);

  const store = await openStore({ url: database });
  await until(async () => (await readHealth(store)).some(({ health }) => health.breaker.state === 'open'));
  await store.close();
  await until(async () => {
    const run = await other.start(ask, { prompt });
    expect(await run.result()).toContain('mill opened');
    return (await run.state()).steps[0]!.attempts.length === 1;
  });
  const asked = (await other.control.log()).filter(({ provider }) => provider === 'sim-borealis');
  // It hears of it within a second; until then it may find out for itself.
  expect(asked.length).toBeLessThanOrEqual(2);
});
