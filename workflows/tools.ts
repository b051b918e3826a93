/** The tool calls of a turn: each an activity of its own, all at once. */

import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { isCancellation, proxyActivities } from '@temporalio/workflow';
import {
  RUN_TOOL,
  type RunToolInput,
  type RunToolResult,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { CARRIED_BYTES, MESSAGE_BYTES } from '../src/core/transcript/sizes.ts';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import type { ToolCallPart, ToolMessage } from '../src/core/vocabulary/transcript.ts';
import type { Conversation, PendingTools } from './conversation.ts';
import type { RunContext } from './run-context.ts';

/** What a step says of its tools. */
export interface StepTools {
  /** Names of tools registered on the worker. */
  readonly tools?: readonly string[];
  /** Given to every tool call of the step beside what the model chose, e.g. which document to search. */
  readonly toolContext?: JsonObject;
}

const { [RUN_TOOL]: runTool } = proxyActivities<SignalboxActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '5s',
});

/** What the results of one turn may have together, for they travel together. */
const RESULTS_BYTES = 800_000;

/** Runs the calls that have no result yet; returns what the model is shown of all of them, in their order. */
export async function runTools(
  context: RunContext,
  conversation: Conversation,
  { calls, results }: PendingTools,
  options: StepTools,
): Promise<ToolMessage> {
  const inlineBytes = Math.min(MESSAGE_BYTES, Math.floor(RESULTS_BYTES / calls.length));
  await Promise.all(
    calls
      .filter(({ toolCallId }) => !results[toolCallId])
      .map(async (call) => {
        results[call.toolCallId] = await resultOf(context, conversation, call, options, inlineBytes);
      }),
  );
  return { role: 'tool', content: calls.map(({ toolCallId }) => results[toolCallId]!) };
}

async function resultOf(
  context: RunContext,
  conversation: Conversation,
  { toolCallId, toolName, input }: ToolCallPart,
  { toolContext = {}, tools = [] }: StepTools,
  inlineBytes: number,
) {
  const { step } = conversation;
  const call: RunToolInput = {
    ...{ step, toolName, toolCallId, input, context: toolContext },
    ...(inlineBytes < MESSAGE_BYTES && { inlineBytes }),
  };
  const result = tools.includes(toolName)
    ? await callTool(context, conversation, call)
    : {
        output: `There is no tool "${toolName}" here. There are: ${tools.join(', ') || 'none'}.`,
        isError: true,
      };
  context.journal.record({ type: 'toolReturned', input: call, result });
  return { type: 'tool-result' as const, toolCallId, toolName, ...result };
}

/** A tool under which worker after worker died would take the next one, too: a person decides. */
async function callTool(
  { parking, outbox, continuation }: RunContext,
  conversation: Conversation,
  call: RunToolInput,
): Promise<RunToolResult> {
  const { step, toolName } = call;
  const bytes = jsonBytes(call);
  if (bytes > CARRIED_BYTES) {
    const output = `The call has ${bytes} bytes, ${jsonBytes(call.context)} of them the step's toolContext; a call carries ${CARRIED_BYTES} at most. Give it less.`;
    return { output, isError: true };
  }
  for (;;) {
    await outbox.take(bytes);
    try {
      return await continuation.during(() =>
        runTool.executeWithOptions({ summary: `${step} · ${toolName}` }, [call]),
      );
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      if (!(cause instanceof ApplicationFailure) || cause.type !== 'worker_lost') return asData(error);
      await parking.park(conversation, {
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
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return { output: cause instanceof Error ? cause.message : String(cause), isError: true };
}
