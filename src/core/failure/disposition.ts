import type { FailureKind } from './kind.ts';

/**
 * What the walk does with a failure: try the same endpoint again while it has tries left, and then move on or stop.
 * It travels with the failure, looked up where the attempt was made, so that editing the table never breaks a replay.
 */
export interface Disposition {
  /** Tries one endpoint gets for this kind, the failed one included. 1: never the same again. */
  readonly triesPerEndpoint: number;
  /** Pause before the same endpoint is tried again, in milliseconds. */
  readonly retryAfterMs: number;
  readonly onward: 'failover' | 'stop';
  /** When the endpoint may be asked again (milliseconds since the epoch), where that is known: waiting is a route. */
  readonly restsUntilMs?: number;
}

/** A hint this short is waited out on the same endpoint; a longer one fails over. */
const SHORT_HINT_MS = 5_000;
/** A rate limit without a hint: windows of a minute are the vendors' usual. */
export const UNHINTED_REST_MS = 30_000;

type Row = Pick<Disposition, 'triesPerEndpoint' | 'onward'> & { readonly pauseMs: number };

/** The one table. Every kind has a row, and nothing else decides. */
const TABLE: Readonly<Record<FailureKind, Row>> = {
  invalid_request: { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop' },
  parameter_unsupported: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  context_too_long: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  content_filtered: { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop' },
  credential_rejected: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  payment_required: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  forbidden: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  model_not_found: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  timed_out: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  request_too_large: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  rate_limited: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
  unavailable: { triesPerEndpoint: 2, pauseMs: 300, onward: 'failover' },
  answer_incomplete: { triesPerEndpoint: 2, pauseMs: 300, onward: 'failover' },
  output_invalid: { triesPerEndpoint: 2, pauseMs: 0, onward: 'failover' },
  check_failed: { triesPerEndpoint: 2, pauseMs: 0, onward: 'failover' },
  no_eligible_endpoint: { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop' },
  cap_reached: { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop' },
  canceled: { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop' },
  worker_lost: { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop' },
  unknown: { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover' },
};

/** Kinds that pass by themselves: only for these does it mean anything when an endpoint may be asked again. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  ...(['rate_limited', 'unavailable', 'answer_incomplete', 'no_eligible_endpoint'] as const),
]);

/** What is known of a failure beside its kind. */
export interface FailureFacts {
  /** How long the provider asks us to stay away, in milliseconds, where it says. */
  readonly hintMs?: number | undefined;
  /** The provider says that asking the same endpoint again will not help. */
  readonly lasting?: boolean;
  /** Where the endpoint's breaker is open after this failure, when it ends (milliseconds since the epoch). */
  readonly restsUntilMs?: number | undefined;
}

/** @param jitter 0 to 1, spreads the pauses of parallel steps */
export function disposition(
  kind: FailureKind,
  { hintMs, lasting = false, restsUntilMs }: FailureFacts,
  nowMs: number,
  jitter: number,
): Disposition {
  const { triesPerEndpoint, pauseMs, onward } = TABLE[kind];
  if (kind === 'rate_limited' || (hintMs !== undefined && PASSING.has(kind))) {
    const restMs = hintMs ?? UNHINTED_REST_MS;
    return restMs <= SHORT_HINT_MS
      ? {
          triesPerEndpoint: Math.max(2, triesPerEndpoint),
          retryAfterMs: restMs,
          onward,
          restsUntilMs: nowMs + restMs,
        }
      : { triesPerEndpoint: 1, retryAfterMs: 0, onward, restsUntilMs: nowMs + restMs };
  }
  return {
    triesPerEndpoint: lasting || restsUntilMs !== undefined ? 1 : triesPerEndpoint,
    retryAfterMs: Math.round(pauseMs * (0.5 + jitter)),
    onward,
    ...(restsUntilMs !== undefined && PASSING.has(kind) && { restsUntilMs }),
  };
}
