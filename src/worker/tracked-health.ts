import {
  afterHealthEvent,
  type EndpointHealth,
  type HealthEvent,
  healthAt,
  UNHEARD_OF,
} from '../core/health/endpoint-health.ts';

/** An event that the fleet has not been told of. */
export interface HealthNews {
  readonly event: HealthEvent;
  /** The fingerprints that the endpoint could be asked with. */
  readonly keys: readonly string[];
  readonly atMs: number;
}

/** A database that is away for long misses what came before the last so many. */
const MOST_NEWS = 1_000;

/** An endpoint as the fleet last told of it, and what this worker has seen since. */
export class TrackedHealth {
  readonly #address: string;
  #health: EndpointHealth;
  #news: readonly HealthNews[] = [];
  /** Of what the fleet told; absent where it told nothing yet. */
  #version: number | undefined;

  /** @param address fingerprint of where it is asked */
  constructor(address: string) {
    this.#address = address;
    this.#health = healthAt(address, UNHEARD_OF);
  }

  get health(): EndpointHealth {
    return this.#health;
  }

  get version(): number | undefined {
    return this.#version;
  }

  record(news: HealthNews): void {
    this.#health = this.after(this.#health, [news]);
    this.#news = [...this.#news, news].slice(-MOST_NEWS);
  }

  /** Hands over what the fleet is to be told. */
  takeNews(): readonly HealthNews[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** The fleet could not be told. */
  giveBack(news: readonly HealthNews[]): void {
    this.#news = [...news, ...this.#news].slice(-MOST_NEWS);
  }

  adopt(health: EndpointHealth, version: number): void {
    if (version < (this.#version ?? 0)) return;
    this.#version = version;
    this.#health = this.after(health, this.#news);
  }

  /** What the fleet knows once it is told. */
  after(health: EndpointHealth, news: readonly HealthNews[]): EndpointHealth {
    return news.reduce(
      (before, { event, keys, atMs }) => afterHealthEvent(before, event, keys, atMs),
      healthAt(this.#address, health),
    );
  }
}
