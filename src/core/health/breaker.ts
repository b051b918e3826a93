/**
 * Keeps a failing endpoint from being hammered: a reducer, (state, event, now) → state.
 *
 * H1  Open: the endpoint rests until `untilMs` and is not chosen.
 * H2  After that one probe is let through at a time; its success closes the breaker, its failure opens it for twice
 *     as long, up to a limit.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly untilMs: number; readonly cooldownMs: number }
  | { readonly state: 'half-open'; readonly probeSinceMs: number; readonly cooldownMs: number };

export type BreakerEvent =
  | { readonly type: 'started' }
  | { readonly type: 'succeeded' }
  | { readonly type: 'failed' }
  /** Rate limited: rests until the provider's own time, whatever came before. */
  | { readonly type: 'rests'; readonly untilMs: number };

export const CLOSED: Breaker = { state: 'closed', failures: 0 };

/** A failure and its retry in place: the second in a row opens. */
const FAILURES_TO_OPEN = 2;
const FIRST_COOLDOWN_MS = 15_000;
const LONGEST_COOLDOWN_MS = 120_000;
/** A probe that never reported back (its worker died) is forgotten after this. */
const PROBE_LOST_MS = 60_000;

export function afterEvent(breaker: Breaker, event: BreakerEvent, nowMs: number): Breaker {
  switch (event.type) {
    case 'succeeded':
      return CLOSED;
    case 'rests':
      return { state: 'open', untilMs: event.untilMs, cooldownMs: FIRST_COOLDOWN_MS };
    case 'started':
      return breaker.state === 'open' && nowMs >= breaker.untilMs
        ? { state: 'half-open', probeSinceMs: nowMs, cooldownMs: breaker.cooldownMs }
        : breaker;
    case 'failed':
      if (breaker.state === 'closed') {
        return breaker.failures + 1 < FAILURES_TO_OPEN
          ? { state: 'closed', failures: breaker.failures + 1 }
          : openFor(FIRST_COOLDOWN_MS, nowMs);
      }
      if (breaker.state === 'open') return breaker;
      return openFor(Math.min(breaker.cooldownMs * 2, LONGEST_COOLDOWN_MS), nowMs);
  }
}

function openFor(cooldownMs: number, nowMs: number): Breaker {
  return { state: 'open', untilMs: nowMs + cooldownMs, cooldownMs };
}

/** Whether a request may go to the endpoint now. */
export function admits(breaker: Breaker, nowMs: number): boolean {
  if (breaker.state === 'closed') return true;
  if (breaker.state === 'open') return nowMs >= breaker.untilMs;
  return nowMs >= breaker.probeSinceMs + PROBE_LOST_MS;
}
