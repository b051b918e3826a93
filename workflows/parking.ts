import { ApplicationFailure, condition } from '@temporalio/workflow';
import {
  ABORT_UPDATE,
  APPROVE_UPDATE,
  type CallAddress,
  DENY_UPDATE,
  type Parked,
  RAISE_CAP_UPDATE,
  RETRY_UPDATE,
} from '../src/core/contract/run.ts';
import type { Conversation, ParkedStep } from './conversation.ts';
import type { Journal } from './journal.ts';
import { recordSoon } from './ledger.ts';
import { shortened } from './size-limits.ts';
import type { WallTime } from './wall-time.ts';

/** In a message that refuses a repair. */
const PARKED_NAMED = 20;

/** Of why it parks: the memo holds many. */
const MESSAGE_CHARS = 2_000;

/** What a person said: it may go on, or it must not and why. */
export type Verdict = { readonly goesOn: true } | { readonly goesOn: false; readonly reason: string };

type Update = Parked['update'] | typeof DENY_UPDATE | typeof ABORT_UPDATE;

interface Space {
  readonly step: string;
  readonly what: ParkedStep;
  verdict?: Verdict;
}

/** Where steps and tool calls wait for a person. Parking costs nothing: no timer runs, no worker is held. */
export class ParkingLot {
  readonly #journal: Journal;
  readonly #wall: WallTime;
  readonly #spaces = new Set<Space>();
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
    for (const { step, parked, pending } of conversations) {
      for (const what of [...(parked ? [parked] : []), ...(pending?.parked ?? [])])
        this.#spaces.add({ step, what });
    }
  }

  get parks(): number {
    return this.#parks;
  }

  /** Whether the step waits for a person and for nothing else. */
  isParked(step: string): boolean {
    const spaces = [...this.#spaces].filter((space) => space.step === step);
    return spaces.length > 0 && spaces.every(({ verdict }) => verdict === undefined);
  }

  /**
   * Returns once a person has decided. The conversation must be ready to go on before: the run may be continued as a new
   * one while it waits.
   * @throws ApplicationFailure `Aborted` where they give the run up
   */
  async park(conversation: Conversation, what: ParkedStep): Promise<Verdict> {
    const { step, pending } = conversation;
    // A call that was parked when the run was continued as a new one has its place, and perhaps its verdict.
    const space = this.#spaceOf(step, what.call) ?? { step, what };
    if (what.call === undefined) conversation.parked = what;
    else pending!.parked = [...callsBeside(pending!.parked, what.call), what];
    try {
      return await this.#wait(space);
    } finally {
      if (what.call === undefined) delete conversation.parked;
      else pending!.parked = callsBeside(pending!.parked, what.call);
    }
  }

  /** The same, for what was parked when the run was continued as a new one: the step, or a call of it. */
  async parkAgain(conversation: Conversation, call?: string): Promise<void> {
    const what = this.#spaceOf(conversation.step, call)?.what;
    if (what) await this.park(conversation, what);
  }

  /** The same, for a step whose run has ended but for what must be undone. */
  parkAtClose(step: string, what: ParkedStep): Promise<Verdict> {
    return this.#wait({ step, what });
  }

  async #wait(space: Space): Promise<Verdict> {
    const { step, what } = space;
    this.#spaces.add(space);
    this.#parks += 1;
    const number = this.#parks;
    this.#journal.record({
      type: 'parked',
      parked: { ...what, message: what.message.slice(0, MESSAGE_CHARS), step, number },
    });
    if (this.#journal.hasCosts) recordSoon();
    this.#wall.end(step);
    try {
      await condition(() => this.#aborted !== undefined || space.verdict !== undefined);
    } finally {
      this.#spaces.delete(space);
      // Given up or canceled, it waits for nobody either, while the run closes.
      this.#wall.begin(step);
      this.#journal.record({ type: 'unparked', step, number });
    }
    if (this.#aborted !== undefined)
      throw ApplicationFailure.nonRetryable(`Aborted: ${this.#aborted}`, 'Aborted');
    return space.verdict!;
  }

  /** @throws Error where nothing that the update decides is parked; as an update's validator, it leaves no trace */
  assertParked(update: Update, address: CallAddress = {}): void {
    const { step } = address;
    const waiting = this.#waiting();
    if (waiting.length === 0) throw new Error('No step of this run is parked; there is nothing to repair.');
    if (step !== undefined && !waiting.some((space) => space.step === step)) {
      throw new Error(`Step "${shortened(String(step))}" is not parked. Parked: ${list(waiting)}.`);
    }
    if (this.#decidedBy(update, address).length > 0) return;
    throw new Error(`Nothing of that waits for the update ${update}. Parked: ${list(waiting)}.`);
  }

  /** Lets everything go on that the update is for; returns the steps, each once. */
  unpark(update: Update, address: CallAddress = {}): string[] {
    return this.#decide(update, address, { goesOn: true });
  }

  deny(reason: string, address: CallAddress = {}): string[] {
    return this.#decide(DENY_UPDATE, address, { goesOn: false, reason });
  }

  abort(reason: string): string[] {
    this.#aborted = reason;
    return stepsOf(this.#waiting());
  }

  /** What parks while an aborted run is closed is not aborted with it. */
  reopen(): void {
    this.#aborted = undefined;
  }

  #decide(update: Update, address: CallAddress, verdict: Verdict): string[] {
    const decided = this.#decidedBy(update, address);
    if (decided.some(({ what }) => what.reason === 'wall_used')) this.#wall.allowAgain();
    for (const space of decided) space.verdict = verdict;
    return stepsOf(decided);
  }

  #spaceOf(step: string, call: string | undefined): Space | undefined {
    return [...this.#spaces].find((space) => space.step === step && space.what.call === call);
  }

  #waiting(): Space[] {
    return [...this.#spaces].filter(({ verdict }) => verdict === undefined);
  }

  #decidedBy(update: Update, { step, call }: CallAddress): Space[] {
    return this.#waiting().filter(
      (space) =>
        decides(update, space.what) &&
        (step === undefined || space.step === step) &&
        (call === undefined || space.what.call === call),
    );
  }
}

/** Money is no word on effects: only who is asked about one decides it. */
function decides(update: Update, { update: wanted, reason }: ParkedStep): boolean {
  switch (update) {
    case ABORT_UPDATE:
      return true;
    case APPROVE_UPDATE:
      return wanted === APPROVE_UPDATE;
    case RETRY_UPDATE:
      return wanted !== APPROVE_UPDATE;
    case RAISE_CAP_UPDATE:
      return wanted !== APPROVE_UPDATE && !OF_EFFECTS.has(reason);
    case DENY_UPDATE:
      return wanted === APPROVE_UPDATE || OF_EFFECTS.has(reason);
  }
}

const OF_EFFECTS: ReadonlySet<Parked['reason']> = new Set(['effect_unknown', 'compensation_failed']);

const callsBeside = (parked: readonly ParkedStep[], call: string) =>
  parked.filter((other) => other.call !== call);

const stepsOf = (spaces: readonly Space[]) => [...new Set(spaces.map(({ step }) => step))];

/** `answer` or, of a tool call, `answer (call 2.1: approve)` */
const list = (spaces: readonly Space[]) =>
  spaces
    .slice(0, PARKED_NAMED)
    .map(({ step, what: { call, update } }) =>
      call === undefined ? step : `${step} (call ${call}: ${update})`,
    )
    .join(', ');
