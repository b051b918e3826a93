import { fileURLToPath } from 'node:url';
import { defineConfig } from '../../../src/config/config.ts';

/** The built-in simulated providers, all of them. */
export const config = defineConfig({
  agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
  taskQueue: 'bench-rate-limited',
});
