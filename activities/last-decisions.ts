import { LRUCache } from 'lru-cache';
import type { InvokeModelInput } from '../src/core/contract/activities.ts';
import { changesBetween } from '../src/core/routing/written-decision.ts';
import type { Decision, WrittenDecision } from '../src/core/vocabulary/decision.ts';
import type { TranscriptReference } from '../src/core/vocabulary/transcript.ts';

/** Steps under way whose last Decision a worker keeps. */
const STEPS = 10_000;

/** Where an activity executes. */
interface Execution {
  readonly runId: string;
  readonly activityId: string;
  readonly attempt: number;
}

/**
 * The Decisions with which steps were answered last on this worker. One that follows is written as what differs; where the
 * workflow names another, because a worker died or another took over, or none, it is written whole. They are kept by run, as
 * whoever reads a run's history has what is in it.
 */
export class LastDecisions {
  readonly #kept = new LRUCache<string, { readonly id: string; readonly decision: Decision }>({ max: STEPS });

  write(
    decision: Decision,
    { transcript, decisionId }: Pick<InvokeModelInput, 'transcript' | 'decisionId'>,
    execution: Execution,
  ): WrittenDecision {
    const id = idOf(execution);
    const last = this.#kept.get(keyOf(transcript, execution));
    return last && last.id === decisionId
      ? { id, changes: changesBetween(last.decision, decision) }
      : { id, whole: decision };
  }

  answered(
    decision: Decision,
    { transcript }: Pick<InvokeModelInput, 'transcript'>,
    execution: Execution,
  ): void {
    this.#kept.set(keyOf(transcript, execution), { id: idOf(execution), decision });
  }
}

const keyOf = ({ id }: TranscriptReference, { runId }: Execution) => `${runId} ${id}`;
const idOf = ({ activityId, attempt }: Execution) => `${activityId}.${attempt}`;
