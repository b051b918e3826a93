/**
 * Hard constraints that every endpoint must meet, those added to the catalog later included.
 * An absent field constrains nothing.
 */
export interface Policy {
  readonly providers?: AllowDeny;
  readonly models?: AllowDeny;
  /** Only endpoints known to keep nothing. */
  readonly zeroRetention?: boolean;
  /** Only endpoints known not to train on what they are sent. */
  readonly noTraining?: boolean;
  /** Only endpoints known to serve from one of these. */
  readonly regions?: readonly string[];
  /** USD per million tokens. */
  readonly maxPrice?: { readonly input?: number; readonly output?: number };
  /** Expected time to a whole answer, in milliseconds. */
  readonly maxLatencyMs?: number;
}

/** `deny` wins over `allow`. */
export interface AllowDeny {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}
