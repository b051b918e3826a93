import type { FoundParty } from './parties.ts';
import { sentencesOf } from './text.ts';

/** A duty or a prohibition. */
export interface FoundObligation {
  /** Who is bound, in the words of the text. */
  readonly party: string;
  /** The whole sentence. */
  readonly obligation: string;
}

const binding =
  /\b(?:shall|must|may not|agrees? (?:not )?to|undertakes? to|covenants? to|(?:is|are) (?:required|obliged|obligated) to|(?:is|are) responsible for)\b/i;
const promise = /\bwill\b/i;

/** Sentences that bind somebody, in reading order. "Will" binds only where a party is its subject. */
export function obligationsIn(text: string, parties: readonly FoundParty[]): FoundObligation[] {
  const names = parties
    .flatMap(({ name, role }) => (role ? [name, role] : [name]))
    .sort((a, b) => b.length - a.length);
  return sentencesOf(text).flatMap((sentence) => {
    const verb = binding.exec(sentence);
    if (verb) return [{ party: boundParty(sentence, verb.index, names), obligation: sentence }];
    const will = promise.exec(sentence);
    const party = will && subjectOf(sentence.slice(0, will.index), names);
    return party ? [{ party, obligation: sentence }] : [];
  });
}

/** The party before the verb; in the passive the one after "by"; else the words before the verb. */
function boundParty(sentence: string, verbAt: number, names: readonly string[]): string {
  const before = sentence.slice(0, verbAt);
  const subject = subjectOf(before, names);
  if (subject) return asWritten(before, subject);
  const agents = [...sentence.matchAll(/\bby (?:the )?/gi)].map(({ index, 0: by }) =>
    sentence.slice(index + by.length),
  );
  const agent = names.find((name) => agents.some((words) => startsWith(words, name)));
  return agent ?? (nounPhrase(before) || before.trim());
}

/** The party whose name the words before the verb end in. Compared plainly: there may be thousands of names. */
function subjectOf(before: string, names: readonly string[]): string | undefined {
  const words = before
    .trimEnd()
    .toLowerCase()
    .replace(/ (?:also|hereby|each|both|jointly)$/, '')
    .replace(/["”),]{0,3}$/, '');
  return names.find(
    (name) => words.endsWith(name.toLowerCase()) && !/[\p{L}\p{N}]$/u.test(words.slice(0, -name.length)),
  );
}

function startsWith(words: string, name: string): boolean {
  return words.startsWith(name) && !/^[\p{L}\p{N}]/u.test(words.slice(name.length));
}

function asWritten(before: string, name: string): string {
  return before.slice(before.toLowerCase().lastIndexOf(name.toLowerCase())).slice(0, name.length);
}

/** The last words before the verb that no comma or conjunction cuts off: "Each party", "the copyright holder". */
function nounPhrase(before: string): string {
  const subject = before
    .split(/[,;:()]|\b(?:that|which|who|then|and|or|but|if|when|where|unless|provided)\b/i)
    .map((piece) => piece.trim())
    .findLast(
      (piece) =>
        piece !== '' && !/^(?:in|of|on|to|with|for|under|at|by|from|is|are|was|were|has|have)\b/i.test(piece),
    );
  return (subject ?? '')
    .split(/\s+/)
    .slice(-8)
    .join(' ')
    .replace(/^(?:the|a|an)\s+/i, '')
    .replace(/^\(?\w{1,3}[.)]\s+/, '');
}
