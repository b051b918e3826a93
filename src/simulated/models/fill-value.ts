import { classify, riskOf } from './classify.ts';
import type { JsonSchema } from './conversation.ts';
import { type Fact, type FactKind, factsIn, kindOf } from './facts.ts';
import { fitNumber, fitString, matchIn } from './fit.ts';
import { numberOf, textOf } from './json-schema.ts';
import { listedTopics } from './prompt.ts';
import { centralSentences, relevantSentences } from './relevance.ts';
import { titleOf } from './sections.ts';
import { openingOf, stemsOf } from './text.ts';

/** Where in the answer we are, and which part of the text it is about. */
export interface Place {
  /** Names from the root down, spelt out: "effective date". */
  readonly name: string;
  readonly description: string;
  readonly passage: string;
  /** The finding this part of the answer describes, inside a list of findings. */
  readonly fact: Fact | undefined;
  readonly depth: number;
}

/** The string a property asks for; undefined where the text has none that fits. */
export function fillString(schema: JsonSchema, place: Place, question: string): string | undefined {
  const kind = kindOf(place.name, place.description);
  const said = isoDate(schema, kind, place) ?? matchIn(place.passage, schema);
  if (said !== undefined) return said;
  const value = wordsFor(kind, place, question, numberOf(schema, 'maxLength'));
  return value === undefined || value === '' ? undefined : fitString(value, schema, place.passage);
}

/** The words the text has for a property: what the finding holds, else the best of what the passage holds. */
function wordsFor(kind: FactKind, place: Place, question: string, maxLength = 2000): string | undefined {
  const { fact, passage } = place;
  const known = fact?.values[kind];
  if (known !== undefined) return known;
  const asked = `${place.name} ${place.description}`;
  switch (kind) {
    case 'topic':
      return topicOf(passage, question);
    case 'title':
      return titleOf(passage);
    case 'summary':
      return centralSentences(passage, fact ? 1 : 3).join(' ') || openingOf(passage);
    case 'sentence':
    case 'risk':
    case 'reason':
    case 'clause':
      // Inside a list the finding itself is what every such property describes.
      if (fact) return fact.values.sentence ?? fact.passage;
      return longestFitting(sentencesAbout(passage, asked, question), maxLength) ?? openingOf(passage);
    case 'number':
      return fact?.values.number ?? /\b(?:section|clause|article)?\s*(\d+(?:\.\d+)*)\b/i.exec(passage)?.[1];
    case 'role':
      return factsIn(passage, 'party', asked).find(({ values }) => values.role)?.values.role;
    case 'party':
      return partyFor(place)?.values.party ?? (fact ? (fact.values.title ?? titleOf(passage)) : undefined);
    case 'obligation':
      return factsIn(passage, kind, asked)[0]?.values.obligation ?? fact?.passage;
    default:
      return nearest(factsIn(passage, kind, asked), asked)?.values[kind];
  }
}

/** The topic of the question that a passage belongs to; its title where the question lists none. */
function topicOf(passage: string, question: string): string | undefined {
  const topics = listedTopics(question);
  const words = new Set(stemsOf(passage));
  const spoken = topics.filter((topic) => stemsOf(topic).some((word) => words.has(word)));
  return spoken.length > 0 ? classify(passage, spoken, '') : titleOf(passage);
}

/** What the property asks for goes before what the request as a whole asks. */
function sentencesAbout(passage: string, asked: string, question: string): string[] {
  const direct = relevantSentences(passage, asked, 3);
  return direct.length > 0 ? direct : relevantSentences(passage, question, 3);
}

/** As many sentences as fit. */
function longestFitting(sentences: readonly string[], maxLength: number): string | undefined {
  let text = sentences[0];
  for (const sentence of sentences.slice(1)) {
    if (`${text} ${sentence}`.length <= maxLength) text = `${text} ${sentence}`;
  }
  return text;
}

/** `seller` asks for the party whose role that is; `name` for the first. */
function partyFor({ passage, name, description }: Place): Fact | undefined {
  const facts = factsIn(passage, 'party', '');
  const asked = stemsOf(`${name} ${description}`);
  return (
    facts.find(({ values }) => values.role && stemsOf(values.role).some((word) => asked.includes(word))) ??
    facts[0]
  );
}

/** Of several dates or amounts, the one whose lead, or else whose sentence, speaks of what is asked. */
function nearest(facts: readonly Fact[], asked: string): Fact | undefined {
  const words = new Set(stemsOf(asked));
  const common = (text: string) => new Set(stemsOf(text).filter((word) => words.has(word))).size;
  const score = ({ lead = '', passage }: Fact) => 2 * common(lead) + common(passage);
  return facts.reduce<Fact | undefined>(
    (best, fact) => (!best || score(fact) > score(best) ? fact : best),
    undefined,
  );
}

/** A date in ISO 8601 where the schema or the description asks for that, else none. */
function isoDate(schema: JsonSchema, kind: FactKind, place: Place): string | undefined {
  const format = textOf(schema, 'format') ?? '';
  const described = kind === 'date' && /\biso\b|yyyy-mm-dd/i.test(place.description);
  if (!described && format !== 'date' && format !== 'date-time') return undefined;
  const asked = `${place.name} ${place.description}`;
  const iso = place.fact?.iso ?? nearest(factsIn(place.passage, 'date', asked), asked)?.iso;
  return iso !== undefined && format === 'date-time' ? `${iso}T00:00:00Z` : iso;
}

/** The number a property asks for, within its bounds; undefined where the text has none. */
export function fillNumber(schema: JsonSchema, place: Place): number | undefined {
  const value = numberFor(place);
  return value === undefined ? undefined : fitNumber(value, schema);
}

function numberFor(place: Place): number | undefined {
  const { name, description, passage, fact } = place;
  if (/\b(?:confidence|score|probability|likelihood|relevance|certainty|severity)\b/.test(name))
    return riskOf(passage);
  const kind = kindOf(name, description);
  if (/\b(?:count|how many|number of|total number)\b/.test(`${name} ${description.toLowerCase()}`)) {
    return factsIn(passage, kind === 'number' ? 'sentence' : kind, name).length;
  }
  if (kind === 'amount')
    return fact?.value ?? nearest(factsIn(passage, kind, ''), `${name} ${description}`)?.value;
  if (fact?.value !== undefined) return fact.value;
  if (fact?.values.number !== undefined) return Number.parseFloat(fact.values.number);
  return numberNear(passage, `${name} ${description}`);
}

/** The number standing closest to a word of what is asked. */
function numberNear(passage: string, asked: string): number | undefined {
  const words = new Set(stemsOf(asked));
  const tokens = passage.split(/\s+/);
  const spots = tokens.flatMap((token, i) => (stemsOf(token).some((word) => words.has(word)) ? [i] : []));
  const numbers = tokens.flatMap((token, i) => {
    const digits = /-?\d[\d,]*(?:\.\d+)?/.exec(token)?.[0].replaceAll(',', '');
    return digits === undefined
      ? []
      : [{ value: Number(digits), away: Math.min(...spots.map((at) => Math.abs(at - i))) }];
  });
  return numbers.reduce<(typeof numbers)[number] | undefined>(
    (a, b) => (!a || b.away < a.away ? b : a),
    undefined,
  )?.value;
}

/** Whether some sentence holds what the property's name says, and does not deny it. */
export function isSaid({ name, description, passage }: Place): boolean {
  const asked = new Set(stemsOf(name.replace(/^(?:is|has|are|can|does)\b/, '') || description));
  const best = relevantSentences(passage, [...asked].join(' '), 1)[0] ?? '';
  const common = [...asked].filter((word) => stemsOf(best).includes(word)).length;
  return common > 0 && common >= asked.size / 2 && !/\b(?:no|not|never|without|neither)\b/i.test(best);
}
