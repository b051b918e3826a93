import { contentWordsOf, sentencesOf, stemsOf } from './text.ts';

/** A sentence of the text, where it stands, and how well it answers. */
interface Scored {
  readonly sentence: string;
  readonly index: number;
  readonly score: number;
}

/** The sentences most relevant to a question, best first; none with less than half the relevance of the best. */
export function relevantSentences(text: string, question: string, count: number): string[] {
  const sentences = sentencesOf(text);
  const weights = weigh(new Set(stemsOf(question)), sentences);
  let heading: readonly string[] = [];
  const scored = sentences.map((sentence, index) => {
    if (isHeading(sentence)) {
      heading = stemsOf(sentence);
      return { sentence, index, score: 0 };
    }
    return { sentence, index, score: overlap(weights, stemsOf(sentence)) + overlap(weights, heading) / 2 };
  });
  const best = Math.max(...scored.map(({ score }) => score));
  return pick(
    scored.filter(({ score }) => score >= best / 2),
    count,
  );
}

/** The rarer a word of the question is in the text, the more it tells. */
function weigh(asked: ReadonlySet<string>, sentences: readonly string[]): ReadonlyMap<string, number> {
  const bags = sentences.map((sentence) => new Set(stemsOf(sentence)));
  return new Map(
    [...asked].map((word) => {
      const holding = bags.filter((bag) => bag.has(word)).length;
      return [word, Math.log(1 + (0.5 + bags.length - holding) / (0.5 + holding))];
    }),
  );
}

/** Whether a line names what follows rather than says something: numbered, without an end, or In Title Case. */
export function isHeading(sentence: string): boolean {
  const isTitleCase = !/(?<!\p{L})\p{Ll}\p{L}{3,}/u.test(sentence);
  const isNumbered = /^\(?\d+[.)\s]/.test(sentence);
  const isOpen = !/[.!?:;]["”)]*$/.test(sentence);
  return contentWordsOf(sentence).length <= 6 && (isNumbered || isOpen || isTitleCase);
}

/** Distinct words in common, weighed down for sentences that are long only. */
function overlap(weights: ReadonlyMap<string, number>, stems: readonly string[]): number {
  const words = new Set(stems);
  const common = [...words].reduce((sum, word) => sum + (weights.get(word) ?? 0), 0);
  return common / Math.sqrt(Math.max(6, words.size));
}

/** A longer sentence, like one that begins inside a list, is no part of a summary if there are others. */
const LONGEST_WORDS = 45;

/** The sentences that stand for the text: full of its most frequent words, early rather than late; in reading order. */
export function centralSentences(text: string, count: number): string[] {
  const sentences = sentencesOf(text);
  const frequency = new Map<string, number>();
  for (const word of sentences.flatMap(stemsOf)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const scored = sentences.map((sentence, index) => {
    const words = [...new Set(stemsOf(sentence))];
    const weight = words.reduce((sum, word) => sum + Math.log2(frequency.get(word)!), 0);
    const early = 1 + 0.5 * (1 - index / sentences.length);
    const stands =
      /^["“]?\p{Lu}.*[.!?]["”)]*$/u.test(sentence) && sentence.split(' ').length <= LONGEST_WORDS;
    const score = isHeading(sentence)
      ? 0
      : ((weight + 0.1) / Math.max(10, words.length)) * early * (stands ? 1 : 0.1);
    return { sentence, index, score };
  });
  return pick(scored, count).sort((a, b) => sentences.indexOf(a) - sentences.indexOf(b));
}

/** The best, leaving out what says the same as one already picked. */
function pick(scored: readonly Scored[], count: number): string[] {
  const picked: string[] = [];
  const ranked = scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index);
  for (const { sentence } of ranked) {
    if (picked.length === count) break;
    if (!picked.some((other) => alike(other, sentence))) picked.push(sentence);
  }
  return picked;
}

function alike(a: string, b: string): boolean {
  const ours = new Set(stemsOf(a));
  const theirs = new Set(stemsOf(b));
  const common = [...ours].filter((word) => theirs.has(word)).length;
  return common > 0 && common >= 0.6 * Math.min(ours.size, theirs.size);
}
