/**
 * A long run goes on as a new one with a short history, by itself: once enough has been added to its history, each step
 * stops at the beginning of its next turn, and when all stand still, what they are is handed on. The agent's function is
 * then called again; steps that are done give back their answers, and the others go on where they stood.
 */

import { condition, continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import {
  CARRY_TRANSCRIPT,
  type CarriedItem,
  type DoneEffect,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import type { CarriedState, StartArguments } from '../src/core/contract/run.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import type { AssistantMessage } from '../src/core/vocabulary/transcript.ts';
import { type Conversation, foundationOf, rebase } from './conversation.ts';
import { recordAtClose } from './ledger.ts';
import type { PurseSnapshot } from './purse.ts';
import type { RunContext } from './run-context.ts';
import type { Seen } from './updates.ts';
import type { WallTimeSnapshot } from './wall-time.ts';

/** What a run hands to the one that continues it, beside its input. */
export interface Carried extends CarriedState {
  /** The run that is continued. */
  readonly runId: string;
  readonly purse: PurseSnapshot;
  readonly wall: WallTimeSnapshot;
  /** Parks so far. */
  readonly parks: number;
  readonly updates: Seen;
  readonly done: readonly string[];
  /** What is to be undone where the run fails. */
  readonly effects: readonly DoneEffect[];
  readonly conversations: readonly Conversation[];
}

/** The server suggests it at as much. */
const HISTORY_BYTES = 4 * 1024 * 1024;
export const HISTORY_EVENTS = 4_096;
/** The server holds back runs that follow each other faster. */
const LEAST_MS = 10_000;
/** Half of what the server takes, less what is beside it. */
const CARRY_BYTES = 950_000;

const { [CARRY_TRANSCRIPT]: carryTranscript } = proxyActivities<SignalboxActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export class Continuation {
  readonly #carried: Carried | undefined;
  readonly #historyEvents: number;
  readonly #beganAtMs = Date.now();
  readonly #answers = new Map<string, AssistantMessage>();
  readonly #waiting = new Map<string, Conversation>();
  readonly #open = new Map<string, Conversation>();
  readonly #resting = new Set<string>();
  readonly #done = new Set<string>();
  /** Activities under way. */
  #busy = 0;
  #historyAtStart = { bytes: 0, events: 0 };

  constructor(carried: Carried | undefined, historyEvents: number) {
    this.#carried = carried;
    this.#historyEvents = historyEvents;
  }

  /** Writes what the run before has said into this one's history. To be waited for before the agent's function is called. */
  async restore(): Promise<void> {
    const { runId, done, conversations } = this.#carried ?? { done: [], conversations: [] };
    if (runId !== undefined && done.length + conversations.length > 0) {
      const transcripts = conversations.map(foundationOf);
      const asked = { runId, answers: done, transcripts };
      for (let from = 0, more = true; more; ) {
        const result = await carryTranscript.executeWithOptions({ summary: 'what was said before' }, [
          { ...asked, from },
        ]);
        from += result.items.length;
        more = result.more;
        this.#keep(result.items);
        conversations.forEach((conversation, i) => {
          rebase(conversation, result.transcripts[i]!);
        });
      }
      for (const conversation of conversations) this.#waiting.set(conversation.step, conversation);
    }
    const { historySize: bytes, historyLength: events } = workflowInfo();
    this.#historyAtStart = { bytes, events };
  }

  #keep(items: readonly CarriedItem[]): void {
    for (const item of items) {
      if (!('answer' in item)) continue;
      this.#answers.set(item.step, item.answer);
      this.#done.add(item.step);
    }
  }

  /** What a step was answered in the run before, where it was done there. */
  answerOf(step: string): AssistantMessage | undefined {
    return this.#answers.get(step);
  }

  /** A step begins, or goes on where it stood in the run before. */
  begin(step: string, anew: () => Conversation): Conversation {
    const conversation = this.#waiting.get(step) ?? anew();
    this.#waiting.delete(step);
    this.#open.set(step, conversation);
    return conversation;
  }

  /** A step is done. One that failed has no answer to hand on. */
  end(step: string, answered: boolean): void {
    this.#open.delete(step);
    if (answered) this.#done.add(step);
  }

  /** To be waited for at the beginning of each turn: does not come back where the run goes on as a new one. */
  async rest(step: string): Promise<void> {
    if (!this.#isDue) return;
    await this.#stand(step, () => condition(() => !this.#isDue));
  }

  /**
   * A wait that the next run can take up from the step's conversation.
   * @returns once the time has passed; not where the run goes on as a new one
   */
  async sleep(step: string, ms: number, summary: string): Promise<void> {
    await this.#stand(step, () => sleep(ms, { summary }));
  }

  async #stand(step: string, until: () => Promise<void>): Promise<void> {
    this.#resting.add(step);
    try {
      await until();
    } finally {
      this.#resting.delete(step);
    }
  }

  /** Work that the run must wait for before it goes on as a new one. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }

  get #isDue(): boolean {
    const { historySize, historyLength } = workflowInfo();
    const { bytes, events } = this.#historyAtStart;
    return (
      (historySize - bytes > HISTORY_BYTES || historyLength - events > this.#historyEvents) &&
      Date.now() - this.#beganAtMs >= LEAST_MS
    );
  }

  #standsStill({ parking }: RunContext): boolean {
    if (!this.#isDue || this.#busy > 0 || this.#open.size === 0) return false;
    return [...this.#open.keys()].every((step) => this.#resting.has(step) || parking.isParked(step));
  }

  /** Never comes back: goes on as a new run whenever it is due. */
  async continueWhenDue(context: RunContext, input: unknown, start: StartArguments): Promise<never> {
    for (;;) {
      await condition(() => this.#standsStill(context));
      const args = [input, { ...start, carried: this.#carry(context) }];
      if (jsonBytes(args) > CARRY_BYTES) {
        // Nothing is lost by a longer history, as far as the server's own limit is: it is tried again further on.
        const { historySize: bytes, historyLength: events } = workflowInfo();
        this.#historyAtStart = { bytes, events };
        continue;
      }
      context.journal.continues(await recordAtClose());
      // No step can have begun a turn meanwhile, but a person may have repaired one.
      if (!this.#standsStill(context)) continue;
      await continueAsNew(input, { ...start, carried: this.#carry(context) });
    }
  }

  #carry({ purse, wall, parking, journal, updates, effects }: RunContext): Carried {
    const { runId } = workflowInfo();
    // The function may not have come to all of them yet.
    const conversations = [...this.#waiting.values(), ...this.#open.values()].filter(hasBegun);
    return {
      ...{ runId, conversations, done: [...this.#done] },
      purse: purse.snapshot,
      wall: wall.snapshot,
      parks: parking.parks,
      state: journal.carried,
      updates: updates.seen,
      effects: effects.done,
    };
  }
}

/** One that nobody was asked of yet begins anew. */
const hasBegun = ({ transcript, parked, walk }: Conversation) =>
  transcript.length > 0 || parked !== undefined || walk !== undefined;
