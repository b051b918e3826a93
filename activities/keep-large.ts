/** What is too large for history is kept as a blob by the activity that made it, and put back before a model is asked. */

import type { RunToolResult } from '../src/core/contract/activities.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { MESSAGE_BYTES } from '../src/core/transcript/sizes.ts';
import { SignalboxError } from '../src/core/vocabulary/errors.ts';
import type { Json } from '../src/core/vocabulary/json.ts';
import {
  type AssistantMessage,
  type AssistantPart,
  type ShownEntry,
  toolCallsOf,
} from '../src/core/vocabulary/transcript.ts';
import { type BlobPort, InvocationFailure } from './ports.ts';

/** No window holds more. */
const BLOB_BYTES = 16 * 1024 * 1024;
/** What stands in history of a message that is a blob, for people. */
const BEGINNING_CHARS = 200;
/** Smaller parts of an answer stay where they are. */
const PART_BYTES = 16 * 1024;
/** How soon blobs that are away are asked for again. */
const BLOBS_AWAY_MS = 10_000;

/** @param inlineBytes the most that history is to hold of it */
export async function keptResult(
  { output, isError }: Pick<RunToolResult, 'output' | 'isError'>,
  inlineBytes: number,
  blobs: BlobPort,
): Promise<RunToolResult> {
  const bytes = jsonBytes(output);
  if (bytes <= inlineBytes) return { output, isError };
  if (bytes > BLOB_BYTES) {
    const told = `The result has ${bytes} bytes; at most ${BLOB_BYTES} are kept. Ask for less.`;
    return { output: told, isError: true };
  }
  try {
    const blob = await blobs.put(output);
    return { output: beginningOf(output), isError, blob };
  } catch (error) {
    // Not thrown: the tool has done its work, and must not do it again for our disk's sake.
    const told = `The tool has run, but its result of ${bytes} bytes could not be kept: ${wordsOf(error)}`;
    return { output: told, isError: true };
  }
}

/** What is said beside tool calls only the next model needs. A last answer stays whole: the workflow returns it. */
export async function keptMessage(message: AssistantMessage, blobs: BlobPort): Promise<AssistantMessage> {
  if (jsonBytes(message) <= MESSAGE_BYTES || toolCallsOf(message).length === 0) return message;
  const content = message.content.map(async (part): Promise<AssistantPart> => {
    if (part.type === 'tool-call' || jsonBytes(part.text) <= PART_BYTES) return part;
    // It has been paid for: where it cannot be kept, it goes through history as far as that holds it.
    const blob = await blobs.put(part.text).catch(() => undefined);
    return blob ? { ...part, text: beginningOf(part.text), blob } : part;
  });
  return { ...message, content: await Promise.all(content) };
}

/** @throws InvocationFailure `invalid_request` where a blob is lost, `no_eligible_endpoint` while blobs cannot be read */
export async function withBlobs(entries: readonly ShownEntry[], blobs: BlobPort): Promise<ShownEntry[]> {
  try {
    return await Promise.all(entries.map((entry) => whole(entry, blobs)));
  } catch (error) {
    const about = { billed: false };
    if (error instanceof SignalboxError)
      throw new InvocationFailure('invalid_request', `${error.message} ${error.remedy}`, about);
    const message = `Nobody may be asked while the blobs cannot be read: ${wordsOf(error)}`;
    throw new InvocationFailure('no_eligible_endpoint', message, { ...about, hintMs: BLOBS_AWAY_MS });
  }
}

async function whole(entry: ShownEntry, blobs: BlobPort): Promise<ShownEntry> {
  switch (entry.role) {
    case 'tool': {
      const content = entry.content.map(async ({ blob, ...part }) =>
        blob ? { ...part, output: await blobs.get(blob) } : part,
      );
      return { ...entry, content: await Promise.all(content) };
    }
    case 'assistant': {
      const content = entry.content.map(async (part): Promise<AssistantPart> => {
        if (part.type === 'tool-call' || !part.blob) return part;
        const { blob, ...rest } = part;
        return { ...rest, text: (await blobs.get(blob)) as string };
      });
      return { ...entry, content: await Promise.all(content) };
    }
    default:
      return entry;
  }
}

const beginningOf = (value: Json) =>
  `${(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, BEGINNING_CHARS)}…`;

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
