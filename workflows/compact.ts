/**
 * Compaction, at a turn boundary: the older messages of a conversation give way to a summary by the class
 * `summarization`. The conversation goes on under a new reference, which begins with the old one.
 */

import { type Compaction, type PassageEntry, textOf } from '../src/core/vocabulary/transcript.ts';
import { type Conversation, newConversation } from './conversation.ts';
import { invoke } from './invoke.ts';
import type { RunContext } from './run-context.ts';

/** How many of the last messages stay as they are: two calls and the answer that is being worked on, or only that one. */
const KEEP = { crowded: 5, tooLong: 1 };

/** Into how many pieces what is older may be cut for models that cannot take it whole. */
const MOST_PIECES = 64;

/** Before the window is full: there is still room for somebody to read all of it. */
export async function compactWhereCrowded(context: RunContext, conversation: Conversation): Promise<void> {
  if (!conversation.crowded) return;
  await compact(context, conversation, KEEP.crowded);
  delete conversation.crowded;
}

/** @returns false where nothing is left that could be summarised */
export function compactWhereTooLong(context: RunContext, conversation: Conversation): Promise<boolean> {
  return compact(context, conversation, KEEP.tooLong);
}

async function compact(context: RunContext, conversation: Conversation, keep: number): Promise<boolean> {
  const compaction = compactionOf(conversation, keep);
  if (!compaction) return false;
  const id = `${conversation.step}~${conversation.compactions + 1}`;
  const summary = await summarise(context, conversation, compaction, id);
  // Only now, and all at once: a run that is continued as a new one meanwhile compacts again.
  conversation.compactions += 1;
  const fresh = conversation.delta.filter(({ role }) => role !== 'compacted');
  conversation.transcript = { id, length: 0, digest: '' };
  conversation.delta = [{ role: 'compacted', ...compaction, summary }, ...fresh];
  conversation.outgrown = [];
  return true;
}

/** What is to be compacted; undefined where it would win nothing. */
function compactionOf(
  { transcript, delta, compactions }: Conversation,
  keep: number,
): Compaction | undefined {
  const [first] = delta;
  // The last compaction did not suffice: the same conversation again, of which less is kept.
  if (first?.role === 'compacted') return first.keep > keep ? { of: first.of, keep } : undefined;
  // The set-up and the prompt stay; of a compacted conversation there is always its summary.
  const older = transcript.length - keep - (compactions === 0 ? 2 : 0);
  return older > 0 ? { of: transcript, keep } : undefined;
}

/** Whole where some model can take it whole, else in pieces, each half as long as the last that was too long. */
async function summarise(
  context: RunContext,
  owner: Conversation,
  compaction: Compaction,
  id: string,
): Promise<string> {
  const { step, turn } = owner;
  const parts: string[] = [];
  for (let piece = 0, pieces = 1; piece < pieces; piece++) {
    const passage = (): PassageEntry => ({ role: 'passage', ...compaction, piece, pieces });
    const reading = newConversation(`${id}/${parts.length + 1}`, {
      ...{ step, callKind: 'compaction', taskClass: 'summarization', turn },
      delta: [passage()],
    });
    const shorten = () => {
      if (pieces === MOST_PIECES) return false;
      piece *= 2;
      pieces *= 2;
      reading.delta = [passage()];
      reading.outgrown = [];
      return true;
    };
    const { message } = await invoke(context, reading, { shorten, owner });
    parts.push(textOf(message));
  }
  return parts.join('\n\n');
}
