import type { HealthPort } from '../../activities/ports.ts';
import type { FailureKind } from '../core/failure/kind.ts';
import { admits, type Breaker } from '../core/health/breaker.ts';
import { afterHealthEvent, type HealthEvent } from '../core/health/endpoint-health.ts';
import { type MeasuredSpeed, measuredSpeed } from '../core/health/window.ts';
import type { Health } from '../core/routing/request.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import { fingerprintOf } from '../providers/fingerprint.ts';
import type { ResolvedProvider } from '../providers/language-model.ts';
import { changeHealth, readHealth, type StoredHealth } from '../store/health.ts';
import type { Store } from '../store/store.ts';
import { Keys } from './keys.ts';
import { TrackedHealth } from './tracked-health.ts';

/** Speeds change slowly, and reading percentiles takes longer than choosing. */
const SPEEDS_EVERY_MS = 1_000;
/** A probe waits so long for the fleet's word, and is then made without it. */
const CLAIM_MS = 2_000;

/**
 * How endpoints and keys are doing, in this worker's memory, and in the database that it shares with others. That is
 * written behind: no call waits for it but a probe, and while it is away each worker goes by what it sees itself.
 */
export class WorkerHealth implements HealthPort {
  readonly #keys: Keys;
  /** By provider. */
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #endpoints = new Map<string, TrackedHealth>();
  readonly #warn: (message: string) => void;
  readonly #database: { open(): Promise<Store> } | undefined;
  #sharing: Promise<void> | undefined;
  /** What was said of the database since it was last well. */
  #trouble: string | undefined;
  #speeds: ReadonlyMap<string, MeasuredSpeed> = new Map();
  #speedsAtMs = 0;

  /** @param database absent: nobody shares it */
  constructor(
    providers: ReadonlyMap<string, Pick<ResolvedProvider, 'keys' | 'baseUrl'>>,
    warn: (message: string) => void,
    database?: { open(): Promise<Store> },
  ) {
    this.#keys = new Keys(providers, warn);
    this.#addresses = new Map(
      [...providers].map(([name, { baseUrl = '' }]) => [name, fingerprintOf(baseUrl)]),
    );
    this.#warn = warn;
    this.#database = database;
  }

  snapshot(): Health {
    const nowMs = Date.now();
    return {
      breakers: new Map([...this.#endpoints].map(([id, { health }]) => [id, health.breaker])),
      quarantined: this.#keys.usedUp(nowMs),
      speeds: this.#freshSpeeds(nowMs),
    };
  }

  keyFor({ id, provider }: Endpoint): string {
    return this.#keys.of(provider).next(this.#of(id).health, Date.now());
  }

  usableKeys({ id, provider }: Endpoint): number {
    return this.#keys.of(provider).free(this.#of(id).health, Date.now()).length;
  }

  async claim(endpoint: Endpoint): Promise<'free' | 'probe' | 'taken'> {
    const claim = claimOf(this.#of(endpoint.id).health.breaker, Date.now());
    if (claim !== 'probe') return claim;
    if (this.#database && this.#trouble === undefined) {
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, CLAIM_MS, undefined).unref());
      const told = await Promise.race([this.#claimInFleet(endpoint).catch(() => undefined), late]);
      if (told) return told;
    }
    return this.#claimHere(endpoint);
  }

  record({ id, provider }: Endpoint, event: HealthEvent): void {
    const atMs = Date.now();
    if (event.type === 'answered') this.#keys.accepted(provider, event.key);
    const tracked = this.#of(id);
    const before = tracked.health.breaker.state;
    tracked.record({ event, keys: this.#keys.of(provider).usable(atMs), atMs });
    // Others are to hear at once of what opened or closed; of the rest within a second.
    if (tracked.health.breaker.state !== before) void this.share();
  }

  quarantine(provider: string, key: string, kind: FailureKind, reason: string): void {
    this.#keys.quarantine(provider, key, kind, reason);
    void this.share();
  }

  /** Tells the fleet what this worker saw, and hears what others did. Never rejects: what fails is said once. */
  async share(): Promise<void> {
    this.#sharing ??= this.#shareOnce().finally(() => {
      this.#sharing = undefined;
    });
    return this.#sharing;
  }

  async #shareOnce(): Promise<void> {
    if (!this.#database) return;
    try {
      const store = await this.#database.open();
      await this.#keys.share(store);
      await this.#tell(store);
      const known = [...this.#endpoints].flatMap(([id, { version }]) =>
        version === undefined ? [] : [[id, version] as const],
      );
      this.#adopt(await readHealth(store, new Map(known)));
      this.#trouble = undefined;
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      if (this.#trouble === undefined) this.#warn(`Health is not shared with other workers: ${trouble}`);
      this.#trouble = trouble;
    }
  }

  async #tell(store: Store): Promise<void> {
    const news = [...this.#endpoints].flatMap(([endpoint, tracked]) => {
      const taken = tracked.takeNews();
      return taken.length > 0 ? [{ endpoint, tracked, taken }] : [];
    });
    if (news.length === 0) return;
    try {
      this.#adopt(
        await changeHealth(
          store,
          news.map(({ endpoint, tracked, taken }) => ({
            endpoint,
            change: (before) => tracked.after(before, taken),
          })),
        ),
      );
    } catch (error) {
      for (const { tracked, taken } of news) tracked.giveBack(taken);
      throw error;
    }
  }

  /** Of all workers that find the endpoint rested, the database lets one be its probe. */
  async #claimInFleet({ id, provider }: Endpoint): Promise<'free' | 'probe' | 'taken'> {
    const store = await this.#database!.open();
    const tracked = this.#of(id);
    const news = tracked.takeNews();
    let claim: 'free' | 'probe' | 'taken' = 'taken';
    try {
      const changed = await changeHealth(store, [
        {
          endpoint: id,
          change: (before) => {
            const nowMs = Date.now();
            const now = tracked.after(before, news);
            claim = claimOf(now.breaker, nowMs);
            if (claim !== 'probe') return now;
            return afterHealthEvent(now, { type: 'started' }, this.#keys.of(provider).usable(nowMs), nowMs);
          },
        },
      ]);
      this.#adopt(changed);
      return claim;
    } catch (error) {
      tracked.giveBack(news);
      throw error;
    }
  }

  #claimHere(endpoint: Endpoint): 'free' | 'probe' | 'taken' {
    const claim = claimOf(this.#of(endpoint.id).health.breaker, Date.now());
    if (claim === 'probe') this.record(endpoint, { type: 'started' });
    return claim;
  }

  #adopt(stored: readonly StoredHealth[]): void {
    for (const { endpoint, version, health } of stored) this.#of(endpoint).adopt(health, version);
  }

  #of(endpoint: string): TrackedHealth {
    const known = this.#endpoints.get(endpoint);
    if (known) return known;
    const tracked = new TrackedHealth(this.#addresses.get(endpoint.split('/')[0]!) ?? '');
    this.#endpoints.set(endpoint, tracked);
    return tracked;
  }

  #freshSpeeds(nowMs: number): ReadonlyMap<string, MeasuredSpeed> {
    if (nowMs < this.#speedsAtMs + SPEEDS_EVERY_MS) return this.#speeds;
    this.#speedsAtMs = nowMs;
    this.#speeds = new Map(
      [...this.#endpoints].flatMap(([id, { health }]) => {
        const speed = measuredSpeed(health.window, nowMs);
        return speed ? [[id, speed]] : [];
      }),
    );
    return this.#speeds;
  }
}

const claimOf = (breaker: Breaker, nowMs: number) =>
  breaker.state === 'closed' ? 'free' : admits(breaker, nowMs) ? 'probe' : 'taken';
