import { fileURLToPath } from 'node:url';
import { defineConfig } from '../../../src/config/config.ts';

export const PROVIDER = 'sim-flaky';

const modelOf = (id: string) => ({
  id,
  family: 'sim-bench',
  contextTokens: 100_000,
  maxOutputTokens: 2_000,
  abilities: [],
  endpoints: [
    {
      provider: PROVIDER,
      price: { input: 0.5, output: 2, source: 'bench', date: '2026-11-01' },
      speed: { firstTokenMs: 5, tokensPerSecond: 10_000 },
    },
  ],
});

/** One provider and nobody else, so that what it fails only it can make good. */
export const config = defineConfig({
  agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
  taskQueue: 'bench-flaky',
  providers: { [PROVIDER]: { wire: 'openai-compatible', simulated: true } },
  models: ['sim-flaky-a', 'sim-flaky-b', 'sim-flaky-c'].map(modelOf),
  policy: { providers: { allow: [PROVIDER] } },
});
