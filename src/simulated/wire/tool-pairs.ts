import type { Message } from '../models/conversation.ts';

/** How calls and results fail to match: an unanswered call, or a result nobody asked for. */
export interface UnpairedCall {
  readonly kind: 'call without result' | 'result without call';
  readonly callId: string;
  /** Index, in the messages, of the call or the result. */
  readonly index: number;
}

/** Both vendors refuse a history in which a call and its result do not stand next to each other. */
export function findUnpairedCall(messages: readonly Message[]): UnpairedCall | undefined {
  let open = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.callId)) return { kind: 'result without call', callId: message.callId, index };
      continue;
    }
    for (const [callId, at] of open) return { kind: 'call without result', callId, index: at };
    open = new Map(message.role === 'assistant' ? message.toolCalls.map((call) => [call.id, index]) : []);
  }
  for (const [callId, at] of open) return { kind: 'call without result', callId, index: at };
  return undefined;
}
