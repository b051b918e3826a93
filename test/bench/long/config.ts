import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineConfig } from '../../../src/config/config.ts';
import { tool } from '../../../src/config/tool.ts';
import { lookUp, TOOL } from './script.ts';

export const config = defineConfig({
  agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
  taskQueue: 'bench-long',
  tools: {
    [TOOL.name]: tool({
      description: TOOL.description,
      input: z.object({ item: z.string() }),
      execute: ({ item }) => lookUp(item),
    }),
  },
});
