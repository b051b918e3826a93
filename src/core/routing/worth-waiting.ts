import type { Candidate, Decision } from '../vocabulary/decision.ts';
import { choose } from './choose.ts';
import type { ChooseInput } from './request.ts';

/** An endpoint that is limited, and worth the time until it may be asked. */
export interface Wait {
  readonly endpoint: string;
  readonly forMs: number;
  /** What is saved by it, the price of the time taken off, with that of the time waited before. */
  readonly gainUsd: number;
}

/**
 * Waiting is a route: a limited endpoint is worth its rest where the best that may be asked now costs more, by more than
 * the price of the seconds until the provider itself said that the limited one may be asked. It must be the better one
 * in all, too, but how much likelier it is to succeed makes nobody wait: that is an estimate, and money is known. One
 * that is down is not waited for: nobody knows for how long it is.
 *
 * @param decision what `choose` says of `input`
 * @param mostMs how long the step may still wait
 * @param waitedMs how long it has waited already: a provider that breaks its word again and again is not believed for
 * longer than what is saved is worth
 */
export function worthWaiting(
  input: ChooseInput,
  decision: Decision,
  mostMs: number,
  waitedMs = 0,
): Wait | undefined {
  const { request, health, nowMs } = input;
  const [now] = decision.candidates;
  if (!now || decision.cascade || decision.explores) return undefined;
  const restMs = new Map<string, number>();
  for (const [endpoint, breaker] of health.breakers) {
    if (breaker.state !== 'open' || !breaker.promised) continue;
    const forMs = breaker.untilMs - nowMs;
    if (forMs > 0 && forMs <= mostMs) restMs.set(endpoint, forMs);
  }
  if (restMs.size === 0) return undefined;

  const rested = choose({
    ...input,
    request: { ...request, avoid: request.avoid.filter((endpoint) => !restMs.has(endpoint)) },
    health: { ...health, breakers: new Map([...health.breakers].filter(([id]) => !restMs.has(id))) },
  });
  return rested.candidates
    .flatMap((limited) => {
      const forMs = restMs.get(limited.endpoint);
      if (forMs === undefined) return [];
      const saved = Math.min(limited.utility - now.utility, costOf(now) - costOf(limited));
      const gainUsd = saved - (request.taskClass.secondUsd * (waitedMs + forMs)) / 1e3;
      return [{ endpoint: limited.endpoint, forMs, gainUsd }];
    })
    .filter(({ gainUsd }) => gainUsd > 0)
    .toSorted((a, b) => b.gainUsd - a.gainUsd)[0];
}

const costOf = ({ cost, cacheDiscount = 0 }: Candidate) => cost - cacheDiscount;
