import { expect, it } from '@jest/globals';
import { useVendors, type VendorAnswer } from '../support/use-vendors.ts';
import { ask } from './agents.ts';
import { type StageOptions, useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();

const prompt = 'What opened?';
const env = { OWN_KEY: 'first-key-1234567890', OWN_KEY_2: 'second-key-1234567890' };
const ANSWER: VendorAnswer = {
  body: JSON.stringify({
    ...{ id: '1', object: 'chat.completion', created: 1, model: 'own-model' },
    choices: [{ index: 0, message: { role: 'assistant', content: 'The mill.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
  }),
};
const refusal = (status: number, error: object, headers = {}): VendorAnswer => ({
  ...{ status, headers },
  body: JSON.stringify({ error: { message: 'no', ...error } }),
});
const REJECTED = refusal(401, { code: 'invalid_api_key' });

/** A stage whose only endpoint is at a vendor that answers each key as the case says; `asked` has the keys in turn. */
async function newKeyStage(answerTo: (key: string) => VendorAnswer) {
  const asked: string[] = [];
  const baseUrl = await newVendor((_, { authorization = '' }) => {
    const key = authorization.replace('Bearer ', '');
    asked.push(key);
    return answerTo(key);
  });
  const options: StageOptions = {
    live: { env },
    providers: {
      own: { wire: 'openai-compatible', baseUrl, apiKeyEnv: Object.keys(env), streams: false },
    },
    models: [
      {
        ...{ id: 'own-model', family: 'own', contextTokens: 100_000, maxOutputTokens: 8_000, abilities: [] },
        endpoints: [
          { provider: 'own', price: { input: 1, output: 2, source: 'a test', date: '2026-11-01' } },
        ],
      },
    ],
  };
  const stage = await newStage(options);
  const outcomes = async () => {
    const run = await stage.start(ask, { prompt });
    await run.result();
    return (await run.state()).steps[0]!.attempts.map(({ outcome }) => outcome);
  };
  return { stage, asked, outcomes };
}

it('keys take turns', async () => {
  const { asked, outcomes } = await newKeyStage(() => ANSWER);
  for (let i = 0; i < 4; i++) await outcomes();
  expect(asked.filter((key) => key === env.OWN_KEY)).toHaveLength(2);
  expect(asked.filter((key) => key === env.OWN_KEY_2)).toHaveLength(2);
});

it.each([
  ['rejected', REJECTED, 'credential_rejected'],
  ['unpaid', refusal(402, {}), 'payment_required'],
  ['out of quota', refusal(429, { code: 'insufficient_quota' }), 'payment_required'],
  ['rate limited', refusal(429, {}, { 'retry-after': '60' }), 'rate_limited'],
])('a key that is %s costs one attempt, and the others go on', async (_, answer, outcome) => {
  const { asked, outcomes } = await newKeyStage((key) => (key === env.OWN_KEY_2 ? answer : ANSWER));
  const all = [await outcomes(), await outcomes(), await outcomes()];
  expect(asked.filter((key) => key === env.OWN_KEY_2)).toHaveLength(1);
  expect(all).toContainEqual([outcome, 'answered']);
  expect(all.filter((of) => of.length === 1)).toHaveLength(2);
});

it('a key whose answers say that nothing is left of its limit rests before it is refused', async () => {
  const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '60s' };
  const { asked, outcomes } = await newKeyStage((key) =>
    key === env.OWN_KEY_2 ? { ...ANSWER, headers } : ANSWER,
  );
  for (let i = 0; i < 4; i++) expect(await outcomes()).toEqual(['answered']);
  expect(asked.filter((key) => key === env.OWN_KEY_2)).toHaveLength(1);
});

it('a moderated prompt costs no key', async () => {
  const { stage, asked } = await newKeyStage(() =>
    refusal(403, { message: 'Your input was flagged', code: 403 }),
  );
  for (let i = 0; i < 2; i++) {
    const run = await stage.start(ask, { prompt });
    await expect(run.result()).rejects.toMatchObject({ parked: [{ kind: 'content_filtered' }] });
  }
  expect(new Set(asked).size).toBe(2);
});

it('without any key left the run parks, and says where one belongs', async () => {
  const { stage, asked } = await newKeyStage(() => REJECTED);
  const run = await stage.start(ask, { prompt });
  await expect(run.result()).rejects.toMatchObject({
    parked: [{ message: expect.stringMatching(/health:quarantined.*OWN_KEY or OWN_KEY_2/) }],
  });
  expect(asked.toSorted()).toEqual(Object.values(env).toSorted());
});
