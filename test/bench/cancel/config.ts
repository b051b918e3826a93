import { fileURLToPath } from 'node:url';
import type { ModelConfig } from '../../../src/catalog/catalog-config.ts';
import { defineConfig } from '../../../src/config/config.ts';
import { WIRES } from '../../../src/core/vocabulary/model.ts';

/** What a call is at when it is canceled: in the middle of its answer, or where a fault has left it. */
export const SCENES = ['answering', 'timeout', 'silence', 'stall'] as const;

/** A call on one wire, streamed or whole, at one of the scenes, with a provider and a model of its own. */
export const calls = WIRES.flatMap((wire) =>
  [true, false].flatMap((streams) =>
    SCENES.map((scene) => ({
      ...{ wire, streams, scene },
      name: `sim-${wire}-${streams ? 'streamed' : 'whole'}-${scene}`,
    })),
  ),
);
export type CancelCall = (typeof calls)[number];

/** Says a word a second. */
const modelOf = ({ name }: CancelCall): ModelConfig => ({
  ...{ id: name, family: 'sim-bench', contextTokens: 100_000, maxOutputTokens: 2_000, abilities: [] },
  endpoints: [
    {
      provider: name,
      price: { input: 0.5, output: 2, source: 'bench', date: '2026-11-01' },
      speed: { firstTokenMs: 10, tokensPerSecond: 4 },
    },
  ],
});

const patient = { firstTokenMs: 60_000, idleMs: 60_000, totalMs: 120_000 };

/** Deadlines that nothing passes before it is canceled. */
export const config = defineConfig({
  agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
  taskQueue: 'bench-cancel',
  providers: Object.fromEntries(
    calls.map(({ name, wire, streams }) => [name, { wire, streams, simulated: true }]),
  ),
  models: calls.map(modelOf),
  taskClasses: { writing: { deadlines: patient } },
});
