import { condition } from '@temporalio/workflow';
import { type Budget, leftMicros, newBudget, reserve, settle } from '../src/core/cost/budget.ts';

/** What one call is set aside where nothing says what it needs: enough for a long answer of a dear model. */
const ALLOTMENT_MICROS = 250_000;
/** A conversation grows, and its next call with it. */
const ROOM_TO_GROW = 1.25;

/** The run's money between two calls, as plain JSON: nothing is set aside then. */
export interface PurseSnapshot {
  readonly capMicros: number;
  readonly spentMicros: number;
  /** By kind of call, the most that one of it could have cost so far. */
  readonly needs: Readonly<Record<string, number>>;
}

/** What is known of a call that wants money. */
export interface Wanted {
  /** Calls of one kind cost alike: the class's name, where the step names one. */
  readonly kind: string;
  /** The most that the last call of this very conversation could have cost; absent before the first. */
  readonly lastMicros?: number;
  /** Less is of no use: nobody could be asked with it. */
  readonly leastMicros: number;
}

/**
 * The run's money, in the workflow: an allotment before each call, its settlement after. Those that want some at one
 * time share what is left, none with less than its call needs; who finds too little waits for a settlement.
 */
export class Purse {
  #budget: Budget;
  readonly #needs: Map<string, number>;
  /** How many calls want money now. */
  #wanting = 0;

  constructor({ capMicros, spentMicros, needs }: PurseSnapshot) {
    this.#budget = { ...newBudget(capMicros), spentMicros };
    this.#needs = new Map(Object.entries(needs));
  }

  get snapshot(): PurseSnapshot {
    const { capMicros, spentMicros } = this.#budget;
    return { capMicros, spentMicros, needs: Object.fromEntries(this.#needs) };
  }

  get capMicros(): number {
    return this.#budget.capMicros;
  }

  get leftMicros(): number {
    return leftMicros(this.#budget);
  }

  /** Whether no call holds any of it. */
  get isSettled(): boolean {
    return this.#budget.openMicros === 0;
  }

  /** Waits while other calls hold the money. 0 means that too little is left and nothing will come back. */
  async allot(wanted: Wanted): Promise<number> {
    this.#wanting += 1;
    try {
      // Steps that begin at one time are all counted before the first is given its share.
      await undefined;
      // Several may be woken by one settlement, and the first may take it: look again.
      while (!this.#canAllot(wanted)) await condition(() => this.#canAllot(wanted));
      const left = this.leftMicros;
      if (left < wanted.leastMicros) return 0;
      const need = this.#needOf(wanted);
      const share = Math.floor(left / this.#wanting);
      const [budget, allotmentMicros] = reserve(
        this.#budget,
        Math.max(need, Math.min(share, ALLOTMENT_MICROS)),
      );
      this.#budget = budget;
      return allotmentMicros;
    } finally {
      this.#wanting -= 1;
    }
  }

  /** @param worstCaseMicros what the call could have cost, which tells what others of its kind need */
  settle(kind: string, allotmentMicros: number, costMicros: number, worstCaseMicros = 0): void {
    this.#budget = settle(this.#budget, allotmentMicros, costMicros);
    if (worstCaseMicros > (this.#needs.get(kind) ?? 0)) this.#needs.set(kind, worstCaseMicros);
  }

  /** Whether so much is left, or may be once the calls under way have cost less than they might. */
  mayHave(micros: number): boolean {
    return this.leftMicros + this.#budget.openMicros >= micros;
  }

  raiseCap(usd: number): void {
    this.#budget = { ...this.#budget, capMicros: this.#budget.capMicros + toMicros(usd) };
  }

  #canAllot(wanted: Wanted): boolean {
    return this.isSettled || this.leftMicros >= this.#needOf(wanted);
  }

  #needOf({ kind, lastMicros, leastMicros }: Wanted): number {
    const known = lastMicros === undefined ? this.#needs.get(kind) : Math.ceil(lastMicros * ROOM_TO_GROW);
    return Math.max(leastMicros, known ?? ALLOTMENT_MICROS);
  }
}

export const newPurse = (capUsd: number): PurseSnapshot => ({
  capMicros: toMicros(capUsd),
  spentMicros: 0,
  needs: {},
});

const toMicros = (usd: number) => Math.round(usd * 1e6);
