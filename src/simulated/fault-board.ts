import { hashOf } from '../core/routing/hash.ts';
import { randomFrom } from '../core/routing/quality/shuffle.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import type { Fault, Quota, Strike } from './faults.ts';
import type { OutageReplay } from './outage-replay.ts';
import { QuotaWindow } from './quota-window.ts';

export interface FaultBoardOptions {
  /** What a fault may be set on, beside `*`: providers, and `provider/model`. */
  readonly targets: readonly string[];
  /** Draws which requests a fault with a share strikes: the nth request of an endpoint always alike. */
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Strikes where nothing is set. */
  readonly outages?: OutageReplay | undefined;
}

interface Placed {
  readonly faults: readonly Fault[];
  readonly sinceMs: number;
  /** By provider, so that `*` gives each of them a quota of its own. */
  readonly windows: Map<string, readonly QuotaWindow[]>;
}

/** The faults set at present, by target: `*`, a provider, or `provider/model`. */
export class FaultBoard {
  readonly #options: FaultBoardOptions;
  readonly #targets: ReadonlySet<string>;
  readonly #placed = new Map<string, Placed>();
  readonly #requests = new Map<string, number>();

  constructor(options: FaultBoardOptions) {
    this.#options = options;
    this.#targets = new Set(['*', ...options.targets]);
  }

  /** Takes the place of what was set on the target. Throws `SignalboxError` for a target that does not exist. */
  set(target: string, faults: readonly Fault[]): void {
    if (!this.#targets.has(target)) {
      throw new SignalboxError(
        `There is no fault target "${target}"`,
        `Use one of ${[...this.#targets].join(', ')}.`,
      );
    }
    this.#placed.set(target, { faults, sinceMs: this.#options.now(), windows: new Map() });
  }

  clear(): void {
    this.#placed.clear();
  }

  all(): Record<string, readonly Fault[]> {
    return Object.fromEntries([...this.#placed].map(([target, { faults }]) => [target, faults]));
  }

  /** The quotas that this request counts against. */
  quotas(provider: string, model: string): readonly QuotaWindow[] {
    const target = this.#targetOf(provider, model);
    if (target === undefined) return [];
    const { faults, windows } = this.#placed.get(target)!;
    const those = windows.get(provider) ?? faults.filter(isQuota).map((quota) => new QuotaWindow(quota));
    windows.set(provider, those);
    return those;
  }

  /** What strikes this request, the most specific target first; counts it down. */
  strike(provider: string, model: string): Strike | undefined {
    const nowMs = this.#options.now();
    const target = this.#targetOf(provider, model);
    const placed = target === undefined ? undefined : this.#placed.get(target)!;
    const faults = placed?.faults ?? this.#options.outages?.faultsOf(provider, nowMs) ?? [];
    const struck = pick(faults, nowMs - (placed?.sinceMs ?? nowMs), this.#draw(`${provider}/${model}`));
    if (placed && struck?.times !== undefined) this.#countDown(target!, placed, struck);
    return struck;
  }

  #targetOf(provider: string, model: string): string | undefined {
    return [`${provider}/${model}`, provider, '*'].find((name) => this.#placed.has(name));
  }

  /** 0 to 1, by the endpoint and the number of the request. */
  #draw(endpoint: string): number {
    const number = (this.#requests.get(endpoint) ?? 0) + 1;
    this.#requests.set(endpoint, number);
    return randomFrom(hashOf(`${this.#options.seed} ${endpoint} ${number}`))();
  }

  #countDown(target: string, placed: Placed, struck: Strike): void {
    const times = struck.times! - 1;
    const faults = placed.faults.flatMap((fault) =>
      fault !== struck ? [fault] : times > 0 ? [{ ...fault, times }] : [],
    );
    if (faults.length === 0) this.#placed.delete(target);
    else this.#placed.set(target, { ...placed, faults });
  }
}

const isQuota = (fault: Fault): fault is Quota => fault.kind === 'quota';

/** One draw decides, so that shares add up and no request is struck twice. */
function pick(faults: readonly Fault[], sinceMs: number, draw: number): Strike | undefined {
  let below = 0;
  for (const fault of faults) {
    if (isQuota(fault) || !isDown(fault, sinceMs)) continue;
    below += fault.share ?? 1;
    if (draw < below) return fault;
  }
  return undefined;
}

const isDown = ({ flaps }: Strike, sinceMs: number) =>
  flaps === undefined || sinceMs % (flaps.downMs + flaps.upMs) < flaps.downMs;
