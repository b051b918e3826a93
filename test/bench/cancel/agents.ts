/** What the cancel bench runs: one question, whose answer nobody waits for. */
import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';

export const ask = agent({ name: 'ask', input: z.object({ prompt: z.string() }) }, (run, { prompt }) =>
  run.step('answer', { task: 'writing', prompt }),
);
