import type { HealthPort } from '../../activities/ports.ts';
import { afterEvent, type Breaker, type BreakerEvent, CLOSED } from '../core/health/breaker.ts';
import type { Health } from '../core/routing/request.ts';

/** How endpoints are doing, in this worker's memory. */
export class WorkerHealth implements HealthPort {
  readonly #breakers = new Map<string, Breaker>();
  readonly #quarantined = new Set<string>();
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  snapshot(): Health {
    return { breakers: this.#breakers, quarantined: this.#quarantined };
  }

  record(endpoint: string, event: BreakerEvent): void {
    this.#breakers.set(endpoint, afterEvent(this.#breakers.get(endpoint) ?? CLOSED, event, Date.now()));
  }

  quarantine(provider: string, reason: string): void {
    if (this.#quarantined.has(provider)) return;
    this.#quarantined.add(provider);
    this.#warn(`The key of provider ${provider} is quarantined until this worker restarts: ${reason}`);
  }
}
