import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { tool } from '../../src/config/tool.ts';
import { extendDigest } from '../../src/core/transcript/digest.ts';
import { readRun } from '../../src/history/read-run.ts';
import { Transcripts } from '../../src/history/transcripts.ts';
import { ask, askAtOnce } from './agents.ts';
import { turnsOf } from './read-history.ts';
import { useStages } from './use-stage.ts';

const newStage = useStages();

const question = {
  prompt: 'Which risks does the licence carry?\n- liability\n- warranty',
  task: 'reasoning',
  system: 'You are a lawyer.',
  tools: ['searchDocument'],
};
const searchDocument = tool({
  description: 'Searches the document.',
  input: z.object({ query: z.string() }),
  execute: ({ query }) => `The licence excludes all ${query} to the extent that the law allows it.`,
});

it('a conversation folded from history is the one that was had, digest for digest', async () => {
  const stage = await newStage({ tools: { searchDocument } });
  const run = await stage.start(ask, question);
  await run.result();
  for (const { input, result } of await turnsOf(stage.client, run.id)) {
    const fresh = new Transcripts(() => readRun(stage.client, { workflowId: run.id }));
    const before = await fresh.resolve(input.transcript);
    expect(extendDigest('', before)).toBe(input.transcript.digest);
    expect(extendDigest('', [...before, ...input.delta, result.message])).toBe(result.digest);
  }
});

it('a conversation of one step is not mixed with that of a step beside it', async () => {
  const stage = await newStage();
  const run = await stage.start(askAtOnce, {
    prompts: ['What opened? The mill opened in 1890.', 'What fell? The bridge fell in 1911.'],
  });
  await run.result();
  for (const { input, result } of await turnsOf(stage.client, run.id)) {
    const fresh = new Transcripts(() => readRun(stage.client, { workflowId: run.id }));
    const entries = await fresh.resolve({ id: input.step, length: 3, digest: result.digest });
    expect(entries).toEqual([...input.delta, result.message]);
  }
});

it('a history that gives another conversation is refused', async () => {
  const stage = await newStage({ tools: { searchDocument } });
  const run = await stage.start(ask, question);
  await run.result();
  const [, second] = await turnsOf(stage.client, run.id);
  const fresh = new Transcripts(() => readRun(stage.client, { workflowId: run.id }));
  await expect(fresh.resolve({ ...second!.input.transcript, digest: 'another' })).rejects.toThrow(
    'another conversation',
  );
});

it('a worker with nothing in memory goes on with the conversation', async () => {
  let release = () => {};
  const asked = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const stage = await newStage({
    tools: {
      searchDocument: tool({
        description: 'Searches the document.',
        input: z.object({ query: z.string() }),
        execute: async ({ query }, { signal }) => {
          calls += 1;
          if (calls > 1) return `The licence excludes all ${query} to the extent that the law allows it.`;
          release();
          // Held until the worker goes: its successor runs the tool again.
          return new Promise<string>((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('the worker stops')));
          });
        },
      }),
    },
  });
  const run = await stage.start(ask, question);
  await asked;
  await stage.replaceWorker();
  expect(await run.result()).toContain('excludes all liability');
  const log = await stage.control.log();
  expect(log.map(({ headers }) => headers['x-signalbox-turn'])).toEqual(['1', '2', '3']);
});
