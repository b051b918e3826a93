import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineConfig } from '../../../src/config/config.ts';
import { tool } from '../../../src/config/tool.ts';
import { lookUp, TOOL } from './script.ts';

/** As a config is that says nothing: all simulated vendors, ledger and health in a database. */
export const config = defineConfig({
  agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
  taskQueue: 'bench-turns',
  tools: {
    [TOOL.name]: tool({
      description: TOOL.description,
      input: z.object({ item: z.string() }),
      execute: ({ item }) => lookUp(item),
    }),
  },
});
