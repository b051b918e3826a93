import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { ParkReason } from '../src/core/contract/run.ts';
import type { Conversation, ParkedStep } from './conversation.ts';
import type { Journal } from './journal.ts';
import { recordSoon } from './ledger.ts';
import { shortened } from './size-limits.ts';
import type { WallTime } from './wall-time.ts';

/** In a message that refuses a repair. */
const PARKED_NAMED = 20;

/** Where steps wait for a person. Parking costs nothing: no timer runs, no worker is held. */
export class ParkingLot {
  readonly #journal: Journal;
  readonly #wall: WallTime;
  readonly #parked = new Map<string, ParkReason>();
  #aborted: string | undefined;
  #parks: number;

  /**
   * @param parks how often the runs that this one continues have parked
   * @param conversations those that go on, parked ones among them
   */
  constructor(
    { journal, wall }: { readonly journal: Journal; readonly wall: WallTime },
    parks: number,
    conversations: readonly Conversation[],
  ) {
    this.#journal = journal;
    this.#wall = wall;
    this.#parks = parks;
    for (const { step, parked } of conversations) if (parked) this.#parked.set(step, parked.reason);
  }

  get parks(): number {
    return this.#parks;
  }

  isParked(step: string): boolean {
    return this.#parked.has(step);
  }

  /**
   * Returns when a person lets the step go on. Its conversation must be ready to go on before: the run may be continued
   * as a new one while it waits.
   * @throws ApplicationFailure `Aborted` where they give the run up
   */
  async park(conversation: Conversation, parked: ParkedStep): Promise<void> {
    this.#parked.set(conversation.step, parked.reason);
    conversation.parked = parked;
    await this.#wait(conversation, parked);
  }

  /** The same, for a step that was parked when the run was continued as a new one, unless it was let go on since. */
  async parkAgain(conversation: Conversation): Promise<void> {
    const { step, parked } = conversation;
    if (parked && this.#parked.has(step)) await this.#wait(conversation, parked);
    delete conversation.parked;
  }

  async #wait(conversation: Conversation, parked: ParkedStep): Promise<void> {
    const { step } = conversation;
    this.#parks += 1;
    this.#journal.record({ type: 'parked', parked: { ...parked, step, number: this.#parks } });
    if (this.#journal.hasCosts) recordSoon();
    this.#wall.end(step);
    try {
      await condition(() => this.#aborted !== undefined || !this.#parked.has(step));
    } finally {
      // Given up or canceled, it waits for nobody either, while the run closes.
      this.#wall.begin(step);
      this.#journal.record({ type: 'unparked', step });
      delete conversation.parked;
    }
    if (this.#aborted !== undefined)
      throw ApplicationFailure.nonRetryable(`Aborted: ${this.#aborted}`, 'Aborted');
  }

  /** @throws Error where nothing is parked, or not the step named; as an update's validator, it leaves no trace */
  assertParked(step?: string): void {
    if (this.#parked.size === 0)
      throw new Error('No step of this run is parked; there is nothing to repair.');
    if (step !== undefined && !this.#parked.has(step)) {
      const parked = [...this.#parked.keys()].slice(0, PARKED_NAMED).join(', ');
      throw new Error(`Step "${shortened(String(step))}" is not parked. Parked: ${parked}.`);
    }
  }

  unpark(step?: string): string[] {
    const unparked = step === undefined ? [...this.#parked.keys()] : [step];
    if (unparked.some((name) => this.#parked.get(name) === 'wall_used')) this.#wall.allowAgain();
    for (const name of unparked) this.#parked.delete(name);
    return unparked;
  }

  abort(reason: string): string[] {
    this.#aborted = reason;
    return [...this.#parked.keys()];
  }
}
