/** What becomes of the tool calls of an answer before any of them runs: counted, and bounded where a model has no measure. */

import type { InvokeModelResult, RunToolResult } from '../src/core/contract/activities.ts';
import { hashOf } from '../src/core/routing/hash.ts';
import { type ToolCallPart, type ToolResultPart, toolCallsOf } from '../src/core/vocabulary/transcript.ts';
import type { Conversation, PendingTools } from './conversation.ts';

/** Calls of one answer that are run; the rest are told so. */
const CALLS_OF_ONE_ANSWER = 32;

/** How often in a row a step makes the same call to the same effect; more are told so. */
const SAME_CALLS_IN_A_ROW = 5;

/** Counts the calls of an answer; undefined where it has none. */
export function pendingTools(
  conversation: Conversation,
  { message, tools = {} }: Pick<InvokeModelResult, 'message' | 'tools'>,
  offered: readonly string[],
): PendingTools | undefined {
  const calls = toolCallsOf(message);
  if (calls.length === 0) return undefined;
  const results: Record<number, ToolResultPart> = {};
  for (const [position, call] of calls.entries()) {
    const refusal = refusalOf(conversation, call, position, offered);
    if (refusal === undefined) conversation.toolCalls += 1;
    else results[position] = resultPart(call, { output: refusal, isError: true });
  }
  return { turn: conversation.turn - 1, calls, tools, results, approved: [], doubts: {}, parked: [] };
}

/** Why a call is not run, in words for the model. */
function refusalOf(
  conversation: Conversation,
  { toolName, input }: ToolCallPart,
  position: number,
  offered: readonly string[],
): string | undefined {
  if (position >= CALLS_OF_ONE_ANSWER)
    return `Too many calls at once: only the first ${CALLS_OF_ONE_ANSWER} of an answer are run.`;
  const call = hashOf(JSON.stringify([toolName, input]));
  const { lastCall } = conversation;
  const again = lastCall?.call === call ? lastCall : { call, times: 0 };
  const times = again.times + 1;
  conversation.lastCall = { ...again, times };
  if (times > SAME_CALLS_IN_A_ROW)
    return `This same call was made ${SAME_CALLS_IN_A_ROW} times in a row already. Work with what it gave, or do something else.`;
  if (!offered.includes(toolName))
    return `There is no tool "${toolName}" here. There are: ${offered.join(', ') || 'none'}.`;
  return undefined;
}

/** A call that gives something new each time, such as the next page, is no loop. */
export function countResult(conversation: Conversation, { output }: ToolResultPart): void {
  const { lastCall } = conversation;
  if (!lastCall) return;
  const gave = hashOf(JSON.stringify(output));
  const times = lastCall.gave === undefined || lastCall.gave === gave ? lastCall.times : 1;
  conversation.lastCall = { ...lastCall, gave, times };
}

export const resultPart = (
  { toolCallId, toolName }: ToolCallPart,
  { undoable: _, ...result }: RunToolResult,
): ToolResultPart => ({ type: 'tool-result', toolCallId, toolName, ...result });
