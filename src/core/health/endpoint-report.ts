import { admits, type Breaker } from './breaker.ts';
import type { EndpointHealth, KeyHealth } from './endpoint-health.ts';
import type { Quarantine } from './quarantine.ts';
import { type Measured, measure, type Window } from './window.ts';

/** How an endpoint is doing, for a person to read. */
export interface EndpointReport {
  readonly endpoint: string;
  /**
   * `closed`: it is asked. `open`: it failed, and is left alone; `rests`: by its own word; `gone`: its provider does not have it.
   * `due`: that is over, and the next call is the probe. `half-open`: the probe is under way. `quarantined`: none of its keys may be used.
   */
  readonly state: 'closed' | 'open' | 'rests' | 'gone' | 'due' | 'half-open' | 'quarantined';
  /** When `open`, `rests`, `gone` or `quarantined` ends, in milliseconds since the epoch. */
  readonly untilMs?: number;
  /** Of the last hour. */
  readonly measured: Measured;
  readonly lastFailure?: NonNullable<Window['lastFailure']>;
  readonly keys: readonly KeyReport[];
}

export interface KeyReport extends KeyHealth {
  /** The fingerprint. */
  readonly key: string;
  readonly quarantine?: Quarantine;
}

/** @param quarantines those of all providers */
export function reportOn(
  endpoint: string,
  { breaker, keys, window }: EndpointHealth,
  quarantines: readonly Quarantine[],
  nowMs: number,
): EndpointReport {
  const provider = endpoint.split('/')[0];
  const out = new Map(
    quarantines.flatMap((one) => (one.provider === provider ? [[one.key, one] as const] : [])),
  );
  const reports = [...new Set([...Object.keys(keys), ...out.keys()])].sort().map((key): KeyReport => {
    const quarantine = out.get(key);
    return { headroom: [], restsUntilMs: 0, ...keys[key], key, ...(quarantine && { quarantine }) };
  });
  return {
    endpoint,
    ...(reports.length > 0 && reports.every(({ quarantine }) => quarantine)
      ? { state: 'quarantined', untilMs: Math.min(...[...out.values()].map(({ untilMs }) => untilMs)) }
      : stateOf(breaker, nowMs)),
    measured: measure(window, nowMs),
    ...(window.lastFailure && { lastFailure: window.lastFailure }),
    keys: reports,
  };
}

function stateOf(breaker: Breaker, nowMs: number): Pick<EndpointReport, 'state' | 'untilMs'> {
  if (breaker.state === 'closed') return { state: 'closed' };
  if (admits(breaker, nowMs)) return { state: 'due' };
  if (breaker.state === 'half-open') return { state: 'half-open' };
  const state = breaker.gone ? 'gone' : breaker.promised ? 'rests' : 'open';
  return { state, untilMs: breaker.untilMs };
}
