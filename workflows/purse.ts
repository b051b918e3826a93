import { condition } from '@temporalio/workflow';
import { type Budget, leftMicros, newBudget, reserve, settle } from '../src/core/cost/budget.ts';

/** What one call is set aside at most: enough for a long answer of a dear model. */
const ALLOTMENT_MICROS = 250_000;

/** The run's money, in the workflow: an allotment before each call, its settlement after. */
export class Purse {
  #budget: Budget;

  constructor(capUsd: number, carried?: Budget) {
    this.#budget = carried ?? newBudget(toMicros(capUsd));
  }

  get budget(): Budget {
    return this.#budget;
  }

  get capMicros(): number {
    return this.#budget.capMicros;
  }

  /** Waits while other calls hold the money. 0 means that nothing is left and nothing will come back. */
  async allot(): Promise<number> {
    // Several may be woken by one settlement, and the first takes it: look again.
    while (!this.#canAllot()) await condition(() => this.#canAllot());
    const [budget, allotmentMicros] = reserve(this.#budget, ALLOTMENT_MICROS);
    this.#budget = budget;
    return allotmentMicros;
  }

  /** Whether no call holds any of it. */
  get isSettled(): boolean {
    return this.#budget.openMicros === 0;
  }

  /** Whether an allotment is small because the cap leaves no more. */
  isShort(allotmentMicros: number): boolean {
    return allotmentMicros < ALLOTMENT_MICROS;
  }

  settle(allotmentMicros: number, costMicros: number): void {
    this.#budget = settle(this.#budget, allotmentMicros, costMicros);
  }

  #canAllot(): boolean {
    return leftMicros(this.#budget) >= ALLOTMENT_MICROS || this.#budget.openMicros === 0;
  }

  raiseCap(usd: number): void {
    this.#budget = { ...this.#budget, capMicros: this.#budget.capMicros + toMicros(usd) };
  }
}

const toMicros = (usd: number) => Math.round(usd * 1e6);
