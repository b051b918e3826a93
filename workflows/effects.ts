/** Calls that change the world outside: asked about first, never repeated in doubt, undone where the run fails. */

import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import {
  COMPENSATE_EFFECT,
  type DoneEffect,
  EFFECT_UNKNOWN,
  type RunToolInput,
  type RunToolResult,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../src/core/contract/heartbeat.ts';
import { callNumber, effectKey } from '../src/core/run/effect-key.ts';
import type { Conversation } from './conversation.ts';
import type { ParkingLot } from './parking.ts';
import type { RunContext } from './run-context.ts';

const { [COMPENSATE_EFFECT]: compensateEffect } = proxyActivities<SignalboxActivities>({
  startToCloseTimeout: '2 days',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
});

/** The effects of a run. */
export class Effects {
  /** Those that can be undone, in the order in which they were done: plain JSON. */
  readonly done: DoneEffect[];
  #open = 0;

  constructor(done: readonly DoneEffect[] = []) {
    this.done = [...done];
  }

  /** Whether none is under way. */
  get areSettled(): boolean {
    return this.#open === 0;
  }

  async record(
    effect: Omit<DoneEffect, 'output' | 'blob'>,
    run: () => Promise<RunToolResult>,
  ): Promise<RunToolResult> {
    this.#open += 1;
    try {
      const result = await run();
      const { output, blob, undoable } = result;
      if (undoable) this.done.push({ ...effect, output, ...(blob && { blob }) });
      return result;
    } finally {
      this.#open -= 1;
    }
  }
}

/**
 * Has an effect run once a person allows it, and again only where one says that it was not done.
 * @throws ApplicationFailure `Aborted` where they give the run up
 */
export async function runEffect(
  { effects, parking, autoApprove }: RunContext,
  conversation: Conversation,
  call: RunToolInput,
  position: number,
  run: (call: RunToolInput) => Promise<RunToolResult>,
): Promise<RunToolResult> {
  const { step, toolName } = call;
  const { turn, tools, approved, doubts } = conversation.pending!;
  const { workflowId, firstExecutionRunId: firstRunId } = workflowInfo();
  const key = effectKey({ firstRunId, step, turn, position });
  const number = callNumber({ turn, position });
  const name = `Effect "${toolName}" of step "${step}" (call ${number}, key ${key})`;

  if (!autoApprove.has(toolName) && !approved.includes(position)) {
    const verdict = await parking.park(conversation, {
      call: number,
      reason: 'approval_needed',
      message: `${name} asks before it is done.`,
      remedy: `See its arguments with signalbox show ${workflowId}, then approve it, or refuse it with signalbox deny ${workflowId} --reason TEXT.`,
      update: 'approve',
    });
    if (!verdict.goesOn) return told(`A person did not allow this: ${verdict.reason}`);
    approved.push(position);
  }
  for (;;) {
    const doubt = doubts[position];
    if (doubt !== undefined) {
      const verdict = await parking.park(conversation, {
        call: number,
        reason: 'effect_unknown',
        message: `${name}: ${doubt}`,
        remedy: `Look where it would show. If it was not done, let it run again; if it was, tell the model so with signalbox deny ${workflowId} --reason TEXT.`,
        update: 'retry',
      });
      if (!verdict.goesOn)
        return told(`Nobody knew whether this was done, and a person says: ${verdict.reason}`);
    }
    const keyed = { ...call, key };
    const taskQueue = tools[toolName]?.taskQueue;
    const effect = { call: keyed, ...(taskQueue !== undefined && { taskQueue }) };
    try {
      return await effects.record(effect, () =>
        run(doubt === undefined ? keyed : { ...keyed, repeats: true }),
      );
    } catch (error) {
      if (isCancellation(error)) throw error;
      const next = doubtOf(error);
      if (next === undefined) throw error;
      doubts[position] = next;
    }
  }
}

const told = (output: string): RunToolResult => ({ output, isError: true });

/** In our own words: they go into the memo and the UI. */
function doubtOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof TimeoutFailure) return 'Nobody knows whether it was done: its worker fell silent.';
  const isUnknown =
    cause instanceof ApplicationFailure && (cause.type === EFFECT_UNKNOWN || cause.type === 'worker_lost');
  return isUnknown ? cause.message : undefined;
}

/** Undoes what a failed run has done, the newest first; what cannot be undone waits for a person. */
export async function undoEffects({ effects, parking }: RunContext): Promise<void> {
  parking.reopen();
  try {
    for (const effect of effects.done.toReversed()) await undo(effect, parking);
  } catch {
    // The run was aborted once more, or canceled: the rest stays as it is.
  }
}

async function undo(effect: DoneEffect, parking: ParkingLot): Promise<void> {
  const { call, taskQueue } = effect;
  const { step, toolName, key } = call;
  const { workflowId } = workflowInfo();
  const options = { summary: `${step} · undo ${toolName}`, ...(taskQueue !== undefined && { taskQueue }) };
  for (;;) {
    try {
      return await compensateEffect.executeWithOptions(options, [effect]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const verdict = await parking.parkAtClose(step, {
        reason: 'compensation_failed',
        message: `The run has failed, and effect "${toolName}" of step "${step}" (key ${key}) could not be undone. The failure of its activity says why.`,
        remedy: `Mend what hinders it and let it try again, or leave it as it is with signalbox deny ${workflowId} --reason TEXT.`,
        update: 'retry',
      });
      if (!verdict.goesOn) return;
    }
  }
}
