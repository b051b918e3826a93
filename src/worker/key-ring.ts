import type { EndpointHealth } from '../core/health/endpoint-health.ts';
import type { Quarantine } from '../core/health/quarantine.ts';
import type { ApiKey } from '../providers/api-key.ts';

/** A provider's keys, which take turns, without those that are quarantined. */
export class KeyRing {
  readonly #provider: string;
  readonly #keys: readonly ApiKey[];
  #quarantines: readonly Quarantine[] = [];
  #turn = 0;

  constructor(provider: string, keys: readonly ApiKey[]) {
    this.#provider = provider;
    this.#keys = keys;
  }

  /** What the fleet has quarantined, of whatever provider; what was quarantined before and is not any more is free. */
  set quarantines(quarantines: readonly Quarantine[]) {
    this.#quarantines = quarantines.filter(
      ({ provider, key }) => provider === this.#provider && this.#keys.some((own) => own.fingerprint === key),
    );
  }

  /** The fingerprints of the keys that may be used. */
  usable(nowMs: number): string[] {
    const out = this.#quarantines.filter(({ untilMs }) => untilMs > nowMs).map(({ key }) => key);
    return this.#keys.map(({ fingerprint }) => fingerprint).filter((key) => !out.includes(key));
  }

  /** Of those, the ones that do not rest at an endpoint. */
  free({ keys }: EndpointHealth, nowMs: number): string[] {
    return this.usable(nowMs).filter((key) => (keys[key]?.restsUntilMs ?? 0) <= nowMs);
  }

  /** The next in turn that is free; where none is, of the usable ones, and where none is usable, of all. */
  next(health: EndpointHealth, nowMs: number): string {
    const all = this.#keys.map(({ fingerprint }) => fingerprint);
    const from = [this.free(health, nowMs), this.usable(nowMs), all].find((keys) => keys.length > 0)!;
    this.#turn += 1;
    return from[this.#turn % from.length]!;
  }

  /** Where a person finds a key, or puts another: `OPENAI_API_KEY`. */
  variableOf(key: string): string {
    return this.#keys.find(({ fingerprint }) => fingerprint === key)?.variable ?? NO_VARIABLE;
  }

  /** All of them, in words. */
  get variables(): string {
    return this.#keys.map(({ variable = NO_VARIABLE }) => variable).join(' or ');
  }
}

/** Of a provider whose config names no variable. */
const NO_VARIABLE = 'its apiKeyEnv';
