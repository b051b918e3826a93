import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';

export const lookUpMany = agent(
  { name: 'lookUpMany', input: z.string(), limits: { usd: 500, turns: 2_000, toolCalls: 2_000 } },
  (run, prompt) => run.step('look up', { task: 'tool-use', prompt, tools: ['lookUp'] }),
);
