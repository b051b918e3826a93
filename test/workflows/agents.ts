/** The agents of these tests, bundled by the worker as a user's would be. */
import { z } from 'zod';
import type { Policy } from '../../src/core/vocabulary/policy.ts';
import { agent } from '../../workflows/index.ts';

const Question = z.object({
  prompt: z.string(),
  task: z.string().default('writing'),
  system: z.string().optional(),
  tools: z.array(z.string()).default([]),
  toolContext: z.record(z.string(), z.string()).optional(),
});

/** One step, whose answer is text. */
export const ask = agent({ name: 'ask', input: Question }, (run, { system, toolContext, ...question }) =>
  run.step('answer', {
    ...question,
    ...(system !== undefined && { system }),
    ...(toolContext !== undefined && { toolContext }),
  }),
);

/** The same, continued as a new run early. */
export const askOn = agent(
  { name: 'askOn', input: Question, limits: { historyEvents: 30 } },
  (run, { prompt, task, tools }) => run.step('answer', { prompt, task, tools }),
);

/** One step that is shown a file. */
export const look = agent(
  { name: 'look', input: z.object({ question: z.string(), data: z.string(), mediaType: z.string() }) },
  (run, { question, ...file }) =>
    run.step('answer', {
      task: 'writing',
      prompt: [
        { type: 'text', text: question },
        { type: 'file', ...file },
      ],
    }),
);

/** One step that says of itself what the input says: no class, checks, layers of policy. */
export const askUnder = agent(
  {
    name: 'askUnder',
    input: z.object({
      prompt: z.string(),
      task: z.string().optional(),
      verify: z.array(z.string()).optional(),
      policy: z.custom<Policy>().optional(),
    }),
    policy: { maxPrice: { output: 15 } },
  },
  (run, { prompt, task, verify, policy }) =>
    run.step('answer', {
      prompt,
      ...(task !== undefined && { task }),
      ...(verify && { verify }),
      ...(policy && { policy }),
    }),
);

/** The same, with patience for three seconds. */
export const askHastily = agent(
  { name: 'askHastily', input: Question, limits: { wait: '3s' } },
  (run, { prompt, task }) => run.step('answer', { prompt, task }),
);

/** The same, with one model reply allowed. */
export const askOnce = agent(
  { name: 'askOnce', input: Question, limits: { turns: 1 } },
  (run, { prompt, task, tools }) => run.step('answer', { prompt, task, tools }),
);

/** Steps one after the other. */
export const askInTurn = agent(
  {
    name: 'askInTurn',
    input: z.object({ prompts: z.array(z.string()), task: z.string().default('writing') }),
  },
  async (run, { prompts, task }) => {
    const answers: string[] = [];
    for (const [i, prompt] of prompts.entries())
      answers.push(await run.step(`step ${i + 1}`, { task, prompt }));
    return answers;
  },
);

/** The same, with a second to work in. */
export const askBriefly = agent(
  { name: 'askBriefly', input: z.object({ prompts: z.array(z.string()) }), limits: { wall: '1s' } },
  async (run, { prompts }) => {
    const answers: string[] = [];
    for (const [i, prompt] of prompts.entries())
      answers.push(await run.step(`step ${i + 1}`, { task: 'writing', prompt }));
    return answers;
  },
);

/** Steps all at once. */
export const askAtOnce = agent(
  {
    name: 'askAtOnce',
    input: z.object({ prompts: z.array(z.string()), task: z.string().default('writing') }),
    limits: { usd: 5 },
  },
  (run, { prompts, task }) =>
    Promise.all(prompts.map((prompt, i) => run.step(`step ${i + 1}`, { task, prompt }))),
);

const Facts = z.object({
  parties: z.array(z.object({ name: z.string(), role: z.string() })),
  amount: z.string(),
});

/** One step, whose answer has a schema. */
export const extract = agent(
  { name: 'extract', input: z.object({ text: z.string() }), output: Facts },
  (run, { text }) =>
    run.step('facts', {
      task: 'extraction',
      prompt: `Extract the parties and the amount.\n\n${text}`,
      output: Facts,
    }),
);

/** A schema with a check that JSON Schema cannot say, and that no answer passes. */
export const neverAccepted = agent(
  { name: 'neverAccepted', input: z.object({ prompt: z.string() }) },
  (run, { prompt }) =>
    run.step('answer', {
      task: 'extraction',
      prompt,
      output: z.object({ answer: z.string() }).refine(() => false, 'must be better'),
    }),
);

/** Two steps of one name. */
export const sameNameTwice = agent(
  { name: 'sameNameTwice', input: z.object({ prompt: z.string() }) },
  async (run, { prompt }) => {
    await run.step('answer', { task: 'writing', prompt });
    return run.step('answer', { task: 'writing', prompt });
  },
);

/** Code of the agent's own that is wrong. */
export const mistaken = agent({ name: 'mistaken', input: z.object({}) }, (_run, input: unknown) =>
  Promise.resolve((input as { no: { such: { field: string } } }).no.such.field),
);

/** An answer that its own output schema refuses. */
export const untrueToItsOutput = agent(
  { name: 'untrueToItsOutput', input: z.object({}), output: z.object({ count: z.number() }) },
  () => Promise.resolve({ count: 'many' as unknown as number }),
);

/** One step, whose prompt is too long for a call. */
export const askTooMuch = agent(
  { name: 'askTooMuch', input: z.object({ prompt: z.string() }) },
  (run, { prompt }) => run.step('answer', { task: 'writing', prompt: prompt.repeat(1_000_000) }),
);

/** Steps all at once, each with the tool. */
export const readAtOnce = agent(
  { name: 'readAtOnce', input: z.object({ steps: z.int(), tool: z.string() }), limits: { usd: 5 } },
  (run, { steps, tool }) =>
    Promise.all(
      Array.from({ length: steps }, (_, i) =>
        run.step(`step ${i + 1}`, { task: 'writing', prompt: 'What does it say?', tools: [tool] }),
      ),
    ),
);

/** Steps all at once, whose prompts are so long. */
export const tellAtOnce = agent(
  {
    name: 'tellAtOnce',
    input: z.object({ steps: z.int(), letter: z.string(), letters: z.int() }),
    limits: { usd: 5 },
  },
  (run, { steps, letter, letters }) =>
    Promise.all(
      Array.from({ length: steps }, (_, i) =>
        run.step(`step ${i + 1}`, { task: 'writing', prompt: letter.repeat(letters) }),
      ),
    ),
);

/** Ends with so many characters: as its result, or thrown. */
export const endWith = agent(
  { name: 'endWith', input: z.object({ characters: z.int(), thrown: z.boolean() }) },
  (_run, { characters, thrown }) => {
    const text = 'x'.repeat(characters);
    if (thrown) throw new Error(text);
    return Promise.resolve(text);
  },
);

/** Throws while a step that it does not wait for is under way. */
export const leaveBehind = agent(
  { name: 'leaveBehind', input: z.object({ prompt: z.string() }) },
  async (run, { prompt }) => {
    void run.step('left behind', { task: 'extraction', prompt });
    await run.step('answer', { task: 'writing', prompt });
    throw new Error('Enough.');
  },
);

/** A step before, one of many turns, and one after; its history is kept short. */
export const continued = agent(
  {
    name: 'continued',
    input: z.object({ prompt: z.string(), limitUsd: z.number().optional() }),
    limits: { historyEvents: 20, turns: 3 },
  },
  async (run, { prompt }) => {
    const before = await run.step('before', {
      task: 'writing',
      prompt: 'What opened? The mill opened in 1890.',
    });
    const [answer, beside] = await Promise.all([
      run.step('answer', { task: 'reasoning', prompt, tools: ['searchDocument'] }),
      run.step('beside', { task: 'reasoning', prompt, tools: ['searchDocument'] }),
    ]);
    const after = await run.step('after', { task: 'writing', prompt: 'What fell? The bridge fell in 1911.' });
    return { before, answer, beside, after };
  },
);

/** A step that only one provider may answer, beside one of many turns; its history is kept short. */
export const continuedBeside = agent(
  {
    name: 'continuedBeside',
    input: z.object({ prompt: z.string(), provider: z.string() }),
    limits: { historyEvents: 15 },
  },
  (run, { prompt, provider }) =>
    Promise.all([
      run.step('stuck', {
        task: 'writing',
        prompt: 'What opened? The mill opened in 1890.',
        policy: { providers: { allow: [provider] } },
      }),
      run.step('answer', {
        task: 'reasoning',
        prompt,
        tools: ['searchDocument'],
        policy: { providers: { deny: [provider] } },
      }),
    ]),
);

/** The same, with an effect that needs no person's word. */
export const askFreely = agent(
  { name: 'askFreely', input: Question, autoApprove: ['sendMail'] },
  (run, { prompt, task, tools }) => run.step('answer', { prompt, task, tools }),
);

/** The same, with two tool calls allowed. */
export const askWithTwoCalls = agent(
  { name: 'askWithTwoCalls', input: Question, limits: { toolCalls: 2 } },
  (run, { prompt, task, tools }) => run.step('answer', { prompt, task, tools }),
);

/** Has effects done, then fails of itself. */
export const sendThenFail = agent(
  { name: 'sendThenFail', input: Question, autoApprove: ['sendMail'] },
  async (run, { prompt, task, tools }) => {
    await run.step('answer', { prompt, task, tools });
    throw new Error('Enough.');
  },
);

/** A step with effects beside one of many turns; its history is kept short. */
export const continuedWithEffects = agent(
  { name: 'continuedWithEffects', input: z.object({}), limits: { historyEvents: 15 } },
  (run) =>
    Promise.all([
      run.step('mail', { task: 'writing', prompt: 'Write to them.', tools: ['sendMail'] }),
      run.step('look', { task: 'writing', prompt: 'Look it up.', tools: ['search'] }),
    ]),
);

/** Has an answer also where it is canceled. */
export const salvages = agent({ name: 'salvages', input: z.string() }, async (run, prompt) => {
  try {
    return await run.step('answer', { task: 'writing', prompt });
  } catch {
    return 'nothing yet';
  }
});
