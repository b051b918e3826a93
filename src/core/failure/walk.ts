/**
 * The failover walk as a reducer: what to do next, given what failed. The workflow drives it with durable timers and
 * one activity an attempt; nothing in it reads a clock.
 *
 * W1  An endpoint that used up its tries is not asked again in this walk, unless everything has been waited for.
 * W2  When nothing is left to try and some endpoint has said when it may be asked again, the walk waits for it.
 * W3  Every walk ends: failed attempts are bounded by `maxAttempts`; those that were only told to come back later are
 *     bounded by `patienceMs`, with waits that grow.
 */
import type { Disposition } from './disposition.ts';
import type { FailureKind } from './kind.ts';

export interface WalkLimits {
  /** Failed attempts, rate limits not counted. */
  readonly maxAttempts: number;
  /** How long the walk may wait in all for endpoints that rest, in milliseconds. */
  readonly patienceMs: number;
}

export interface WalkState {
  readonly limits: WalkLimits;
  readonly startedAtMs: number;
  /** Failed so far, rate limits not counted. */
  readonly attempts: number;
  readonly waits: number;
  readonly triesOnEndpoint: number;
  /** Endpoints not to be asked again, with the time they come back where it is known. */
  readonly avoided: readonly { readonly endpoint: string; readonly restsUntilMs?: number }[];
}

export interface WalkFailure {
  readonly endpoint: string;
  readonly kind: FailureKind;
  readonly disposition: Disposition;
}

export type WalkAction =
  | {
      readonly do: 'attempt';
      /** Endpoint to ask, where it is a retry; otherwise the router chooses. */
      readonly retry?: string;
      readonly avoid: readonly string[];
      readonly delayMs: number;
      readonly why: 'first' | 'retry' | 'failover' | 'wait';
    }
  | { readonly do: 'park'; readonly why: 'stopped' | 'attempts used' | 'patience used' | 'nothing left' };

/** Waits grow where hints are short, so that a hint of a second is not followed for an hour: 2, 4, 8, … 64 s. */
const leastWaitMs = (waits: number) => 2_000 * 2 ** Math.min(waits, 5);

export function beginWalk(limits: WalkLimits, nowMs: number): [WalkState, WalkAction] {
  const state: WalkState = {
    limits,
    startedAtMs: nowMs,
    attempts: 0,
    waits: 0,
    triesOnEndpoint: 0,
    avoided: [],
  };
  return [state, { do: 'attempt', avoid: [], delayMs: 0, why: 'first' }];
}

export function afterFailure(
  before: WalkState,
  failure: WalkFailure,
  nowMs: number,
): [WalkState, WalkAction] {
  if (failure.kind === 'no_eligible_endpoint') return waitOrPark(before, failure, nowMs);

  const counts = failure.kind === 'rate_limited' ? 0 : 1;
  const state = {
    ...before,
    attempts: before.attempts + counts,
    triesOnEndpoint: before.triesOnEndpoint + 1,
  };
  const { triesPerEndpoint, retryAfterMs, onward, restsUntilMs } = failure.disposition;
  const avoid = state.avoided.map(({ endpoint }) => endpoint);

  if (state.triesOnEndpoint < triesPerEndpoint && state.attempts < state.limits.maxAttempts) {
    return [state, { do: 'attempt', retry: failure.endpoint, avoid, delayMs: retryAfterMs, why: 'retry' }];
  }
  if (onward === 'stop') return [state, { do: 'park', why: 'stopped' }];

  const avoided = [
    ...state.avoided,
    { endpoint: failure.endpoint, ...(restsUntilMs !== undefined && { restsUntilMs }) },
  ];
  const moved = { ...state, avoided, triesOnEndpoint: 0 };
  if (moved.attempts >= moved.limits.maxAttempts) return [moved, { do: 'park', why: 'attempts used' }];
  return [moved, { do: 'attempt', avoid: [...avoid, failure.endpoint], delayMs: 0, why: 'failover' }];
}

/** Nobody is left to ask: wait for the first who comes back, if anybody has said when. */
function waitOrPark(state: WalkState, { disposition }: WalkFailure, nowMs: number): [WalkState, WalkAction] {
  const returns = [disposition, ...state.avoided].flatMap((a) =>
    a.restsUntilMs === undefined ? [] : [a.restsUntilMs],
  );
  if (returns.length === 0) return [state, { do: 'park', why: 'nothing left' }];

  const untilMs = Math.max(Math.min(...returns), nowMs + leastWaitMs(state.waits));
  if (untilMs > state.startedAtMs + state.limits.patienceMs)
    return [state, { do: 'park', why: 'patience used' }];

  const rested: WalkState = { ...state, waits: state.waits + 1, triesOnEndpoint: 0, avoided: [] };
  return [rested, { do: 'attempt', avoid: [], delayMs: untilMs - nowMs, why: 'wait' }];
}
