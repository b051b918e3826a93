import { classify } from './classify.ts';
import type { JsonSchema } from './conversation.ts';
import { type Fact, type FactKind, factsIn, kindOf } from './facts.ts';
import { fillNumber, fillString, isSaid, type Place } from './fill-value.ts';
import { choicesOf, fitList, fitNumber, isSame, placeholder } from './fit.ts';
import { branchesOf, type Json, listOf, numberOf, resolve, schemaOf, textOf, typeOf } from './json-schema.ts';
import type { Task } from './prompt.ts';
import { centralSentences } from './relevance.ts';
import { contentWordsOf, spellOut, stemsOf } from './text.ts';

/**
 * Fills a JSON schema from a text: every property is given what its name, description and type ask for.
 * The result always fits the schema, as far as a schema can be fitted without solving its patterns; where the text
 * holds nothing for a property, that is left out, null, empty or, if the schema forbids all these, a placeholder.
 *
 * @param maxItems longest list written where the schema sets no limit
 */
export function fillSchema(schema: JsonSchema, task: Task, maxItems: number): Json {
  const filling: Filling = { root: schema, question: task.question, maxItems };
  const whole: Place = {
    name: '',
    description: task.question,
    passage: task.material,
    fact: undefined,
    depth: 0,
  };
  return fillRequired(schema, whole, filling);
}

/** What stays the same throughout. */
interface Filling {
  readonly root: JsonSchema;
  readonly question: string;
  readonly maxItems: number;
}

/** Recursive schemas end here, where they can. */
const DEEPEST = 6;

/** A value in any case; `fill` where the text has one. */
function fillRequired(schema: JsonSchema, place: Place, filling: Filling): Json {
  const branches = branchesOf(resolve(schema, filling.root), filling.root);
  const values = chooseBranch(branches, place);
  for (const branch of values) {
    const value = fillBranch(branch, place, filling);
    if (value !== undefined) return value;
  }
  if (branches.some((branch) => typeOf(branch) === 'null' || branch.const === null)) return null;
  return emptyOf(values[0] ?? {}, place, filling);
}

/** Null goes last; of several shapes told apart by a constant, the one whose constant the text speaks of goes first. */
function chooseBranch(branches: readonly JsonSchema[], { passage, description }: Place): JsonSchema[] {
  const solid = branches.filter((branch) => typeOf(branch) !== 'null' && branch.const !== null);
  const tags = solid.map(tagOf);
  if (solid.length < 2 || !tags.every((tag) => tag !== undefined)) return solid;
  const best = tags.indexOf(classify(passage, tags, description));
  return [solid[best]!, ...solid.filter((_, i) => i !== best)];
}

function tagOf(branch: JsonSchema): string | undefined {
  const own = [branch, ...Object.values(schemaOf(branch.properties)).map(schemaOf)];
  return own.map((schema) => textOf(schema, 'const')).find((tag) => tag !== undefined);
}

function fillBranch(branch: JsonSchema, place: Place, filling: Filling): Json | undefined {
  const choices = choicesOf(branch);
  if (choices) return choose(choices, place, filling);
  switch (typeOf(branch)) {
    case 'object':
      return fillObject(branch, place, filling);
    case 'array':
      return fillList(branch, place, filling);
    case 'integer':
    case 'number':
      return fillNumber(branch, place);
    case 'boolean':
      return isSaid(place);
    case 'null':
      return null;
    default:
      return fillString(branch, place, filling.question);
  }
}

function choose(choices: readonly Json[], { passage, description }: Place, { question }: Filling): Json {
  if (choices.length === 1) return choices[0]!;
  const label = classify(passage, choices.map(String), `${description}\n${question}`);
  return choices.find((choice) => String(choice) === label)!;
}

function fillObject(schema: JsonSchema, place: Place, filling: Filling): Json {
  const properties = schemaOf(schema.properties);
  const required = new Set(listOf(schema, 'required').map(String));
  const filled: { [name: string]: Json } = {};
  for (const name of new Set([...Object.keys(properties), ...required])) {
    const property = resolve(schemaOf(properties[name] ?? schema.additionalProperties), filling.root);
    const inner = placeOf(name, property, place);
    if (required.has(name)) filled[name] = fillRequired(property, inner, filling);
    else if (place.depth < DEEPEST) {
      const value = fillRequired(property, inner, filling);
      if (value !== null && value !== '') filled[name] = value;
    }
  }
  return filled;
}

function placeOf(name: string, schema: JsonSchema, outer: Place): Place {
  const own = spellOut(name);
  // `term: { start, end }`: the outer name says what the inner ones are about; in a list it only names the rows.
  const known = outer.fact === undefined && outer.depth > 0;
  return {
    ...outer,
    name: known ? `${outer.name} ${own}` : own,
    description: textOf(schema, 'description') ?? '',
    depth: outer.depth + 1,
  };
}

function fillList(schema: JsonSchema, place: Place, filling: Filling): Json {
  const prefix = listOf(schema, 'prefixItems').map((item) => fillRequired(schemaOf(item), place, filling));
  const items = schemaOf(schema.items);
  if (place.depth > DEEPEST || (schema.items === undefined && prefix.length > 0)) return prefix;

  const itemSchema = resolve(items, filling.root);
  const facts = rowsFor(itemSchema, place, filling);
  const rows = facts.map((fact) =>
    fillRequired(itemSchema, { ...place, passage: fact.passage, fact, depth: place.depth + 1 }, filling),
  );
  const found = fitList([...prefix, ...rows.filter((row) => row !== '' && row !== null)], schema).slice(
    0,
    Math.max(filling.maxItems, numberOf(schema, 'minItems') ?? 0),
  );
  return padList(found, itemSchema, schema, place, filling);
}

/** The findings a list is about: told by its name, or by the names inside its objects. */
function rowsFor(item: JsonSchema, place: Place, filling: Filling): Fact[] {
  const choices = choicesOf(item);
  if (choices) return mentioned(choices, place);
  const asked = `${place.name} ${place.description} ${filling.question}`;
  const inner = Object.keys(schemaOf(item.properties)).map(spellOut).join(' ');
  const kind = kindOf(place.name, `${place.description} ${textOf(item, 'description') ?? ''} ${inner}`);
  const text = place.passage;
  const facts = factsIn(text, kind, asked);
  return typeOf(item) === 'string' ? distinctBy(facts, kind) : facts;
}

/** The labels of an enum the text speaks of, each with the whole text for its passage. */
function mentioned(choices: readonly Json[], place: Place): Fact[] {
  const stems = new Set(stemsOf(place.passage));
  return choices
    .filter((choice) => stemsOf(spellOut(String(choice))).some((word) => stems.has(word)))
    .map((choice) => ({ passage: String(choice), values: { title: String(choice) } }));
}

function distinctBy(facts: readonly Fact[], kind: FactKind): Fact[] {
  return facts.filter(
    (fact, i) => facts.findIndex((other) => other.values[kind] === fact.values[kind]) === i,
  );
}

/** Too few findings for `minItems`: further sentences, then whatever makes the items differ. */
function padList(
  found: Json[],
  item: JsonSchema,
  schema: JsonSchema,
  place: Place,
  filling: Filling,
): Json[] {
  const least = numberOf(schema, 'minItems') ?? 0;
  if (found.length >= least) return found;
  const padded = [...found];
  const sentences = centralSentences(place.passage, least * 2);
  const words = contentWordsOf(place.passage);
  const choices = choicesOf(item);
  for (let i = 0; padded.length < least; i += 1) {
    const passage = sentences[i] ?? words[i - sentences.length] ?? `${i + 1}`;
    const fact = { passage, values: { sentence: passage, number: String(i + 1) }, value: i + 1 };
    const value = choices
      ? choices[i % choices.length]!
      : fillRequired(item, { ...place, passage, fact, depth: place.depth + 1 }, filling);
    const isRepeat = schema.uniqueItems === true && padded.some((other) => isSame(other, value));
    if (!isRepeat || i > 1000) padded.push(value);
  }
  return padded;
}

/** The least a schema allows, for a property the text says nothing about. */
function emptyOf(schema: JsonSchema, place: Place, filling: Filling): Json {
  switch (typeOf(schema)) {
    case 'integer':
    case 'number':
      return fitNumber(0, schema);
    case 'boolean':
      return false;
    case 'array':
      return padList([], schemaOf(schema.items), schema, place, filling);
    case 'null':
      return null;
    case 'object':
      return {};
    default:
      return placeholder(schema, place.passage);
  }
}
