import { expect, it } from '@jest/globals';
import { readHealth } from '../../src/store/health.ts';
import { until } from '../support/until.ts';
import { useDatabases } from '../support/use-databases.ts';
import { useVendors } from '../support/use-vendors.ts';
import { ask } from './agents.ts';
import { type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();
const databases = useDatabases('sqlite');

const ANSWER = JSON.stringify({
  ...{ id: '1', object: 'chat.completion', created: 1, model: 'm' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'The mill.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
});
const modelAt = (provider: string, output: number) => ({
  ...{ id: `${provider}-model`, family: provider, contextTokens: 100_000, maxOutputTokens: 8_000 },
  ...{
    abilities: [],
    endpoints: [{ provider, price: { input: 1, output, source: 'a test', date: '2026-11-01' } }],
  },
});

it('an endpoint that one worker finds dead is not asked by the others of its database', async () => {
  let asked = 0;
  const dead = await newVendor(() => {
    asked += 1;
    return { status: 503, body: '{}' };
  });
  const well = await newVendor(() => ({ body: ANSWER }));
  const database = await databases.newUrl();
  const provider = { wire: 'openai-compatible', streams: false } as const;
  const options: StageOptions = {
    ...{ live: { env: {} }, database },
    providers: { dead: { ...provider, baseUrl: dead }, well: { ...provider, baseUrl: well } },
    // The cheaper one is asked first.
    models: [modelAt('dead', 2), modelAt('well', 20)],
    policy: { providers: { allow: ['dead', 'well'] } },
  };
  const [one, other] = [await newStage(options), await newStage(options)];
  expect(await (await one.start(ask, { prompt: 'What opened?' })).result()).toBe('The mill.');
  expect(asked).toBe(2);

  const store = await databases.open(database);
  await until(async () => (await readHealth(store)).some(({ health }) => health.breaker.state === 'open'));
  await until(async () => {
    const run = await other.start(ask, { prompt: 'What opened?' });
    expect(await run.result()).toBe('The mill.');
    return (await run.state()).steps[0]!.attempts.length === 1;
  });
  // It hears of it within a second; until then it may find out for itself.
  expect(asked).toBeLessThanOrEqual(4);
});
