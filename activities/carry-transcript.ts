import { Context } from '@temporalio/activity';
import type {
  CarriedItem,
  CarryTranscriptInput,
  CarryTranscriptResult,
} from '../src/core/contract/activities.ts';
import { extendDigest } from '../src/core/transcript/digest.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { CARRIED_BYTES } from '../src/core/transcript/sizes.ts';
import type { ActivityPorts } from './ports.ts';

/**
 * @returns the activity that reads what goes on from the history of a run, so that it stands in the history of the next
 * one: each run stands alone, for the server forgets closed ones
 */
export function createCarryTranscript({
  transcripts,
}: Pick<ActivityPorts, 'transcripts'>): (input: CarryTranscriptInput) => Promise<CarryTranscriptResult> {
  return async ({ runId, answers, transcripts: references, from }) => {
    const { cancellationSignal } = Context.current();
    const answered = await transcripts.answers(runId, answers);
    const items: CarriedItem[] = answers.map((step) => ({ step, answer: answered.get(step)! }));
    const carried = [];
    for (const reference of references) {
      cancellationSignal.throwIfAborted();
      const entries = await transcripts.resolve(reference, runId);
      items.push(...entries.map((entry) => ({ transcript: reference.id, entry })));
      const digest = extendDigest('', entries);
      transcripts.remember(digest, entries);
      carried.push({ id: reference.id, length: entries.length, digest });
    }
    const now = firstOf(items.slice(from));
    return { items: now, more: from + now.length < items.length, transcripts: carried };
  };
}

/** As many as one result holds, and one at least: alone it may be larger, and the server still takes it. */
function firstOf(items: readonly CarriedItem[]): CarriedItem[] {
  let bytes = 0;
  const end = items.findIndex((item, i) => {
    bytes += jsonBytes(item);
    return i > 0 && bytes > CARRIED_BYTES;
  });
  return end === -1 ? [...items] : items.slice(0, end);
}
