/** The tool calls of a turn: each an activity of its own, several at once. */

import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { ActivityCancellationType, condition, isCancellation, proxyActivities } from '@temporalio/workflow';
import {
  RUN_TOOL,
  type RunToolInput,
  type RunToolResult,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../src/core/contract/heartbeat.ts';
import { callNumber } from '../src/core/run/effect-key.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { CARRIED_BYTES, MESSAGE_BYTES } from '../src/core/transcript/sizes.ts';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import type { ToolCallPart, ToolMessage } from '../src/core/vocabulary/transcript.ts';
import type { Conversation, PendingTools } from './conversation.ts';
import { runEffect } from './effects.ts';
import { countResult, resultPart } from './pending-tools.ts';
import type { RunContext } from './run-context.ts';

/** What a step says of its tools. */
export interface StepTools {
  /** Names of tools registered on the worker. */
  readonly tools?: readonly string[];
  /** Given to every tool call of the step beside what the model chose, e.g. which document to search. */
  readonly toolContext?: JsonObject;
}

const { [RUN_TOOL]: runTool } = proxyActivities<SignalboxActivities>({
  // The activity enforces the tool's own deadline, once the call has its turn on the worker: this only bounds both.
  startToCloseTimeout: '2 days',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  // An effect that was done all the same must be known to be.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** What the results of one turn may have together, for they travel together. */
const RESULTS_BYTES = 800_000;

/** Calls of one answer that run at a time. */
const CALLS_AT_ONCE = 8;

/** Runs the calls that have no result yet; returns what the model is shown of all of them, in their order. */
export async function runTools(
  context: RunContext,
  conversation: Conversation,
  pending: PendingTools,
  options: StepTools,
): Promise<ToolMessage> {
  await allowCalls(context, conversation);
  const { calls, results } = pending;
  const last = calls.length - 1;
  const lastRuns = results[last] === undefined;
  const lane = new Lane();
  await Promise.all(
    calls.map(async (call, position) => {
      if (results[position]) return;
      const result = await resultOf(context, conversation, pending, position, lane, options);
      results[position] = resultPart(call, result);
    }),
  );
  if (lastRuns) countResult(conversation, results[last]!);
  return { role: 'tool', content: calls.map((_, position) => results[position]!) };
}

/** @throws ApplicationFailure `Aborted` where a person gives the run up rather than allow more calls */
async function allowCalls({ parking, limits }: RunContext, conversation: Conversation): Promise<void> {
  while (conversation.toolCalls > conversation.toolCallsAllowed) {
    const { step, toolCallsAllowed } = conversation;
    conversation.toolCallsAllowed += limits.toolCalls;
    await parking.park(conversation, {
      reason: 'tool_calls_used',
      message: `Step "${step}" has used its ${toolCallsAllowed} tool calls and asks for more.`,
      remedy: 'Let it have as many calls again, or abort it.',
      update: 'retry',
    });
  }
}

async function resultOf(
  context: RunContext,
  conversation: Conversation,
  pending: PendingTools,
  position: number,
  lane: Lane,
  { toolContext }: StepTools,
): Promise<RunToolResult> {
  const { step } = conversation;
  const { toolCallId, toolName, input } = pending.calls[position] as ToolCallPart;
  const { effect, taskQueue } = pending.tools[toolName] ?? {};
  const options = { summary: `${step} · ${toolName}`, ...(taskQueue !== undefined && { taskQueue }) };
  const inlineBytes = Math.min(MESSAGE_BYTES, Math.floor(RESULTS_BYTES / pending.calls.length));
  const call: RunToolInput = {
    ...{ step, toolName, toolCallId, input, ...(toolContext && { context: toolContext }) },
    ...(inlineBytes < MESSAGE_BYTES && { inlineBytes }),
  };
  const bytes = jsonBytes(call);
  if (bytes > CARRIED_BYTES) {
    const output = `The call has ${bytes} bytes, ${jsonBytes(toolContext ?? {})} of them the step's toolContext; a call carries ${CARRIED_BYTES} at most. Give it less.`;
    return { output, isError: true };
  }
  const { continuation, outbox } = context;
  const schedule = async (call: RunToolInput) => {
    await outbox.take(bytes);
    return runTool.executeWithOptions(options, [call]);
  };
  const run = (call: RunToolInput) => lane.run(() => continuation.during(() => schedule(call)));
  try {
    const result = effect
      ? await runEffect(context, conversation, call, position, run)
      : await runSafe(context, conversation, call, callNumber({ turn: pending.turn, position }), run);
    context.journal.record({ type: 'toolReturned', input: call, result });
    return result;
  } catch (error) {
    return asData(error);
  }
}

/** A tool under which worker after worker died would take the next one, too: a person decides. */
async function runSafe(
  { parking }: RunContext,
  conversation: Conversation,
  call: RunToolInput,
  number: string,
  run: (call: RunToolInput) => Promise<RunToolResult>,
): Promise<RunToolResult> {
  const { step, toolName } = call;
  await parking.parkAgain(conversation, number);
  for (;;) {
    try {
      return await run(call);
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      if (!(cause instanceof ApplicationFailure) || cause.type !== 'worker_lost') throw error;
      await parking.park(conversation, {
        call: number,
        reason: 'workers_lost',
        kind: 'worker_lost',
        message: `Tool "${toolName}" of step "${step}": ${cause.message}`,
        remedy: 'Mend the tool, then let it try again.',
        update: 'retry',
      });
    }
  }
}

/** A tool that failed is told to the model, which may try another way. */
function asData(error: unknown): RunToolResult {
  // What is no activity's failure is the run's: it was canceled or aborted.
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  return { output: cause?.message ?? error.message, isError: true };
}

/** A place to run for each of so many calls; the others wait, parked ones elsewhere. */
class Lane {
  #free = CALLS_AT_ONCE;

  async run<T>(work: () => Promise<T>): Promise<T> {
    // Several may be woken by one that ends, and the first takes its place: look again.
    while (this.#free === 0) await condition(() => this.#free > 0);
    this.#free -= 1;
    try {
      return await work();
    } finally {
      this.#free += 1;
    }
  }
}
