/** Long conversations over models with small windows. The vendor counts tokens itself, and refuses what is too long. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { tool } from '../../src/config/tool.ts';
import type { InvokeModelInput, InvokeModelResult } from '../../src/core/contract/activities.ts';
import { extendDigest } from '../../src/core/transcript/digest.ts';
import { readRun } from '../../src/history/read-run.ts';
import { Transcripts } from '../../src/history/transcripts.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { openStore } from '../../src/store/store.ts';
import { useVendors, type VendorAnswer } from '../support/use-vendors.ts';
import { ask, askOn } from './agents.ts';
import { workOf } from './read-history.ts';
import { type Stage, useStages } from './use-stage.ts';

const newStage = useStages();
const newVendor = useVendors();

const CODEWORD = 'heliotrope';
const prompt = `Read all pages with nextPage and add up what they say. The codeword is ${CODEWORD}.`;
const question = { prompt, tools: ['nextPage'] };
const rightAnswer = (pages: number) =>
  `The sum is ${sum(Array.from({ length: pages }, (_, i) => (i + 1) ** 2))}, ${CODEWORD}.`;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

interface Request {
  readonly messages: readonly { readonly role: string; readonly content: string | null }[];
}

const isSummary = ({ messages }: Request) => messages[0]!.content!.includes('You summarise');

/** Reads page after page, and knows nothing but what it is shown. */
function answer({ messages }: Request, pages: number): object {
  const text = messages.map(({ content }) => content ?? '').join('\n');
  const said = new Map(
    [...text.matchAll(/Page (\d+) says (\d+)\./g)].map(([, n, is]) => [Number(n), Number(is)]),
  );
  if (isSummary({ messages }))
    return { content: [...said].map(([n, is]) => `Page ${n} says ${is}.`).join(' ') || 'Nothing was read.' };
  const next = Math.max(0, ...said.keys()) + 1;
  if (next > pages)
    return { content: `The sum is ${sum([...said.values()])}, ${/codeword is (\w+)/.exec(text)?.[1]}.` };
  const call = { name: 'nextPage', arguments: JSON.stringify({ page: next }) };
  return { content: null, tool_calls: [{ id: `call-${next}`, type: 'function', function: call }] };
}

interface Book {
  readonly pages: number;
  /** Of a page, in tokens. */
  readonly length?: (page: number) => number;
  /** What the vendor takes, in tokens: of the conversation, and of what it is to summarise. */
  readonly takes?: { readonly work: number; readonly summaries: number };
  /** While a page is read. */
  readonly reading?: (page: number) => void | Promise<void>;
}

/** A stage whose only model has a window of 6,000 tokens, and what its vendor was asked and refused. */
async function newReader({ pages, length = () => 500, takes, reading }: Book) {
  const requests: Request[] = [];
  let refusals = 0;
  const baseUrl = await newVendor((body): VendorAnswer => {
    const request = JSON.parse(body) as Request;
    const tokens = Math.ceil(JSON.stringify(request.messages).length / 4);
    const window = takes?.[isSummary(request) ? 'summaries' : 'work'] ?? 6_000;
    if (tokens > window) {
      refusals += 1;
      const message = `This model's maximum context length is ${window} tokens.`;
      return { status: 400, body: JSON.stringify({ error: { message, code: 'context_length_exceeded' } }) };
    }
    requests.push(request);
    const message = { role: 'assistant', ...answer(request, pages) };
    const finish_reason = 'tool_calls' in message ? 'tool_calls' : 'stop';
    const usage = { prompt_tokens: tokens, completion_tokens: 20 };
    return { body: JSON.stringify({ id: '1', choices: [{ index: 0, message, finish_reason }], usage }) };
  });
  const price = { input: 0.1, output: 0.2, source: 'my contract', date: '2026-11-01' };
  const stage = await newStage({
    live: { env: { OWN_KEY: 'own-key-1234567890' } },
    providers: { own: { wire: 'openai-compatible', baseUrl, apiKeyEnv: 'OWN_KEY', streams: false } },
    models: [
      {
        ...{
          id: 'own-model',
          family: 'own',
          contextTokens: 6_000,
          maxOutputTokens: 1_000,
          abilities: ['tools'],
        },
        endpoints: [{ provider: 'own', price }],
      },
    ],
    policy: { providers: { allow: ['own'] } },
    taskClasses: { writing: { expectedOutputTokens: 50 } },
    tools: {
      nextPage: tool({
        description: 'Reads a page.',
        input: z.object({ page: z.number() }),
        execute: async ({ page }) => {
          await reading?.(page);
          return `Page ${page} says ${page ** 2}. ${'and so on '.repeat((length(page) * 4) / 10)}`;
        },
      }),
    },
  });
  return { stage, requests, refusals: () => refusals };
}

async function turnsOf({ client }: Stage, id: string) {
  const activities = await workOf(client, id);
  return activities
    .filter(({ name, outcome }) => name === 'signalbox.invokeModel' && outcome === 'completed')
    .map(({ input, result, summary }) => ({
      input: input as unknown as InvokeModelInput,
      result: result as InvokeModelResult,
      summary,
    }));
}
const isCompaction = ({ input }: { input: InvokeModelInput }) => input.callKind === 'compaction';

it('a conversation far longer than any window ends with the right answer, and nobody ever refuses it', async () => {
  const { stage, requests, refusals } = await newReader({ pages: 24 });
  const run = await stage.start(ask, question);
  expect(await run.result()).toBe(rightAnswer(24));
  expect(refusals()).toBe(0);
  for (const { messages } of requests) {
    if (!isSummary({ messages })) expect(messages[0]!.content).toBe(prompt);
  }

  // Each time before the window was full, so that nobody had to be asked in vain.
  expect(new Set((await workOf(stage.client, run.id)).map(({ outcome }) => outcome))).toEqual(
    new Set(['completed']),
  );
  const turns = await turnsOf(stage, run.id);
  const compactions = turns.filter(isCompaction);
  expect(compactions.length).toBeGreaterThanOrEqual(2);
  expect(new Set(compactions.map(({ summary }) => summary))).toEqual(new Set(['answer · compaction']));
  // What a summary is made of travels by reference.
  for (const { input } of compactions) expect(JSON.stringify(input).length).toBeLessThan(1_000);
  const [step, ...others] = (await run.state()).steps;
  expect(others).toEqual([]);
  expect(step).toMatchObject({
    name: 'answer',
    taskClass: 'writing',
    status: 'done',
    turns: 25,
    toolCalls: 24,
  });
  expect(step!.attempts).toHaveLength(25 + compactions.length);

  const store = await openStore({ url: stage.database, create: false });
  const rows = await readLedger(store, run.id);
  await store.close();
  expect(rows.filter(({ callKind }) => callKind === 'work')).toHaveLength(25);
  expect(rows.filter(({ callKind }) => callKind === 'compaction')).toHaveLength(compactions.length);
  expect(rows.find(({ callKind }) => callKind === 'compaction')).toMatchObject({
    ...{ step: 'answer', taskClass: 'summarization', usage: { kind: 'reported' } },
  });
});

it('a compacted conversation folds from history, and so does the one that it goes on from', async () => {
  const { stage } = await newReader({ pages: 24 });
  const run = await stage.start(ask, question);
  await run.result();
  const turns = (await turnsOf(stage, run.id)).filter((turn) => !isCompaction(turn));
  const fresh = () => new Transcripts(() => readRun(stage.client, { workflowId: run.id }));
  for (const { input, result } of turns) {
    const transcripts = fresh();
    const [setup, first] = [
      ...(await transcripts.resolve(input.transcript)),
      ...(await transcripts.shown(input.delta)),
    ];
    expect(setup).toMatchObject({ role: 'setup', tools: ['nextPage'] });
    expect(first).toEqual({ role: 'user', content: prompt });
    expect(extendDigest(input.transcript.digest, [...input.delta, result.message])).toBe(result.digest);
  }
  const begun = turns.flatMap(({ input }) => input.delta.filter((entry) => entry.role === 'compacted'));
  const original = await fresh().resolve(begun[0]!.of);
  expect(original).toHaveLength(begun[0]!.of.length);
  expect(original).toContainEqual(expect.objectContaining({ role: 'tool' }));
  // Each goes on from the one before it.
  expect(begun.map(({ of }) => of.id)).toEqual([
    'answer',
    ...begun.slice(1).map((_, i) => `answer~${i + 1}`),
  ]);
});

it('a worker with nothing in memory goes on with a compacted conversation', async () => {
  let replaced: Promise<void> | undefined;
  const { stage } = await newReader({
    pages: 16,
    reading: (page) => {
      if (page === 13) replaced ??= stage.replaceWorker();
    },
  });
  const run = await stage.start(ask, question);
  expect(await run.result()).toBe(rightAnswer(16));
  await replaced;
});

it('a run that is continued as a new one goes on with a compacted conversation', async () => {
  const { stage } = await newReader({
    pages: 24,
    // So that the run is ten seconds old before it is through.
    reading: async (page) => {
      if (page > 12) await sleep(1_500);
    },
  });
  const run = await stage.start(askOn, question);
  const { runId: first } = await stage.client.workflow.getHandle(run.id).describe();
  expect(await run.result()).toBe(rightAnswer(24));
  const { runId: last } = await stage.client.workflow.getHandle(run.id).describe();
  expect(last).not.toBe(first);
  // The last run alone tells what it goes on with.
  const fresh = new Transcripts(() => readRun(stage.client, { workflowId: run.id }));
  const { input } = (await turnsOf(stage, run.id)).at(-1)!;
  const said = [...(await fresh.resolve(input.transcript)), ...(await fresh.shown(input.delta))];
  expect(said.slice(1, 3)).toEqual([
    { role: 'user', content: prompt },
    { role: 'user', content: expect.stringMatching(/^Summary .*Page 1 says 1\./s) },
  ]);
});

it('one that outgrows all windows at once is compacted, and goes on instead of parking', async () => {
  const { stage, refusals } = await newReader({ pages: 8, length: (page) => (page === 6 ? 4_000 : 500) });
  const run = await stage.start(ask, question);
  expect(await run.result()).toBe(rightAnswer(8));
  expect(refusals()).toBe(0);
  const outcomes = (await workOf(stage.client, run.id)).map(({ outcome }) => outcome);
  expect(outcomes).toContain('no_eligible_endpoint');
});

it('where the vendor takes less than the catalog says, it is compacted in pieces that somebody takes', async () => {
  const { stage, refusals } = await newReader({ pages: 12, takes: { work: 2_500, summaries: 1_200 } });
  const run = await stage.start(ask, question);
  expect(await run.result()).toBe(rightAnswer(12));
  expect(refusals()).toBeGreaterThan(0);
  const pieces = (await turnsOf(stage, run.id))
    .filter(isCompaction)
    .map(({ input }) => (input.delta[0] as { pieces: number }).pieces);
  expect(Math.max(...pieces)).toBeGreaterThan(1);
});

it('one in which nothing is left to summarise parks, as it did', async () => {
  const { stage } = await newReader({ pages: 3, length: () => 7_000 });
  const run = await stage.start(ask, question);
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  const [parked] = (await run.state()).steps[0]!.parked;
  expect(parked).toMatchObject({
    kind: 'payload_too_large',
    message: expect.stringContaining('The result of tool "nextPage"'),
  });
  expect((await turnsOf(stage, run.id)).filter(isCompaction)).toEqual([]);
  await run.abort('enough');
});

// Those of sim-dune ask for everything at once, so that nothing is ever older.
it.each(['sim-aurora', 'sim-borealis', 'sim-cirrus'])(
  'the models of %s go on from the summary that they made',
  async (provider) => {
    const price = { input: 0.1, output: 0.2, source: 'simulated price list', date: '2026-11-01' };
    const stage = await newStage({
      models: [
        {
          ...{
            id: 'small',
            family: 'small',
            contextTokens: 2_500,
            maxOutputTokens: 500,
            abilities: ['tools'],
          },
          endpoints: [{ provider, price }],
        },
      ],
      policy: { models: { allow: ['small'] } },
      taskClasses: { writing: { expectedOutputTokens: 50 } },
      tools: {
        searchDocument: tool({
          description: 'Searches the document.',
          input: z.object({ query: z.string() }),
          execute: ({ query }) =>
            `The licence excludes all ${query}.\n\n${'It is a long text. '.repeat(180)}`,
        }),
      },
    });
    const run = await stage.start(ask, {
      prompt: 'Which are excluded? Search for these topics: liability, warranty, indemnity',
      tools: ['searchDocument'],
    });
    expect(await run.result()).toContain('The licence excludes all ');
    expect((await turnsOf(stage, run.id)).some(isCompaction)).toBe(true);
    expect((await run.state()).steps[0]!.toolCalls).toBe(3);
  },
);
