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
  /** The failure was about the key, and so many others may be used: the endpoint is asked again with the next one. */
  readonly otherKeys?: number;
}

/** A hint this short is waited out on the same endpoint; a longer one fails over. */
export const SHORT_HINT_MS = 5_000;
/** A rate limit without a hint: windows of a minute are the vendors' usual. */
export const UNHINTED_REST_MS = 30_000;

/** What a failure says of who was asked: it fails, asks to be left alone, takes the key no more, is not there, or works. */
export type HealthEffect = 'fails' | 'rests' | 'rejects the key' | 'is gone' | 'works';

export interface DispositionRow extends Pick<Disposition, 'triesPerEndpoint' | 'onward'> {
  /** What the kind stands for. */
  readonly means: string;
  /** Before the next try on the same endpoint, in milliseconds; spread by half of it either way. */
  readonly pauseMs: number;
  readonly health: HealthEffect;
  /** It passes by itself: only then does it mean anything when an endpoint may be asked again. */
  readonly passes?: true;
}

const failover = { triesPerEndpoint: 1, pauseMs: 0, onward: 'failover', health: 'works' } as const;
const stop = { triesPerEndpoint: 1, pauseMs: 0, onward: 'stop', health: 'works' } as const;
const onceMore = { ...failover, triesPerEndpoint: 2 } as const;

/** The one table. Every kind has a row, and nothing else decides. `docs/failures.md` is written from it. */
export const DISPOSITIONS: Readonly<Record<FailureKind, DispositionRow>> = {
  invalid_request: { ...stop, means: 'the provider calls the request wrong, and so would others' },
  parameter_unsupported: {
    ...failover,
    means: 'this model does not take a parameter, or a history, that others take',
  },
  context_too_long: {
    ...failover,
    means: 'the conversation is too long; larger windows are asked, and without any it is compacted',
  },
  content_filtered: { ...stop, means: 'the prompt or the answer was filtered' },
  credential_rejected: { ...failover, health: 'rejects the key', means: 'the key is not accepted' },
  payment_required: { ...failover, health: 'rejects the key', means: 'the account has no money or no quota' },
  forbidden: { ...failover, means: 'this request is not allowed to this key: region, model access' },
  model_not_found: {
    ...failover,
    health: 'is gone',
    means: 'the provider does not have the model, or not any more',
  },
  timed_out: { ...failover, health: 'fails', means: 'no first token within the deadline' },
  request_too_large: { ...failover, means: 'the body has more bytes than the provider takes' },
  payload_too_large: {
    ...stop,
    means: 'one message is too long for every model, or one answer for history',
  },
  rate_limited: { ...failover, health: 'rests', passes: true, means: 'too many requests or tokens' },
  unavailable: {
    ...{ ...onceMore, pauseMs: 300, health: 'fails', passes: true },
    means: 'overloaded, down, or not reached at all',
  },
  answer_incomplete: {
    ...{ ...onceMore, pauseMs: 300, health: 'fails', passes: true },
    means: 'cut, stalled, malformed, empty, or an error inside a 200',
  },
  output_invalid: {
    ...onceMore,
    means: 'a whole answer that does not fit its schema; the model is shown why',
  },
  check_failed: { ...onceMore, means: 'a check of the step rejected the answer; the model is shown why' },
  no_eligible_endpoint: { ...stop, passes: true, means: 'nobody may be asked: policy, health, money' },
  worth_waiting: {
    ...stop,
    passes: true,
    means: 'a limited endpoint is worth its rest: others cost more now',
  },
  cap_reached: { ...stop, means: 'the tenant or the class may not spend more' },
  canceled: { ...stop, means: 'the step was given up' },
  worker_lost: { ...stop, means: 'workers died in the middle of the call, three times' },
  unknown: { ...failover, means: 'what nobody foresaw' },
};

/** What is known of a failure beside its kind. */
export interface FailureFacts {
  /** How long the provider asks us to stay away, in milliseconds, where it says. */
  readonly hintMs?: number | undefined;
  /** The provider says that asking the same endpoint again will not help. */
  readonly lasting?: boolean;
  /** Where the endpoint's breaker is open after this failure, when it ends (milliseconds since the epoch). */
  readonly restsUntilMs?: number | undefined;
  /** How many keys may still be used at the endpoint. */
  readonly otherKeys?: number;
  /** The deployment accepts that what one provider filtered is shown to others. */
  readonly failsOverAfterFilter?: boolean;
}

/** @param jitter 0 to 1, spreads the pauses of parallel steps */
export function disposition(
  kind: FailureKind,
  { otherKeys = 0, ...facts }: FailureFacts,
  nowMs: number,
  jitter: number,
): Disposition {
  const { health } = DISPOSITIONS[kind];
  const ofKey = health === 'rests' || health === 'rejects the key';
  return { ...ofEndpoint(kind, facts, nowMs, jitter), ...(ofKey && otherKeys > 0 && { otherKeys }) };
}

function ofEndpoint(
  kind: FailureKind,
  { hintMs, lasting = false, restsUntilMs, failsOverAfterFilter = false }: FailureFacts,
  nowMs: number,
  jitter: number,
): Disposition {
  const { triesPerEndpoint, pauseMs, passes, ...row } = DISPOSITIONS[kind];
  const onward = kind === 'content_filtered' && failsOverAfterFilter ? 'failover' : row.onward;
  if (kind === 'rate_limited' || (hintMs !== undefined && passes)) {
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
  const retryAfterMs = Math.round(pauseMs * (0.5 + jitter));
  // One that fails now and then has no open breaker: where nobody else is left, it is asked again after its pause.
  const againAtMs = restsUntilMs ?? (pauseMs > 0 && !lasting ? nowMs + retryAfterMs : undefined);
  return {
    triesPerEndpoint: lasting || restsUntilMs !== undefined ? 1 : triesPerEndpoint,
    ...{ retryAfterMs, onward },
    ...(passes && againAtMs !== undefined && { restsUntilMs: againAtMs }),
  };
}
