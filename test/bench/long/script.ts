/** A model that looks items up one after the other, and in the end tells all that it was shown. */
import { createHash } from 'node:crypto';
import type { Conversation, Reply } from '../../../src/simulated/models/conversation.ts';

export const TOOL = { name: 'lookUp', description: 'Looks one item up.' };
export const promptFor = (turns: number) => `Look up ${turns} items, one at a time; then answer.`;

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** What the tool returns. */
export const lookUp = (item: string) => ({ found: digestOf(item) });

export function answer({ messages }: Conversation): Reply {
  const wanted = Number(/Look up (\d+) items/.exec(messages[0]?.text ?? '')?.[1]);
  const shown = messages.flatMap(({ role, text }) =>
    role === 'tool' ? (/[0-9a-f]{64}/.exec(text)?.[0] ?? '') : [],
  );
  if (shown.length < wanted) {
    const turn = shown.length + 1;
    return { text: `Turn ${turn}.`, calls: [{ name: TOOL.name, input: { item: `item ${turn}` } }] };
  }
  return { text: answerOf(shown) };
}

/** The right answer to `promptFor(turns)`. */
export const rightAnswer = (turns: number) =>
  answerOf(Array.from({ length: turns }, (_, i) => lookUp(`item ${i + 1}`).found));

const answerOf = (found: readonly string[]) => `${found.length} items: ${digestOf(found.join(' '))}`;
