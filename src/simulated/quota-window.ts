import type { Quota } from './faults.ts';

/** What is left of a quota now. */
export interface QuotaLeft {
  readonly unit: Quota['unit'];
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds since the epoch. */
  readonly resetsAtMs: number;
}

/** Counts what goes through under a quota. A window begins with the first request after the last one ended. */
export class QuotaWindow {
  readonly #quota: Quota;
  #endsAtMs = 0;
  #used = 0;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  /** Whether a request of so many tokens fits, and what is left with it; one that does not fit uses nothing. */
  take(inputTokens: number, nowMs: number): { readonly fits: boolean; readonly left: QuotaLeft } {
    const { unit, limit, windowMs } = this.#quota;
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + windowMs;
      this.#used = 0;
    }
    const wanted = unit === 'requests' ? 1 : inputTokens;
    const fits = this.#used + wanted <= limit;
    if (fits) this.#used += wanted;
    const remaining = Math.max(0, limit - this.#used);
    return { fits, left: { unit, limit, remaining, resetsAtMs: this.#endsAtMs } };
  }

  /** Counts what an answer used, once it is over. */
  answered(outputTokens: number): void {
    if (this.#quota.unit === 'tokens') this.#used += outputTokens;
  }
}
