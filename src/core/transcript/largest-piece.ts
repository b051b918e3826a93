import { filesOf, type TranscriptEntry, wordsOf } from '../vocabulary/transcript.ts';
import { jsonBytes } from './json-bytes.ts';
import { tokensOfFile } from './modality.ts';

/** A part of a conversation, in words that let a person find it. */
export interface Piece {
  /** E.g. `the result of tool "read" (call_7)`. */
  readonly name: string;
  readonly bytes: number;
  /** As we reckon them. */
  readonly tokens: number;
}

/** Whom to name where a conversation is too large. */
export function largestPiece(entries: readonly TranscriptEntry[], by: 'bytes' | 'tokens'): Piece | undefined {
  const pieces = entries.flatMap(piecesOf);
  return pieces.reduce<Piece | undefined>(
    (most, piece) => (most && most[by] >= piece[by] ? most : piece),
    undefined,
  );
}

function piecesOf(entry: TranscriptEntry): Piece[] {
  switch (entry.role) {
    case 'setup':
      return [
        piece('the system prompt', entry.system ?? ''),
        piece('the output schema', entry.outputSchema ?? {}),
        piece('the policy', entry.policies ?? {}),
      ];
    case 'compacted':
      return [piece('the summary of what was said before', entry.summary)];
    case 'passage':
      return [];
    case 'user':
      return [
        piece('the prompt', wordsOf(entry.content)),
        ...filesOf(entry.content).map((file) => ({
          name: `the file ${file.filename ?? `of ${file.mediaType}`} in the prompt`,
          bytes: jsonBytes(file),
          tokens: tokensOfFile(file),
        })),
      ];
    case 'assistant':
      return [piece('an answer', entry.content)];
    case 'tool':
      return entry.content.map(({ toolName, toolCallId, output }) =>
        piece(`the result of tool "${toolName}" (${toolCallId})`, output),
      );
  }
}

/** Four characters a token: the vendors' own rule of thumb for English text, on the high side for JSON. */
export const CHARS_PER_TOKEN = 4;

const piece = (name: string, value: unknown): Piece => ({
  name,
  bytes: jsonBytes(value),
  tokens: Math.ceil(JSON.stringify(value).length / CHARS_PER_TOKEN),
});
