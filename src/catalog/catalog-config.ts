/** Providers and models as people write them: in the built-in rows beside this file, and in their own config. */
import type { Ability, DataPolicy, Price, Speed } from '../core/vocabulary/model.ts';

export interface ProviderConfig {
  /** The wire format its HTTP interface speaks. */
  readonly wire: 'openai-compatible' | 'anthropic';
  /** Up to and including the version, e.g. `https://llm.example.com/v1`. Filled in by itself for simulated providers. */
  readonly baseUrl?: string;
  /** Environment variable that holds the key. */
  readonly apiKeyEnv?: string;
  /** Served by Signalbox's own simulation. Without `--live` only these are used, with it only the others. */
  readonly simulated?: boolean;
}

export interface ModelConfig {
  readonly id: string;
  readonly family: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly abilities: readonly Ability[];
  readonly endpoints: readonly EndpointConfig[];
}

export interface EndpointConfig {
  readonly provider: string;
  /** What the provider calls the model; the model's id where absent. */
  readonly wireModel?: string;
  /** USD per million tokens. `cacheRead` is the input price where absent. */
  readonly price: Omit<Price, 'cacheRead'> & { readonly cacheRead?: number };
  /** Default: 1 s to the first token, 50 tokens a second. */
  readonly speed?: Partial<Speed>;
  /** What the provider promises; what is absent is unknown, and refused wherever a policy asks for it. */
  readonly dataPolicy?: Partial<DataPolicy>;
}
