/**
 * Real vendors, used with `--live` only. Prices are those of `@pydantic/genai-prices` 0.1.8 (MIT), read on the date
 * below; nobody promises anything here about retention or training, so a policy that asks refuses these endpoints
 * until your own config states what your contract says.
 */
import type { EndpointConfig, ModelConfig, ProviderConfig } from './catalog-config.ts';

export const liveProviders = {
  openai: { wire: 'openai-compatible', baseUrl: 'https://api.openai.com/v1', apiKeyEnv: 'OPENAI_API_KEY' },
  anthropic: { wire: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', apiKeyEnv: 'ANTHROPIC_API_KEY' },
  openrouter: {
    wire: 'openai-compatible',
    baseUrl: 'https://openrouter.ai/api/v1',
    apiKeyEnv: 'OPENROUTER_API_KEY',
  },
} as const satisfies Record<string, ProviderConfig>;

const at = (
  provider: keyof typeof liveProviders,
  [input, output, cacheRead]: readonly [number, number, number],
  wireModel?: string,
): EndpointConfig => ({
  provider,
  price: { input, output, cacheRead, source: '@pydantic/genai-prices 0.1.8', date: '2026-11-23' },
  ...(wireModel !== undefined && { wireModel }),
});

const abilities = ['tools', 'structured-output', 'caching', 'reasoning'] as const;

export const liveModels: readonly ModelConfig[] = [
  {
    id: 'gpt-5',
    family: 'gpt',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    abilities,
    endpoints: [at('openai', [1.25, 10, 0.125]), at('openrouter', [1.25, 10, 0.125], 'openai/gpt-5')],
  },
  {
    id: 'gpt-5-mini',
    family: 'gpt',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    abilities,
    endpoints: [at('openai', [0.25, 2, 0.025]), at('openrouter', [0.25, 2, 0.025], 'openai/gpt-5-mini')],
  },
  {
    id: 'claude-haiku-4-5',
    family: 'claude',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    abilities,
    endpoints: [at('anthropic', [1, 5, 0.1]), at('openrouter', [1, 5, 0.1], 'anthropic/claude-haiku-4.5')],
  },
  {
    id: 'claude-sonnet-4-5',
    family: 'claude',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    abilities,
    endpoints: [at('anthropic', [3, 15, 0.3]), at('openrouter', [3, 15, 0.3], 'anthropic/claude-sonnet-4.5')],
  },
];
