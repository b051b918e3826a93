/** Providers and models as people write them: in the built-in rows beside this file, and in their own config. */
import type { ProviderV4 } from '@ai-sdk/provider';
import type {
  Ability,
  DataPolicy,
  Modality,
  Price,
  Rates,
  Speed,
  WireFormat,
} from '../core/vocabulary/model.ts';
import type { Deadlines } from '../core/vocabulary/task-class.ts';

export interface ProviderConfig {
  /** The wire format its HTTP interface speaks; absent where `sdk` speaks for it. */
  readonly wire?: WireFormat;
  /** Any other provider of the AI SDK, e.g. `({ fetch }) => createAmazonBedrock({ region: 'eu-west-1', fetch })`. */
  readonly sdk?: SdkProvider;
  /** Up to and including the version, e.g. `https://llm.example.com/v1`. Filled in by itself for simulated providers. */
  readonly baseUrl?: string;
  /** Environment variables that hold its keys, one each; those that are set take turns. */
  readonly apiKeyEnv?: string | readonly string[];
  /** How many calls a worker may have under way with it at once; who comes later waits for a turn. Default 256. */
  readonly maxConcurrent?: number;
  /** Whether it can stream its answers. Default true; what cannot is only held to the total deadline. */
  readonly streams?: boolean;
  /** Served by Signalbox's own simulation. Without `--live` only these are used, with it only the others. */
  readonly simulated?: boolean;
}

/**
 * Makes a provider of the AI SDK, once a key. It must ask with the `fetch` it is given, which has Signalbox's connections, limits
 * and no retries; `apiKey` is one of `apiKeyEnv`, `none` without any.
 */
export type SdkProvider = (about: {
  readonly name: string;
  readonly fetch: typeof globalThis.fetch;
  readonly apiKey: string;
  readonly baseUrl?: string;
}) => Pick<ProviderV4, 'languageModel'> & Partial<Pick<ProviderV4, 'embeddingModel'>>;

export interface ModelConfig {
  readonly id: string;
  readonly family: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly abilities: readonly Ability[];
  /** What it can be shown. Default: text only. */
  readonly inputs?: readonly Modality[];
  readonly endpoints: readonly EndpointConfig[];
}

export interface EndpointConfig {
  readonly provider: string;
  /** What the provider calls the model; the model's id where absent. */
  readonly wireModel?: string;
  /** Tells several endpoints of one provider apart: the id becomes `provider/model@region`. */
  readonly region?: string;
  readonly price: PriceConfig;
  /** The host's own window, where it differs from the model's. */
  readonly contextTokens?: number;
  /** In how many bits the host serves the weights, e.g. `fp8`. */
  readonly quantization?: string;
  /** Default: 1 s to the first token, 50 tokens a second. */
  readonly speed?: Partial<Speed>;
  /** What the provider promises; what is absent is unknown, and refused wherever a policy asks for it. */
  readonly dataPolicy?: DataPolicyConfig;
  /** Where this endpoint needs other ones than the task class has. */
  readonly deadlines?: Partial<Deadlines>;
}

/** USD per million tokens. Absent rates are the input's, for cached tokens, and the output's, for reasoning. */
export type PriceConfig = RatesConfig &
  Pick<Price, 'source' | 'date'> & {
    /** For requests whose input is longer than `above` tokens, in ascending order; absent rates are the base's. */
    readonly tiers?: readonly (Partial<RatesConfig> & { readonly above: number })[];
  };

export type RatesConfig = Pick<Rates, 'input' | 'output'> & Partial<Rates>;

/** What a host promises, and who says so; what is absent is unknown. */
export type DataPolicyConfig = Partial<
  Pick<DataPolicy, 'zdr' | 'retentionDays' | 'trainsOnData' | 'regions'>
> &
  Required<Pick<DataPolicy, 'basis' | 'source' | 'checked'>>;

/** What a contract of yours changes about endpoints that the catalog has. Of several that fit, the later wins. */
export interface OverrideConfig {
  readonly provider: string;
  /** Only this model; all of the provider's where absent. */
  readonly model?: string;
  /** Only this endpoint, by its id, e.g. `amazon-bedrock/nova-lite@eu`. */
  readonly endpoint?: string;
  readonly price?: PriceConfig;
  readonly dataPolicy?: DataPolicyConfig;
  readonly speed?: Partial<Speed>;
  readonly deadlines?: Partial<Deadlines>;
}
