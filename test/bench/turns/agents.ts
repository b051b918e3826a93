/** What the benches of turns run: one step, with as many turns as are asked for. */
import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';

export const lookUpItems = agent(
  {
    name: 'lookUpItems',
    input: z.object({ system: z.string(), prompt: z.string() }),
    limits: { usd: 50, turns: 200, toolCalls: 200 },
    policy: { models: { allow: ['sim-atlas-large', 'sim-atlas-medium', 'sim-atlas-small'] } },
  },
  (run, { system, prompt }) => run.step('look up', { task: 'tool-use', system, prompt, tools: ['lookUp'] }),
);
