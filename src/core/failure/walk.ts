/**
 * The failover walk as a reducer: what to do next, given what failed. The workflow drives it with durable timers and
 * one activity an attempt; nothing in it reads a clock.
 *
 * W1  An endpoint that used up its tries is not asked again in this walk, unless everything has been waited for.
 * W2  When nothing is left to try and some endpoint has said when it may be asked again, the walk waits for it.
 * W3  Where a limited endpoint is worth its rest, the walk waits for it, as long as its patience lasts; then it asks
 *     whoever may be asked.
 * W4  Where it was the key that failed and the endpoint has others, it is asked at once with the next, each key once.
 * W5  Every walk ends: failed attempts are bounded by `maxAttempts`; those that were only told to come back later are
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
  /** Spent on endpoints that are worth their rest, in milliseconds, though others might have been asked. */
  readonly waitedMs: number;
  readonly triesOnEndpoint: number;
  /** Keys that the endpoint may still be asked with; absent as long as no key failed there. */
  readonly keysLeft?: number;
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
      /** How long it may still wait for a limited endpoint that is worth it. */
      readonly patienceMs: number;
      /** How long it has waited so already: what that cost counts when it is to wait again. */
      readonly waitedMs: number;
      readonly why: 'first' | 'retry' | 'failover' | 'wait' | 'worth waiting';
    }
  | { readonly do: 'park'; readonly why: 'stopped' | 'attempts used' | 'nothing left' }
  /** `untilMs`: when the first may be asked again. */
  | { readonly do: 'park'; readonly why: 'patience used'; readonly untilMs: number };

type Attempt = Extract<WalkAction, { do: 'attempt' }>;

/** Waits grow where hints are short, so that a hint of a second is not followed for an hour: 2, 4, 8, … 64 s. */
const leastWaitMs = (waits: number) => 2_000 * 2 ** Math.min(waits, 5);

export function beginWalk(limits: WalkLimits, nowMs: number): [WalkState, WalkAction] {
  const state: WalkState = {
    limits,
    startedAtMs: nowMs,
    attempts: 0,
    waits: 0,
    waitedMs: 0,
    triesOnEndpoint: 0,
    avoided: [],
  };
  return attempt(state, nowMs, 'first');
}

/** What follows from the state stands in every attempt. */
function attempt(
  state: WalkState,
  nowMs: number,
  why: Attempt['why'],
  about: Partial<Pick<Attempt, 'retry' | 'delayMs' | 'patienceMs'>> = {},
): [WalkState, WalkAction] {
  const { avoided, waitedMs } = state;
  const avoid = avoided.map(({ endpoint }) => endpoint);
  const patienceMs = patienceLeftMs(state, nowMs);
  return [state, { do: 'attempt', avoid, delayMs: 0, patienceMs, waitedMs, why, ...about }];
}

export function afterFailure(
  before: WalkState,
  failure: WalkFailure,
  nowMs: number,
): [WalkState, WalkAction] {
  if (failure.kind === 'no_eligible_endpoint') return waitOrPark(before, failure, nowMs);
  if (failure.kind === 'worth_waiting') return waitOrAsk(before, failure, nowMs);

  const { triesPerEndpoint, retryAfterMs, onward, restsUntilMs, otherKeys = 0 } = failure.disposition;
  const counts = failure.kind === 'rate_limited' ? 0 : 1;
  const attempts = before.attempts + counts;

  const keysLeft = Math.min((before.keysLeft ?? Number.POSITIVE_INFINITY) - 1, otherKeys);
  if (keysLeft > 0 && attempts < before.limits.maxAttempts)
    return attempt({ ...before, attempts, keysLeft }, nowMs, 'retry', { retry: failure.endpoint });

  const state = { ...before, attempts, triesOnEndpoint: before.triesOnEndpoint + 1 };
  if (state.triesOnEndpoint < triesPerEndpoint && attempts < state.limits.maxAttempts)
    return attempt(state, nowMs, 'retry', { retry: failure.endpoint, delayMs: retryAfterMs });
  if (onward === 'stop') return [state, { do: 'park', why: 'stopped' }];

  const avoided = [
    ...state.avoided,
    { endpoint: failure.endpoint, ...(restsUntilMs !== undefined && { restsUntilMs }) },
  ];
  const moved = { ...onNextEndpoint(state), avoided };
  if (moved.attempts >= moved.limits.maxAttempts) return [moved, { do: 'park', why: 'attempts used' }];
  return attempt(moved, nowMs, 'failover');
}

/** Nobody is left to ask: wait for the first who comes back, if anybody has said when. */
function waitOrPark(state: WalkState, failure: WalkFailure, nowMs: number): [WalkState, WalkAction] {
  const untilMs = returnMs(state, failure, nowMs);
  if (untilMs === undefined) return [state, { do: 'park', why: 'nothing left' }];
  if (untilMs > nowMs + patienceLeftMs(state, nowMs))
    return [state, { do: 'park', why: 'patience used', untilMs }];
  return wait(state, untilMs, 'wait', nowMs);
}

/** Others may be asked, but waiting is better; without the patience for it they are. */
function waitOrAsk(state: WalkState, failure: WalkFailure, nowMs: number): [WalkState, WalkAction] {
  const untilMs = returnMs(state, failure, nowMs);
  if (untilMs === undefined || untilMs > nowMs + patienceLeftMs(state, nowMs)) {
    // It had been told how long it may wait, so that this is a mistake; it is counted, for every walk ends.
    const counted = { ...state, attempts: state.attempts + 1 };
    if (counted.attempts >= state.limits.maxAttempts) return [counted, { do: 'park', why: 'attempts used' }];
    return attempt(counted, nowMs, 'failover', { patienceMs: 0 });
  }
  return wait(state, untilMs, 'worth waiting', nowMs);
}

/** When the first comes back, so many waits having been in vain. */
function returnMs(state: WalkState, { disposition }: WalkFailure, nowMs: number): number | undefined {
  const returns = [disposition, ...state.avoided].flatMap((a) => a.restsUntilMs ?? []);
  return returns.length > 0 ? Math.max(Math.min(...returns), nowMs + leastWaitMs(state.waits)) : undefined;
}

function wait(
  state: WalkState,
  untilMs: number,
  why: 'wait' | 'worth waiting',
  nowMs: number,
): [WalkState, WalkAction] {
  const delayMs = untilMs - nowMs;
  const waitedMs = state.waitedMs + (why === 'worth waiting' ? delayMs : 0);
  const rested: WalkState = { ...onNextEndpoint(state), waits: state.waits + 1, waitedMs, avoided: [] };
  return attempt(rested, untilMs, why, { delayMs });
}

/** Nothing was tried there yet. */
const onNextEndpoint = ({ keysLeft, ...state }: WalkState): WalkState => ({ ...state, triesOnEndpoint: 0 });

const patienceLeftMs = ({ startedAtMs, limits }: WalkState, nowMs: number) =>
  Math.max(0, startedAtMs + limits.patienceMs - nowMs);
