/**
 * The simulated vendors: made-up names, prices and speeds, shaped like a real market, so that everything runs offline.
 * Nothing here is a claim about a real model.
 */
import type { DataPolicyConfig, EndpointConfig, ModelConfig, ProviderConfig } from './catalog-config.ts';

export const simulatedProviders = {
  'sim-aurora': { wire: 'openai-compatible', simulated: true },
  'sim-borealis': { wire: 'anthropic', simulated: true },
  'sim-cirrus': { wire: 'openai', simulated: true },
  'sim-dune': { wire: 'google', simulated: true },
} as const satisfies Record<string, ProviderConfig>;

type SimulatedProvider = keyof typeof simulatedProviders;

type Promised = Pick<DataPolicyConfig, 'zdr' | 'retentionDays' | 'trainsOnData'>;

const closed: Promised = { zdr: false, retentionDays: 30, trainsOnData: false };
const zeroRetention: Promised = { zdr: true, trainsOnData: false };
/** A host that says nothing. */
const silent: Promised = {};

function at(
  provider: SimulatedProvider,
  [input, output]: readonly [number, number],
  [firstTokenMs, tokensPerSecond]: readonly [number, number],
  promise: Promised,
): EndpointConfig {
  return {
    provider,
    price: { input, output, cacheRead: input / 10, source: 'simulated price list', date: '2026-11-01' },
    speed: { firstTokenMs, tokensPerSecond },
    dataPolicy: {
      ...promise,
      regions: ['eu'],
      basis: 'simulated',
      source: 'simulated terms of service',
      checked: '2026-11-01',
    },
  };
}

function model(
  family: string,
  name: string,
  size: readonly [number, number],
  reasons: boolean,
  endpoints: readonly EndpointConfig[],
): ModelConfig {
  return {
    id: `sim-${family}-${name}`,
    family: `sim-${family}`,
    contextTokens: size[0],
    maxOutputTokens: size[1],
    abilities: ['tools', 'structured-output', 'caching', ...(reasons ? (['reasoning'] as const) : [])],
    inputs: reasons ? ['text', 'image', 'pdf'] : ['text'],
    endpoints,
  };
}

export const simulatedModels: readonly ModelConfig[] = [
  model('atlas', 'large', [400_000, 32_000], true, [at('sim-aurora', [2.5, 12], [350, 900], closed)]),
  model('atlas', 'medium', [400_000, 32_000], true, [at('sim-aurora', [0.6, 3], [250, 1_500], closed)]),
  model('atlas', 'small', [400_000, 16_000], false, [at('sim-aurora', [0.1, 0.4], [150, 2_500], closed)]),
  model('sonata', 'grand', [200_000, 32_000], true, [at('sim-borealis', [4, 20], [400, 800], zeroRetention)]),
  model('sonata', 'swift', [200_000, 16_000], true, [
    at('sim-borealis', [1, 5], [250, 1_400], zeroRetention),
  ]),
  model('sonata', 'petit', [200_000, 8_000], false, [
    at('sim-borealis', [0.4, 1.6], [180, 2_200], zeroRetention),
  ]),
  model('quarry', 'l', [128_000, 16_000], true, [
    at('sim-cirrus', [0.9, 2.7], [300, 1_200], zeroRetention),
    at('sim-dune', [0.8, 2.6], [450, 700], silent),
  ]),
  model('quarry', 's', [128_000, 8_000], false, [
    at('sim-cirrus', [0.12, 0.35], [160, 2_400], zeroRetention),
    at('sim-dune', [0.1, 0.3], [260, 1_300], silent),
  ]),
  model('ember', 'coder', [256_000, 32_000], true, [
    at('sim-cirrus', [0.5, 1.8], [280, 1_300], zeroRetention),
  ]),
  model('ember', 'mini', [64_000, 4_000], false, [at('sim-dune', [0.04, 0.12], [200, 2_000], silent)]),
];
