import { amountsIn } from './amounts.ts';
import { riskOf, riskWordsIn } from './classify.ts';
import { datesIn } from './dates.ts';
import { obligationsIn } from './obligations.ts';
import { partiesIn } from './parties.ts';
import { isHeading, relevantSentences } from './relevance.ts';
import { sectionsOf, titleOf } from './sections.ts';
import { sentencesOf } from './text.ts';

/** What a property may ask for, told by its name and description. */
export type FactKind =
  | 'party'
  | 'role'
  | 'date'
  | 'currency'
  | 'amount'
  | 'obligation'
  | 'clause'
  | 'risk'
  | 'reason'
  | 'number'
  | 'topic'
  | 'title'
  | 'summary'
  | 'sentence';

/** Tried in this order: the more telling word first. */
const kindWords: readonly (readonly [FactKind, RegExp])[] = [
  [
    'obligation',
    /\b(?:obligations?|dut(?:y|ies)|covenants?|commitments?|requirements?|responsibilit(?:y|ies))\b/,
  ],
  ['risk', /\b(?:risks?|issues?|concerns?|dangers?|red flags?|problems?|findings?)\b/],
  ['reason', /\b(?:reasons?|rationale|why|explanations?|justification)\b/],
  ['role', /\b(?:roles?|capacity)\b/],
  ['currency', /\b(?:currency|currencies)\b/],
  [
    'amount',
    /\b(?:amounts?|prices?|fees?|costs?|payments?|sums?|salary|rent|deposit|budget|money|monetary)\b/,
  ],
  ['date', /\b(?:dates?|deadlines?|due|effective|expiry|expires?|expiration|signed on|when|day)\b/],
  [
    'party',
    /\b(?:part(?:y|ies)|names?|who|seller|buyer|purchaser|vendor|supplier|customer|client|licensors?|licensees?|lessor|lessee|landlord|tenant|employer|employee|contractor|consultant|lender|borrower|compan(?:y|ies)|organi[sz]ations?|owner|author|signator(?:y|ies)|subject|obligor|bound)\b/,
  ],
  ['number', /\b(?:section|number|no|clause number|reference|id)\b/],
  ['clause', /\b(?:clauses?|sections?|articles?|paragraphs?|provisions?)\b/],
  ['topic', /\b(?:topics?|types?|categor(?:y|ies)|areas?|labels?)\b/],
  ['title', /\b(?:title|heading|headline|caption)\b/],
  ['summary', /\b(?:summary|overview|abstract|gist|synopsis|conclusion|in short)\b/],
];

/** Which fact a property asks for. Its name counts first, then its description. */
export function kindOf(name: string, description: string): FactKind {
  const of = (words: string) => kindWords.find(([, pattern]) => pattern.test(words))?.[0];
  return of(name) ?? of(description.toLowerCase()) ?? 'sentence';
}

/** One finding: the passage it stands in, and what is known of it by kind. */
export interface Fact {
  readonly passage: string;
  /** The words that lead up to it, where one passage holds several findings. */
  readonly lead?: string;
  readonly values: { readonly [kind in FactKind]?: string };
  /** The same date in ISO 8601, the same amount as a number. */
  readonly iso?: string;
  readonly value?: number;
}

/** All facts of a kind in a text, in reading order; sentences and risks best first. */
export function factsIn(text: string, kind: FactKind, question: string): Fact[] {
  switch (kind) {
    case 'party':
    case 'role':
      return partyFacts(text);
    case 'date':
      return dateFacts(text);
    case 'amount':
    case 'currency':
      return amountFacts(text);
    case 'obligation':
      return obligationsIn(text, partiesIn(text)).map(({ party, obligation }) => ({
        passage: obligation,
        values: { party, obligation, title: party },
      }));
    case 'clause':
    case 'number':
    case 'topic':
    case 'title':
      return sectionFacts(text);
    case 'risk':
      return riskFacts(text, question);
    case 'reason':
    case 'summary':
    case 'sentence':
      return sentenceFacts(text, question);
  }
}

function partyFacts(text: string): Fact[] {
  const sentences = sentencesOf(text);
  return partiesIn(text).map(({ name, role }) => ({
    passage: sentences.find((sentence) => sentence.includes(name)) ?? name,
    values: { party: name, title: name, ...(role !== undefined && { role }) },
  }));
}

function dateFacts(text: string): Fact[] {
  return sentencesOf(text).flatMap((passage) => {
    const dates = datesIn(passage);
    return dates.map(({ text: date, iso }, i) => ({
      passage,
      lead: leadTo(dates, i, passage),
      values: { date, title: date },
      iso,
    }));
  });
}

function amountFacts(text: string): Fact[] {
  return sentencesOf(text).flatMap((passage) => {
    const amounts = amountsIn(passage);
    return amounts.map(({ text: amount, currency, value }, i) => ({
      passage,
      lead: leadTo(amounts, i, passage),
      values: { amount, currency, title: amount },
      value,
    }));
  });
}

/** From the finding before, or the start of the passage, up to this one. */
function leadTo(found: readonly { readonly index: number }[], at: number, passage: string): string {
  return passage.slice(found[at - 1]?.index ?? 0, found[at]!.index);
}

function sectionFacts(text: string): Fact[] {
  return sectionsOf(text).map(({ number, title, text: passage }) => ({
    passage,
    values: {
      clause: passage,
      ...(number !== undefined && { number }),
      ...(title !== undefined && { title }),
    },
  }));
}

const MOST_RISKS = 8;

function riskFacts(text: string, question: string): Fact[] {
  const asked = relevantSentences(text, question, 40);
  return sentencesOf(text)
    .map((passage, index) => ({
      passage,
      index,
      risk: riskOf(passage) + (asked.includes(passage) ? 0.1 : 0),
    }))
    .filter(({ passage, risk }) => risk >= 0.2 && !isHeading(passage))
    .sort((a, b) => b.risk - a.risk || a.index - b.index)
    .slice(0, MOST_RISKS)
    .map(({ passage }) => ({
      passage,
      values: { risk: passage, reason: riskWordsIn(passage).join(', '), title: titleOf(passage) ?? passage },
    }));
}

const MOST_SENTENCES = 5;

function sentenceFacts(text: string, question: string): Fact[] {
  return relevantSentences(text, question, MOST_SENTENCES).map((passage) => ({
    passage,
    values: { sentence: passage, title: titleOf(passage) ?? passage },
  }));
}
