import { CROWDED_SHARE } from '../src/core/transcript/compaction.ts';
import type { Attempt } from '../src/core/vocabulary/attempt.ts';
import type { Decision } from '../src/core/vocabulary/decision.ts';
import { type AssistantMessage, toolCallsOf } from '../src/core/vocabulary/transcript.ts';
import { type Conversation, estimateTokens } from './conversation.ts';
import { largestWindow } from './decide.ts';
import type { ActivityPorts } from './ports.ts';

/** Whether a conversation that goes on nears the largest window among those that were worth asking. */
export function isCrowded(
  conversation: Conversation,
  message: AssistantMessage,
  { endpoint, usage, absurdUsage }: Attempt,
  { candidates }: Decision,
  catalog: ActivityPorts['catalog'],
): boolean {
  if (toolCallsOf(message).length === 0) return false;
  const window = largestWindow([endpoint, ...candidates.map((candidate) => candidate.endpoint)], catalog);
  // The router goes by the estimate, the provider by its own count: either may rule the next turn out.
  const estimated = estimateTokens({ ...conversation, messages: [...conversation.messages, message] });
  const counted = usage && !absurdUsage ? usage.inputTokens + usage.outputTokens : 0;
  return Math.max(estimated, counted) > CROWDED_SHARE * window;
}
