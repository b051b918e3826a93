import type { Conversation, ToolCall, ToolOffer } from './conversation.ts';
import { fillSchema } from './fill-schema.ts';
import { type Json, schemaOf, textOf, typeOf } from './json-schema.ts';
import { askedAtIn, listedTopics, type Task } from './prompt.ts';
import { callsRecorded, isRecord } from './record.ts';
import { contentWordsOf, spellOut, stemsOf } from './text.ts';

/** A tool call yet without an id. */
export interface Lookup {
  readonly name: string;
  readonly input: Json;
}

/** A model looks up at most this many topics for one question. */
const MOST_LOOKUPS = 3;

/**
 * What to look up next, if anything: one call for each topic the question lists, at most three, never the same call
 * twice. All at once where the request allows parallel calls in so many words, else one a turn.
 */
export function nextLookups(conversation: Conversation, task: Task): Lookup[] {
  const { toolChoice, parallelToolCalls } = conversation;
  if (toolChoice === 'none') return [];
  const tools = conversation.tools.filter((tool) => isCandidate(tool, conversation, task));
  if (tools.length === 0) return [];

  const made = new Set(callsSinceAsked(conversation).map((call) => JSON.stringify(call)));
  const planned = topicsOf(task.question)
    .slice(0, MOST_LOOKUPS)
    .map((topic) => plan(topic, tools, task));
  const open = planned.filter(
    (lookup, i) =>
      !made.has(JSON.stringify(lookup)) &&
      planned.findIndex((other) => JSON.stringify(other) === JSON.stringify(lookup)) === i,
  );
  return open.slice(0, Math.max(0, Math.min(parallelToolCalls ? MOST_LOOKUPS : 1, MOST_LOOKUPS - made.size)));
}

/** Calls a named tool, or any, though there is nothing left to look up: the request insists. */
export function forcedCall({ tools, toolChoice }: Conversation, task: Task): Lookup | undefined {
  const tool =
    typeof toolChoice === 'object' ? tools.find(({ name }) => name === toolChoice.name) : tools.at(-1);
  if (!tool || toolChoice === 'auto' || toolChoice === 'none') return undefined;
  return { name: tool.name, input: fillSchema(tool.schema, task, MOST_LOOKUPS * 10) };
}

const looksUp =
  /\b(?:search\w*|find|look\w*|get|read|fetch|query|list|retrieve|lookup|browse|show|load|check|recall|weather)\b/i;

/** Tools that look something up, or that the question speaks of by name; a forced one in any case. */
function isCandidate(tool: ToolOffer, { toolChoice }: Conversation, task: Task): boolean {
  if (isAnswerTool(tool)) return false;
  if (typeof toolChoice === 'object') return tool.name === toolChoice.name;
  if (toolChoice === 'required') return true;
  const name = spellOut(tool.name);
  return (
    looksUp.test(`${name} ${tool.description}`) ||
    stemsOf(name).every((word) => stemsOf(task.question).includes(word))
  );
}

/** A tool that only hands over the answer in JSON, as clients add for models without structured output. */
export function isAnswerTool({ name, description }: ToolOffer): boolean {
  return name === 'json' && /respond with a json/i.test(description);
}

/** Calls made since the question was put, in the shape of lookups. */
function callsSinceAsked({ messages }: Conversation): Lookup[] {
  return messages
    .slice(askedAtIn(messages) + 1)
    .flatMap((message): readonly Pick<ToolCall, 'name' | 'input'>[] => {
      if (message.role === 'assistant') return message.toolCalls;
      return message.role === 'user' && isRecord(message.text) ? callsRecorded(message.text) : [];
    })
    .map(({ name, input }) => ({ name, input: input as Json }));
}

const instructionWords = new Set(
  `search find document text tool tools use using list lists look lookup answer question read please give call identify
  explain describe review risk risks clause clauses carry show tell contract agreement licence license say says quote
  evidence relevant words sentence sentences name names following topics topic assess analyse analyze report need know
  write code value values type types make`.split(/\s+/),
);

/** What a question wants looked up: a listed topic each, else its most telling words together. */
function topicsOf(question: string): string[] {
  const listed = listedTopics(question);
  return listed.length > 0 ? listed : [tellingWords(question)];
}

/** Names as they stand, else the two longest words that are not about the asking. */
function tellingWords(question: string): string {
  const names = question.match(/(?<=\S\s)\p{Lu}[\p{L}\d]+(?:\s\p{Lu}[\p{L}\d]+)*/gu);
  if (names) return names[0]!;
  const words = [...new Set(contentWordsOf(question))];
  const telling = words.filter((word) => !instructionWords.has(word));
  return (telling.length > 0 ? telling : words)
    .sort((a, b) => b.length - a.length)
    .slice(0, 1)
    .join(' ');
}

/** The tool that suits a topic, with arguments: the topic for what to look for, the rest from the question. */
function plan(topic: string, tools: readonly ToolOffer[], task: Task): Lookup {
  const asked = new Set(stemsOf(`${topic} ${task.question}`));
  const suits = (tool: ToolOffer) =>
    stemsOf(`${spellOut(tool.name)} ${tool.description}`).filter((word) => asked.has(word)).length;
  const tool = tools.reduce((best, other) => (suits(other) > suits(best) ? other : best));
  return { name: tool.name, input: argumentsFor(tool, topic, task) };
}

const asksWhatFor =
  /\b(?:query|q|search|term|terms|keyword|keywords|text|topic|phrase|pattern|question|what|subject|city|location|place|name)\b/;

function argumentsFor(tool: ToolOffer, topic: string, task: Task): Json {
  const filled = fillSchema(tool.schema, { question: task.question, material: task.question }, MOST_LOOKUPS);
  if (typeof filled !== 'object' || filled === null || Array.isArray(filled)) return filled;
  const properties = schemaOf(tool.schema.properties);
  const strings = Object.keys(properties).filter((name) => {
    const property = schemaOf(properties[name]);
    return typeOf(property) === 'string' && !('enum' in property) && textOf(property, 'format') === undefined;
  });
  const subject = strings.find((name) => asksWhatFor.test(spellOut(name))) ?? strings[0];
  return subject === undefined ? filled : { ...filled, [subject]: topic };
}
