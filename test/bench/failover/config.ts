import { fileURLToPath } from 'node:url';
import type { EndpointConfig, ModelConfig } from '../../../src/catalog/catalog-config.ts';
import { defineConfig } from '../../../src/config/config.ts';
import type { WireFormat } from '../../../src/core/vocabulary/model.ts';

/** One model of its own for a case, with two endpoints: the cheaper is asked first. */
export interface Pair {
  readonly wire: WireFormat;
  readonly streams: boolean;
  readonly model: string;
  readonly primary: string;
  readonly fallback: string;
}

export const pairOf = (wire: Pair['wire'], streams: boolean, label: string): Pair => {
  const name = `sim-${wire}-${streams ? 'streamed' : 'whole'}-${label.replaceAll(/[^a-z0-9]+/g, '-')}`;
  return { wire, streams, model: name, primary: `${name}-primary`, fallback: `${name}-fallback` };
};

/** Nothing listens on the port of discarded datagrams. */
const NOBODY = 'http://127.0.0.1:9/v1';

const at = (provider: string, input: number, contextTokens: number): EndpointConfig => ({
  ...{ provider, contextTokens },
  price: { input, output: 4 * input, source: 'bench', date: '2026-11-01' },
  speed: { firstTokenMs: 20, tokensPerSecond: 2_000 },
});

const modelOf = ({ model, primary, fallback }: Pair): ModelConfig => ({
  id: model,
  family: 'sim-bench',
  contextTokens: 100_000,
  maxOutputTokens: 8_000,
  abilities: ['structured-output'],
  // What is too long for the one may fit into the other.
  endpoints: [at(primary, 0.5, 100_000), at(fallback, 5, 200_000)],
});

const providersOf = ({ wire, streams, primary, fallback }: Pair, refused: boolean) => ({
  [primary]: { wire, streams, simulated: true, ...(refused && { baseUrl: NOBODY }) },
  [fallback]: { wire, streams, simulated: true },
});

/** Deadlines that the faults pass soon. */
export const configOf = (pairs: readonly (Pair & { refused: boolean })[]) =>
  defineConfig({
    agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
    taskQueue: 'bench-failover',
    providers: Object.assign({}, ...pairs.map((pair) => providersOf(pair, pair.refused))),
    models: pairs.map(modelOf),
    taskClasses: {
      writing: {
        deadlines: { firstTokenMs: 1_000, idleMs: 1_000, totalMs: 4_000 },
        // A second costs so much that a limited endpoint is not waited for while another may be asked.
        secondUsd: 0.1,
      },
    },
  });
