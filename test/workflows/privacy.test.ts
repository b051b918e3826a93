import { expect, it } from '@jest/globals';
import { parseFault } from '../../src/simulated/faults.ts';
import { useVendors } from '../support/use-vendors.ts';
import { ask, askHastily, extract } from './agents.ts';
import { activitiesOf, decoded, eventsOf } from './read-history.ts';
import { type Stage, useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();

/** Words of the prompt, which the simulated models repeat in their answers. */
const SECRET = /Quillfeather|cormorant/i;
const prompt =
  'What did Quillfeather buy? In the year 2027 Quillfeather bought a tame cormorant for the old harbour of the town.';

/** The secret words found, each with what stands around it. */
const leaksIn = (shown: string) => shown.match(/.{0,60}(?:Quillfeather|cormorant).{0,20}/gi) ?? [];

/** Everything that people see who may not see what was said: attributes, memo, details, summaries, failures. */
async function shownOf({ client }: Stage, id: string): Promise<string> {
  const handle = client.workflow.getHandle(id);
  const description = await handle.describe();
  const activities = await activitiesOf(client, id);
  const events = await eventsOf(client, id);
  const failures = events.flatMap((event) => {
    const failure =
      event.activityTaskFailedEventAttributes?.failure ??
      event.workflowExecutionFailedEventAttributes?.failure;
    return failure ? [failure] : [];
  });
  const details = failures.flatMap(
    ({ applicationFailureInfo }) => applicationFailureInfo?.details?.payloads?.map(decoded) ?? [],
  );
  const summaries = events.map(({ userMetadata }) => [
    decoded(userMetadata?.summary),
    decoded(userMetadata?.details),
  ]);
  return JSON.stringify([
    description.typedSearchAttributes.getAll(),
    description.memo,
    await handle.query('__temporal_workflow_metadata').catch(() => null),
    activities.map(({ summary }) => summary),
    summaries,
    failures.map(({ message, cause }) => [message, cause?.message]),
    details,
  ]);
}

it.each(['503', '400', 'cut', 'malformed', 'error-in-200', 'empty', 'stall'])(
  'no words of the prompt or the answer are shown where everybody fails with %s',
  async (fault) => {
    const stage = await newStage({
      taskClasses: { writing: { deadlines: { idleMs: 300 } } },
      policy: { models: { allow: ['sim-atlas-large', 'sim-sonata-grand'] } },
    });
    await stage.control.setFault('*', parseFault(fault));
    const run = await stage.start(askHastily, { prompt });
    await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
    const shown = await shownOf(stage, run.id);
    expect(shown).toContain('answer · writing');
    expect(leaksIn(shown)).toEqual([]);
  },
);

it('no words of the prompt or the answer are shown of a run that went well', async () => {
  const stage = await newStage();
  const run = await stage.start(extract, {
    text: 'This Agreement is between Quillfeather Ltd ("Seller") and Brannock GmbH ("Buyer"). The Buyer shall pay $12,450.00.',
  });
  expect(JSON.stringify(await run.result())).toMatch(SECRET);
  expect(leaksIn(await shownOf(stage, run.id))).toEqual([]);
});

const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: '1', choices: [{ index: 0, delta: { content } }] })}\n\n`;

it.each([
  [
    'a stream with a piece that is no JSON',
    `${chunk('the tame ')}data: {"choices":[{"delta":{"content":"cormorant\n\n`,
  ],
  ['a stream with a piece of another shape', `${chunk('the tame ')}data: {"choices":"cormorant"}\n\n`],
  ['a 200 that is a page', '<html>cormorant</html>'],
])('no words of an answer are shown of %s', async (_, body) => {
  const baseUrl = await newVendor(() => ({ body, contentType: 'text/event-stream' }));
  const stage = await newStage({
    providers: { 'sim-aurora': { wire: 'openai-compatible', simulated: true, baseUrl } },
    policy: { providers: { allow: ['sim-aurora'] } },
  });
  const run = await stage.start(ask, { prompt });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  expect(leaksIn(await shownOf(stage, run.id))).toEqual([]);
});

it.each(['openai-compatible', 'anthropic'] as const)(
  'a key that the provider repeats is not shown, %s',
  async (wire) => {
    const key = 'sk-proj-cormorant-4242424242';
    const baseUrl = await newVendor(() => ({
      status: 401,
      body: JSON.stringify({
        type: 'error',
        error: { type: 'authentication_error', message: `Incorrect API key provided: ${key}.` },
      }),
    }));
    const stage = await newStage({
      live: { env: { OWN_KEY: key } },
      providers: { own: { wire, baseUrl, apiKeyEnv: 'OWN_KEY' } },
      models: [
        {
          id: 'own-model',
          family: 'own',
          contextTokens: 100_000,
          maxOutputTokens: 8_000,
          abilities: [],
          endpoints: [
            { provider: 'own', price: { input: 1, output: 2, source: 'a test', date: '2026-11-01' } },
          ],
        },
      ],
    });
    const run = await stage.start(ask, { prompt });
    const error: Error = await run.result().then(
      () => new Error('it was answered'),
      (parked: Error) => parked,
    );
    expect(error.name).toBe('RunParked');
    expect(leaksIn(`${error.message}${await shownOf(stage, run.id)}`)).toEqual([]);
  },
);

it('a prompt that the provider repeats in its refusal is shown neither in the memo nor in the details', async () => {
  const message = `Invalid value for messages[0].content: ${prompt}`;
  const baseUrl = await newVendor(() => ({ status: 400, body: JSON.stringify({ error: { message } }) }));
  const stage = await newStage({
    providers: { 'sim-aurora': { wire: 'openai-compatible', simulated: true, baseUrl } },
    policy: { providers: { allow: ['sim-aurora'] } },
  });
  const run = await stage.start(ask, { prompt });
  await expect(run.result()).rejects.toMatchObject({
    name: 'RunParked',
    parked: [{ reason: 'request_refused' }],
  });
  const handle = stage.client.workflow.getHandle(run.id);
  const { memo, typedSearchAttributes } = await handle.describe();
  const metadata = await handle.query('__temporal_workflow_metadata');
  expect(leaksIn(JSON.stringify([memo, typedSearchAttributes.getAll(), metadata]))).toEqual([]);
});
