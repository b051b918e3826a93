import type { Task } from './prompt.ts';
import { callLinesOf, withoutCallLines } from './record.ts';
import { centralSentences } from './relevance.ts';
import { openingOf } from './text.ts';

const wordsForNumbers = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
];

export function asksForSummary(question: string): boolean {
  return /\b(?:summar(?:y|ies|i[sz]e\w*)|abstract|overview|condense|tl;?dr|gist|in short|key points)\b/i.test(
    question,
  );
}

/**
 * A summary made of the text's own sentences, as many as were asked for, in their order; of a conversation, after what
 * was called in it.
 */
export function summarise({ question, material }: Task): string {
  const said = withoutCallLines(material);
  const sentences = centralSentences(said, sentencesAskedFor(question)).join(' ') || openingOf(said);
  return [...callLinesOf(material), sentences].join('\n');
}

/** `in 3 sentences`, `three-sentence`; four where the question does not say. */
function sentencesAskedFor(question: string): number {
  const said =
    /\b(\d+|[a-z]+)[\s-]+(?:short |complete |plain )?sentences?\b/i.exec(question)?.[1]?.toLowerCase() ?? '';
  const count = /^\d+$/.test(said) ? Number(said) : wordsForNumbers.indexOf(said);
  return count > 0 ? count : 4;
}
