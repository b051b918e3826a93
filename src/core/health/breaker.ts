/**
 * Keeps a failing endpoint from being hammered: a reducer, (state, event, now) → state.
 *
 * H1  It opens after five failures in a row; after two in a row already where half or more of what came in the last ten
 *     seconds failed, so that an endpoint which fails now and then under load is not taken for dead.
 * H2  Open: the endpoint rests until `untilMs` and is not chosen.
 * H3  After that one probe is let through at a time; its success closes the breaker, its failure opens it for twice
 *     as long, up to a limit. One that ends without either, or is not heard of for a minute, makes room for the next.
 */
export type Breaker =
  | {
      readonly state: 'closed';
      /** In a row. */
      readonly failures: number;
      /** The last outcomes, oldest first. */
      readonly recent: readonly { readonly atMs: number; readonly failed: boolean }[];
    }
  | {
      readonly state: 'open';
      readonly sinceMs: number;
      readonly untilMs: number;
      readonly cooldownMs: number;
      /** The provider itself has said that it may be asked again then. */
      readonly promised?: true;
      /** The provider does not serve the model: nobody waits for it. */
      readonly gone?: true;
    }
  | { readonly state: 'half-open'; readonly probeSinceMs: number; readonly cooldownMs: number };

export type BreakerEvent =
  /** A call begins: where the endpoint has rested, it is the probe. */
  | { readonly type: 'started' }
  /** The probe came to nothing that says anything of the endpoint. */
  | { readonly type: 'released' }
  /** `askedAtMs`: when the call began. */
  | { readonly type: 'succeeded'; readonly askedAtMs: number }
  | { readonly type: 'failed' }
  /** Rate limited: rests until the provider's own time, whatever came before. */
  | { readonly type: 'rests'; readonly untilMs: number }
  | { readonly type: 'gone' };

export const CLOSED: Breaker = { state: 'closed', failures: 0, recent: [] };

/** A failure and its retry in place. */
const FAILURES_TO_OPEN = 2;
const FAILURES_TO_OPEN_UNDER_LOAD = 5;
const RECENT_MS = 10_000;
const MOST_RECENT = 20;
const FIRST_COOLDOWN_MS = 15_000;
const LONGEST_COOLDOWN_MS = 120_000;
/** A model that was taken away hardly comes back; one request in an hour finds out. */
const GONE_MS = 3_600_000;
/** A probe that never reported back (its worker died) is forgotten after this. */
const PROBE_LOST_MS = 60_000;

export function afterEvent(breaker: Breaker, event: BreakerEvent, nowMs: number): Breaker {
  switch (event.type) {
    case 'succeeded':
      // What was asked before the limit was reached does not say that it is over.
      if (breaker.state === 'open' && breaker.promised && event.askedAtMs < breaker.sinceMs) return breaker;
      if (breaker.state !== 'closed') return CLOSED;
      return { state: 'closed', failures: 0, recent: withOutcome(breaker.recent, false, nowMs) };
    case 'rests':
      return {
        ...{ state: 'open', sinceMs: nowMs, untilMs: event.untilMs },
        ...{ cooldownMs: FIRST_COOLDOWN_MS, promised: true },
      };
    case 'gone':
      return {
        ...{ state: 'open', sinceMs: nowMs, untilMs: nowMs + GONE_MS },
        ...{ cooldownMs: FIRST_COOLDOWN_MS, gone: true },
      };
    case 'started':
      return breaker.state !== 'closed' && admits(breaker, nowMs)
        ? { state: 'half-open', probeSinceMs: nowMs, cooldownMs: breaker.cooldownMs }
        : breaker;
    case 'released':
      return breaker.state === 'half-open'
        ? { state: 'open', sinceMs: nowMs, untilMs: nowMs, cooldownMs: breaker.cooldownMs }
        : breaker;
    case 'failed':
      if (breaker.state === 'closed') {
        const failures = breaker.failures + 1;
        const recent = withOutcome(breaker.recent, true, nowMs);
        return isDead(failures, recent)
          ? openFor(FIRST_COOLDOWN_MS, nowMs)
          : { state: 'closed', failures, recent };
      }
      if (breaker.state === 'open') return breaker;
      return openFor(Math.min(breaker.cooldownMs * 2, LONGEST_COOLDOWN_MS), nowMs);
  }
}

type Recent = (Breaker & { state: 'closed' })['recent'];

const withOutcome = (recent: Recent, failed: boolean, nowMs: number): Recent =>
  [...recent, { atMs: nowMs, failed }].filter(({ atMs }) => atMs > nowMs - RECENT_MS).slice(-MOST_RECENT);

function isDead(failures: number, recent: Recent): boolean {
  if (failures >= FAILURES_TO_OPEN_UNDER_LOAD) return true;
  return failures >= FAILURES_TO_OPEN && 2 * recent.filter(({ failed }) => failed).length >= recent.length;
}

function openFor(cooldownMs: number, nowMs: number): Breaker {
  return { state: 'open', sinceMs: nowMs, untilMs: nowMs + cooldownMs, cooldownMs };
}

/** Whether a request may go to the endpoint now. */
export function admits(breaker: Breaker, nowMs: number): boolean {
  if (breaker.state === 'closed') return true;
  if (breaker.state === 'open') return nowMs >= breaker.untilMs;
  return nowMs >= breaker.probeSinceMs + PROBE_LOST_MS;
}
