import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { Parked } from '../src/core/contract/run.ts';
import type { Journal } from './journal.ts';
import { recordSoon } from './ledger.ts';

/** Where steps wait for a person. Parking costs nothing: no timer runs, no worker is held. */
export class ParkingLot {
  readonly #journal: Journal;
  readonly #parked = new Set<string>();
  #aborted: string | undefined;
  #parks = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Returns when a person lets the step go on. @throws ApplicationFailure `Aborted` where they give the run up */
  async park(parked: Omit<Parked, 'number'>): Promise<void> {
    this.#parked.add(parked.step);
    this.#parks += 1;
    this.#journal.record({ type: 'parked', parked: { ...parked, number: this.#parks } });
    if (this.#journal.hasCosts) recordSoon();
    try {
      await condition(() => this.#aborted !== undefined || !this.#parked.has(parked.step));
    } finally {
      // Given up or canceled, it waits for nobody either, while the run closes.
      this.#journal.record({ type: 'unparked', step: parked.step });
    }
    if (this.#aborted !== undefined)
      throw ApplicationFailure.nonRetryable(`Aborted: ${this.#aborted}`, 'Aborted');
  }

  /** @throws Error where nothing is parked, or not the step named; as an update's validator, it leaves no trace */
  assertParked(step?: string): void {
    if (this.#parked.size === 0)
      throw new Error('No step of this run is parked; there is nothing to repair.');
    if (step !== undefined && !this.#parked.has(step)) {
      throw new Error(`Step "${step}" is not parked. Parked: ${[...this.#parked].join(', ')}.`);
    }
  }

  unpark(step?: string): string[] {
    const unparked = step === undefined ? [...this.#parked] : [step];
    for (const name of unparked) this.#parked.delete(name);
    return unparked;
  }

  abort(reason: string): string[] {
    this.#aborted = reason;
    return [...this.#parked];
  }
}
