/**
 * What both sides are asked, and what the model and the tool say: a kilobyte of words and one call a turn, a kilobyte of
 * what was looked up, and in the end an answer that no two conversations share.
 */
import { createHash } from 'node:crypto';
import type { Conversation, Reply } from '../../../src/simulated/models/conversation.ts';

const BYTES = 1_000;

export const TOOL = { name: 'lookUp', description: 'Looks one item up.' };
export const SYSTEM = 'You look items up, one after the other, until you have them all.';
export const promptFor = (turns: number) => `Look up ${turns} items, one at a time; then answer.`;

/** As many words as make a kilobyte, others for each subject. */
function kilobyteAbout(subject: string, bytes = BYTES): string {
  let text = `${subject}:`;
  for (let i = 0; text.length < bytes; i++)
    text += ` ${createHash('sha256').update(`${subject} ${i}`).digest('hex').slice(0, 7)}`;
  return text.slice(0, bytes);
}

const JSON_BYTES = '{"found":""}'.length;

/** What the tool returns. */
export const lookUp = (item: string) => ({
  found: kilobyteAbout(`What is known of ${item}`, BYTES - JSON_BYTES),
});

/** The model. Its last answer tells all that it was shown. */
export function answer({ messages }: Conversation): Reply {
  const wanted = Number(/Look up (\d+) items/.exec(messages[0]?.text ?? '')?.[1]);
  const turn = messages.filter(({ role }) => role === 'assistant').length + 1;
  if (turn <= wanted) {
    return {
      text: kilobyteAbout(`Turn ${turn}`),
      calls: [{ name: TOOL.name, input: { item: `item ${turn}` } }],
    };
  }
  const shown = createHash('sha256').update(JSON.stringify(messages.map(({ text }) => text)));
  return { text: `${turn - 1} items looked up: ${shown.digest('hex')}` };
}
