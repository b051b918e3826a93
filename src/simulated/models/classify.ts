import { spellOut, stemsOf } from './text.ts';
import { riskWords, topics } from './topics.ts';

const degrees = [
  'none',
  'trivial',
  'low',
  'minor',
  'medium',
  'moderate',
  'normal',
  'high',
  'major',
  'severe',
  'critical',
];
const catchAll =
  /^(?:other|others|general|misc|miscellaneous|unknown|none|neutral|unclear|n\/a|not ?applicable)$/i;

/**
 * The label that fits a text best: by the words that give its topic away, its own words, and those a description gives
 * it (`label: words`). Labels that are degrees (low, medium, high) are decided by how much risk the text carries.
 * A text that fits none is given the label for what fits nowhere, else the first.
 */
export function classify(text: string, labels: readonly string[], description: string): string {
  if (labels.every((label) => degrees.includes(label.toLowerCase()))) return degreeOf(text, labels);
  const scored = labels.map((label) => ({ label, score: fitOf(text, label, description) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score > 0 ? best.label : (labels.find((label) => catchAll.test(label)) ?? labels[0]!);
}

function fitOf(text: string, label: string, description: string): number {
  const body = text.toLowerCase();
  // What a text says of itself first, its heading, weighs more than anything after it.
  const opening = body.trimStart().slice(0, 80);
  const name = spellOut(label);
  const stems = new Set(stemsOf(body));
  const openingStems = new Set(stemsOf(opening));

  const own = new Set(stemsOf(name));
  const explained = new Set(stemsOf(explanationOf(label, description)));
  let score = 0;
  for (const word of own) score += stems.has(word) ? 1 : 0;
  if (own.size > 0 && [...own].every((word) => openingStems.has(word))) score += 5;
  for (const word of explained) score += stems.has(word) ? 0.5 : 0;
  for (const topic of topics) {
    if (!topic.names.test(name)) continue;
    score += 3 * frequency(topic.strong, body) + frequency(topic.weak, body);
    score += topic.names.test(opening) || matches(topic.strong, opening) > 0 ? 4 : 0;
  }
  return catchAll.test(label) ? score / 2 : score;
}

/** Hits, damped: the tenth mention says little that the third did not. Long texts are not favoured. */
function frequency(pattern: RegExp, body: string): number {
  return Math.log2(1 + (matches(pattern, body) * 1000) / Math.max(1000, body.length));
}

function matches(pattern: RegExp, body: string): number {
  return body.match(pattern)?.length ?? 0;
}

/** What follows the label in a description: `grant: permission to copy; liability: …` */
function explanationOf(label: string, description: string): string {
  const at = description.toLowerCase().indexOf(label.toLowerCase());
  if (at === -1) return '';
  return /^["'`*]*\s*(?:[:=(–—]|-\s)\s*([^;\n)]*)/.exec(description.slice(at + label.length))?.[1] ?? '';
}

function degreeOf(text: string, labels: readonly string[]): string {
  const ordered = [...labels].sort(
    (a, b) => degrees.indexOf(a.toLowerCase()) - degrees.indexOf(b.toLowerCase()),
  );
  return ordered[Math.min(ordered.length - 1, Math.floor(riskOf(text) * ordered.length))]!;
}

/** How risky a text reads, from 0 to 1: different words of risk, not how often they come. */
export function riskOf(text: string): number {
  return Math.min(1, riskWordsIn(text).length / 5);
}

/** The words of risk in a text, each once, lower case. */
export function riskWordsIn(text: string): string[] {
  return [...new Set(text.match(riskWords)?.map((word) => word.toLowerCase()))];
}
