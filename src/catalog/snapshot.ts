/** The form of `snapshot.json`, which `npm run catalog:build` writes, and of synced catalog files. What no source says is absent or null, never guessed. */
import type { Ability, Modality } from '../core/vocabulary/model.ts';

export interface Snapshot {
  readonly format: 1;
  /** The day of the newest source and a digest of the models. */
  readonly version: string;
  /** Newest first: where sources disagree, the first one's price is used and the others are kept beside it. */
  readonly sources: readonly SnapshotSource[];
  readonly models: readonly SnapshotModel[];
}

/** Where prices come from. */
export interface SnapshotSource {
  /** How prices name it. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** The day the prices in it were gathered. */
  readonly date: string;
}

export interface SnapshotModel {
  /** Canonical, the same on every host, e.g. `claude-sonnet-4.5`. */
  readonly id: string;
  readonly family: string;
  /** `…-latest`: whatever its owner points it at. Offered only where a policy names it. */
  readonly moving?: true;
  /** Null where no source says: no request is known to fit. */
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly inputs: readonly Modality[];
  readonly abilities: readonly Ability[];
  readonly endpoints: readonly SnapshotEndpoint[];
}

/** One host's way of serving the model; absent limits, inputs and abilities are the model's. */
export interface SnapshotEndpoint {
  readonly provider: string;
  /** What the provider calls it; the first is the one to send. */
  readonly wireModels: readonly string[];
  readonly region?: string;
  /** How the host serves the same weights: `free`, `fast`, `spot`, … */
  readonly variant?: string;
  /** Fewer bits than the vendor published. */
  readonly quantization?: string;
  /** The only interface the host serves it on, where that is not the usual one for chats. */
  readonly api?: 'responses' | 'completion';
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly inputs?: readonly Modality[];
  readonly abilities?: readonly Ability[];
  /** No current list has it; only the price of old bills is known. */
  readonly historical?: true;
  /** The day the host stops serving it, which may be past: so that a config naming it can be told why it fails. */
  readonly retires?: string;
  /** The first is used; the others are what other sources say, kept only where they differ by more than 1%. */
  readonly prices: readonly SnapshotPrice[];
  /** Eight times more or less than the model's other hosts ask: a slip or a lure, not to be believed unseen. */
  readonly outlier?: true;
  /** Which rates the sources disagree about. */
  readonly disputed?: readonly string[];
}

export interface SnapshotPrice extends SnapshotRates {
  /** The id of a source of the snapshot, which gives the date. */
  readonly source: string;
  /** For requests whose input is longer than `above` tokens, in ascending order. */
  readonly tiers?: readonly (Partial<SnapshotRates> & { readonly above: number })[];
  readonly batch?: Partial<SnapshotRates>;
}

/** USD per million tokens. */
export interface SnapshotRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** Output tokens spent on thinking, where they cost other than answer tokens. */
  readonly reasoning?: number;
}

/** What tells a model's endpoints apart, e.g. `amazon-bedrock/nova-lite@us` or `together/llama-3.3-70b:turbo+fp8`. */
export function snapshotEndpointId(
  model: string,
  { provider, region, variant, quantization }: SnapshotEndpoint,
): string {
  const parts = [region && `@${region}`, variant && `:${variant}`, quantization && `+${quantization}`];
  return `${provider}/${model}${parts.filter(Boolean).join('')}`;
}
