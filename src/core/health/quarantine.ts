import type { FailureKind } from '../failure/kind.ts';

/** A key taken out of use: the provider rejects it, or its account is unpaid. */
export interface Quarantine {
  readonly provider: string;
  /** The key's fingerprint: another key in the same variable is another's. */
  readonly key: string;
  readonly kind: FailureKind;
  /** Milliseconds since the epoch, as `untilMs`. */
  readonly sinceMs: number;
  /** It is tried again then. */
  readonly untilMs: number;
}

/** A rejected key is hardly ever taken again; an account may be paid at any moment, and to ask costs nothing. */
const REJECTED_MS = 24 * 3_600_000;
const UNPAID_MS = 3_600_000;

export const quarantineOf = (
  provider: string,
  key: string,
  kind: FailureKind,
  nowMs: number,
): Quarantine => ({
  ...{ provider, key, kind },
  sinceMs: nowMs,
  untilMs: nowMs + (kind === 'payment_required' ? UNPAID_MS : REJECTED_MS),
});
