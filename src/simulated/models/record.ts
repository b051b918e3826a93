/** A summary that stands in place of older messages: what was looked up before it need not be looked up again. */
import type { Conversation, Message } from './conversation.ts';

/** Whether a user's message is such a record and asks nothing. */
export const isRecord = (text: string): boolean => text.startsWith(BEGINS);

const BEGINS = 'Summary of the conversation so far';

/** Wires on which a user says everything in one message put a record behind the question. */
export function withRecordsApart(conversation: Conversation): Conversation {
  const messages = conversation.messages.flatMap((message): readonly Message[] => {
    const at = message.role === 'user' ? message.text.indexOf(`\n${BEGINS}`) : -1;
    if (at === -1 || message.role !== 'user') return [message];
    const { role, text } = message;
    return [
      { role, text: text.slice(0, at) },
      { role, text: text.slice(at + 1) },
    ];
  });
  return { ...conversation, messages };
}

/** The lines of a conversation told in words that say what was called: `Assistant calls search: {"query":"fees"}`. */
export const callLinesOf = (text: string): string[] => text.match(CALL_LINES) ?? [];

export const withoutCallLines = (text: string): string => text.replace(CALL_LINES, '');

export function callsRecorded(text: string): { readonly name: string; readonly input: unknown }[] {
  return callLinesOf(text).flatMap((line) => {
    const { name, input } = /calls (?<name>\S+): (?<input>.*)$/.exec(line)!.groups!;
    try {
      return [{ name: name!, input: JSON.parse(input!) as unknown }];
    } catch {
      return [];
    }
  });
}

const CALL_LINES = /^Assistant calls \S+: .+$/gm;
