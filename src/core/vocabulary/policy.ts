import type { Ability } from './model.ts';

/**
 * Hard constraints that every endpoint must meet, those added to the catalog later included.
 * An absent field constrains nothing.
 */
export interface Policy {
  readonly providers?: AllowDeny;
  readonly models?: AllowDeny;
  readonly families?: AllowDeny;
  /** Only endpoints known to keep nothing. */
  readonly zeroRetention?: boolean;
  /** Only endpoints known not to train on what they are sent. */
  readonly noTraining?: boolean;
  /** Only endpoints known to process in these alone; `eu` covers `eu-west-1`. */
  readonly regions?: readonly string[];
  /** Only models that have all of these, whether or not a request needs them. */
  readonly abilities?: readonly Ability[];
  /** Only endpoints that serve the weights in one of these, e.g. `bf16`; `unknown` stands for those that do not say. */
  readonly quantizations?: readonly string[];
  /** USD per million tokens. */
  readonly maxPrice?: { readonly input?: number; readonly output?: number };
  /** Time to a whole answer that 95% of calls keep, in milliseconds. */
  readonly maxLatencyMs?: number;
  readonly minTokensPerSecond?: number;
  /** Least estimated chance of success on the class, 0-1. */
  readonly minQuality?: number;
}

/** Risks that a deployment may accept by name. */
export const ACCEPTABLE = ['unencrypted-history', 'failover-after-filter'] as const;
export type Accepted = (typeof ACCEPTABLE)[number];

/** `deny` wins over `allow`. */
export interface AllowDeny {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** A policy and whose it is, e.g. `tenant "acme"`: errors and explanations name it. */
export interface PolicyLayer {
  readonly name: string;
  readonly policy: Policy;
}

/** All layers in one. */
export interface EffectivePolicy extends Policy {
  /** Which layers each field comes from, outermost first. */
  readonly setBy?: Partial<Record<keyof Policy, readonly string[]>>;
  /** Digest of the fields; absent where nothing constrains. */
  readonly version?: string;
}
