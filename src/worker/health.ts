import type { HealthPort } from '../../activities/ports.ts';
import type { FailureKind } from '../core/failure/kind.ts';
import { admits } from '../core/health/breaker.ts';
import {
  afterHealthEvent,
  type EndpointHealth,
  type HealthEvent,
  UNHEARD_OF,
} from '../core/health/endpoint-health.ts';
import { type Quarantine, quarantineOf } from '../core/health/quarantine.ts';
import { type MeasuredSpeed, measuredSpeed } from '../core/health/window.ts';
import type { Health } from '../core/routing/request.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import type { ResolvedProvider } from '../providers/language-model.ts';
import { KeyRing } from './key-ring.ts';

/** Speeds change slowly, and reading percentiles takes longer than choosing. */
const SPEEDS_EVERY_MS = 1_000;

/** How endpoints are doing, in this worker's memory. */
export class WorkerHealth implements HealthPort {
  readonly #rings: ReadonlyMap<string, KeyRing>;
  readonly #endpoints = new Map<string, EndpointHealth>();
  readonly #quarantines = new Map<string, Quarantine>();
  readonly #warn: (message: string) => void;
  #speeds: ReadonlyMap<string, MeasuredSpeed> = new Map();
  #speedsAtMs = 0;

  constructor(
    providers: ReadonlyMap<string, Pick<ResolvedProvider, 'keys'>>,
    warn: (message: string) => void,
  ) {
    this.#rings = new Map([...providers].map(([name, { keys }]) => [name, new KeyRing(name, keys)]));
    this.#warn = warn;
  }

  snapshot(): Health {
    const nowMs = Date.now();
    const out = [...this.#rings].filter(([, ring]) => ring.usable(nowMs).length === 0);
    return {
      breakers: new Map([...this.#endpoints].map(([id, { breaker }]) => [id, breaker])),
      quarantined: new Map(out.map(([provider, ring]) => [provider, ring.variables])),
      speeds: this.#freshSpeeds(nowMs),
    };
  }

  keyFor({ id, provider }: Endpoint): string {
    return this.#ring(provider).next(this.#of(id), Date.now());
  }

  usableKeys({ id, provider }: Endpoint): number {
    return this.#ring(provider).free(this.#of(id), Date.now()).length;
  }

  async claim(endpoint: Endpoint): Promise<'free' | 'probe' | 'taken'> {
    const { breaker } = this.#of(endpoint.id);
    if (breaker.state === 'closed') return 'free';
    if (!admits(breaker, Date.now())) return 'taken';
    this.record(endpoint, { type: 'started' });
    return 'probe';
  }

  record({ id, provider }: Endpoint, event: HealthEvent): void {
    const nowMs = Date.now();
    if (event.type === 'answered') this.#bringBack(provider, event.key);
    const keys = this.#ring(provider).usable(nowMs);
    this.#endpoints.set(id, afterHealthEvent(this.#of(id), event, keys, nowMs));
  }

  quarantine(provider: string, key: string, kind: FailureKind, reason: string): void {
    const quarantine = quarantineOf(provider, key, kind, Date.now());
    this.#quarantines.set(nameOf(quarantine), quarantine);
    this.#tellRings();
    const until = new Date(quarantine.untilMs).toISOString();
    this.#warn(
      `A key of provider ${provider} (${key}, in ${this.#ring(provider).variableOf(key)}) is quarantined until ${until}, ` +
        `or until \`signalbox health --reset ${provider}\`: ${reason}`,
    );
  }

  #of(endpoint: string): EndpointHealth {
    return this.#endpoints.get(endpoint) ?? UNHEARD_OF;
  }

  #ring(provider: string): KeyRing {
    return this.#rings.get(provider)!;
  }

  /** A key that was answered is accepted, whatever was said of it before. */
  #bringBack(provider: string, key: string): void {
    if (this.#quarantines.delete(nameOf({ provider, key }))) this.#tellRings();
  }

  #tellRings(): void {
    for (const ring of this.#rings.values()) ring.quarantines = [...this.#quarantines.values()];
  }

  #freshSpeeds(nowMs: number): ReadonlyMap<string, MeasuredSpeed> {
    if (nowMs < this.#speedsAtMs + SPEEDS_EVERY_MS) return this.#speeds;
    this.#speedsAtMs = nowMs;
    this.#speeds = new Map(
      [...this.#endpoints].flatMap(([id, { window }]) => {
        const speed = measuredSpeed(window, nowMs);
        return speed ? [[id, speed]] : [];
      }),
    );
    return this.#speeds;
  }
}

const nameOf = ({ provider, key }: Pick<Quarantine, 'provider' | 'key'>) => `${provider}\n${key}`;
