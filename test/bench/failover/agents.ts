/** What the failover bench runs: one question, with or without a shape for its answer. */
import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';

const Opening = z.object({ year: z.number() });

export const ask = agent(
  { name: 'ask', input: z.object({ prompt: z.string(), shaped: z.boolean() }), limits: { wait: '60s' } },
  async (run, { prompt, shaped }): Promise<string> => {
    if (!shaped) return run.step('answer', { task: 'writing', prompt });
    return JSON.stringify(await run.step('answer', { task: 'writing', prompt, output: Opening }));
  },
);
