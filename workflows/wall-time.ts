/** The run's wall time between two runs of a chain, as plain JSON. */
export interface WallTimeSnapshot {
  readonly usedMs: number;
  /** Absent where there is no limit. */
  readonly allowedMs?: number;
}

/** How long the run has worked: while a step is under way that waits for no person. */
export class WallTime {
  readonly #limitMs: number;
  readonly #underWay = new Set<string>();
  #allowedMs: number;
  #usedMs: number;
  #countedToMs = 0;

  constructor(limitMs = Number.POSITIVE_INFINITY, carried: WallTimeSnapshot = { usedMs: 0 }) {
    this.#limitMs = limitMs;
    this.#allowedMs = carried.allowedMs ?? limitMs;
    this.#usedMs = carried.usedMs;
  }

  get snapshot(): WallTimeSnapshot {
    this.#count();
    return {
      usedMs: this.#usedMs,
      ...(Number.isFinite(this.#allowedMs) && { allowedMs: this.#allowedMs }),
    };
  }

  get limitMs(): number {
    return this.#limitMs;
  }

  /** Infinite where there is no limit. */
  get leftMs(): number {
    this.#count();
    return Math.max(0, this.#allowedMs - this.#usedMs);
  }

  begin(step: string): void {
    this.#count();
    this.#underWay.add(step);
  }

  end(step: string): void {
    this.#count();
    this.#underWay.delete(step);
  }

  /** As much again, from now on. */
  allowAgain(): void {
    this.#count();
    this.#allowedMs = this.#usedMs + this.#limitMs;
  }

  #count(): void {
    const nowMs = Date.now();
    if (this.#underWay.size > 0) this.#usedMs += nowMs - this.#countedToMs;
    this.#countedToMs = nowMs;
  }
}
