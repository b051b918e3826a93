/**
 * All that is known of how an endpoint is doing: a reducer, (health, event, now) → health. What a failure says of the
 * endpoint stands in the disposition table.
 */
import { DISPOSITIONS, UNHINTED_REST_MS } from '../failure/disposition.ts';
import { afterEvent, type Breaker, CLOSED } from './breaker.ts';
import { type Allowance, usedUpUntilMs } from './headroom.ts';
import { afterOutcome, type CallOutcome, EMPTY_WINDOW, type Window } from './window.ts';

export interface EndpointHealth {
  /** Fingerprint of where its provider is asked; the same name elsewhere is another endpoint. */
  readonly address: string;
  readonly breaker: Breaker;
  /** By fingerprint: providers count and limit what is asked with each key. */
  readonly keys: Readonly<Record<string, KeyHealth>>;
  readonly window: Window;
}

/** How a key fares at an endpoint. */
export interface KeyHealth {
  /** What the provider last said. */
  readonly headroom: readonly Allowance[];
  /** Not to be used before (milliseconds since the epoch). */
  readonly restsUntilMs: number;
}

/** A probe begins, or comes to nothing; or a call has ended. */
export type HealthEvent = { readonly type: 'started' } | { readonly type: 'released' } | Outcome;

type Outcome = CallOutcome & {
  readonly key: string;
  readonly headroom: readonly Allowance[];
  /** How long the provider asks us to stay away, where it says. */
  readonly hintMs?: number | undefined;
};

export const UNHEARD_OF: EndpointHealth = { address: '', breaker: CLOSED, keys: {}, window: EMPTY_WINDOW };

/** What is known of it where it is asked now. */
export const healthAt = (address: string, health: EndpointHealth): EndpointHealth =>
  health.address === address ? health : { ...UNHEARD_OF, address };

/** @param keys the fingerprints that may be asked with: the endpoint rests when all of them do */
export function afterHealthEvent(
  health: EndpointHealth,
  event: HealthEvent,
  keys: readonly string[],
  nowMs: number,
): EndpointHealth {
  if (event.type === 'started' || event.type === 'released')
    return { ...health, breaker: afterEvent(health.breaker, event, nowMs) };
  const after = withKey(health.keys, event, nowMs);
  const breaker = afterCall(health.breaker, event, nowMs);
  const rests = keys.map((key) => after[key]?.restsUntilMs ?? 0);
  const restEndsMs = Math.min(...rests);
  const restsNow = rests.length > 0 && restEndsMs > nowMs && after[event.key]!.restsUntilMs > nowMs;
  return {
    ...health,
    breaker: restsNow ? afterEvent(breaker, { type: 'rests', untilMs: restEndsMs }, nowMs) : breaker,
    keys: after,
    window: afterOutcome(health.window, event, nowMs),
  };
}

function afterCall(breaker: Breaker, event: Outcome, nowMs: number): Breaker {
  const effect = event.type === 'answered' ? 'works' : DISPOSITIONS[event.kind].health;
  if (effect === 'works')
    return afterEvent(breaker, { type: 'succeeded', askedAtMs: nowMs - event.totalMs }, nowMs);
  if (effect === 'is gone') return afterEvent(breaker, { type: 'gone' }, nowMs);
  // A limit or a rejection is about the key.
  return afterEvent(breaker, { type: effect === 'fails' ? 'failed' : 'released' }, nowMs);
}

function withKey(
  keys: EndpointHealth['keys'],
  event: Outcome,
  nowMs: number,
): Readonly<Record<string, KeyHealth>> {
  const { key, headroom, hintMs = UNHINTED_REST_MS } = event;
  const before = keys[key];
  const limited = event.type === 'failed' && DISPOSITIONS[event.kind].health === 'rests';
  const untilMs = limited ? nowMs + hintMs : (usedUpUntilMs(headroom) ?? 0);
  // Of a key that is not used any more nothing is kept for good.
  const others = Object.entries(keys).filter(([name, of]) => name !== key && lastsUntilMs(of) > nowMs);
  return {
    ...Object.fromEntries(others),
    [key]: {
      headroom: headroom.length > 0 ? headroom : (before?.headroom ?? []),
      restsUntilMs: Math.max(untilMs, before?.restsUntilMs ?? 0),
    },
  };
}

const lastsUntilMs = ({ headroom, restsUntilMs }: KeyHealth) =>
  Math.max(restsUntilMs, ...headroom.map(({ resetsAtMs = 0 }) => resetsAtMs));
