import type { Conversation, JsonSchema, Reply } from './conversation.ts';
import { fillSchema } from './fill-schema.ts';
import type { Json } from './json-schema.ts';
import { asksForVerdict, judge } from './judge.ts';
import { forcedCall, isAnswerTool, nextLookups } from './lookups.ts';
import { type Task, taskOf } from './prompt.ts';
import { withRecordsApart } from './record.ts';
import { centralSentences, relevantSentences } from './relevance.ts';
import { asksForSummary, summarise } from './summary.ts';
import { openingOf } from './text.ts';

/**
 * What every simulated model does, whatever its name: looks up what tools can tell, then answers from the text it was
 * given, by plain algorithms. The same conversation always has the same answer, and the words of the answer come from
 * the conversation.
 */
export function answer(asked: Conversation): Reply {
  const conversation = withRecordsApart(asked);
  const task = taskOf(conversation);
  const lookups = nextLookups(conversation, task);
  if (lookups.length > 0) return { calls: lookups };

  const answerTool = conversation.tools.find(isAnswerTool);
  if (answerTool && conversation.toolChoice !== 'none') {
    return { calls: [{ name: answerTool.name, input: fillToLength(answerTool.schema, task, conversation) }] };
  }
  const forced = forcedCall(conversation, task);
  if (forced) return { calls: [forced] };

  if (conversation.format !== 'text') {
    const schema = conversation.format.json ?? schemaInPrompt(conversation) ?? freeForm;
    return { text: JSON.stringify(fillToLength(schema, task, conversation)) };
  }
  return { text: asksForSummary(task.question) ? summarise(task) : answerInWords(task) };
}

/** Where a request wants JSON and says nothing of its shape. */
const freeForm: JsonSchema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
};

/** Clients of models without structured output write the schema into the prompt: `JSON schema: {…}`. */
function schemaInPrompt({ system, messages }: Conversation): JsonSchema | undefined {
  const said = [system, ...messages.map(({ text }) => text)].join('\n');
  const start = /JSON schema:?\s*(?:```(?:json)?\s*)?(?=\{)/i.exec(said);
  if (!start) return undefined;
  const from = start.index + start[0].length;
  // The schema ends at the last brace with which it parses.
  for (let to = said.lastIndexOf('}'); to > from; to = said.lastIndexOf('}', to - 1)) {
    try {
      return JSON.parse(said.slice(from, to + 1)) as JsonSchema;
    } catch {}
  }
  return undefined;
}

/** Lists are kept as long as the answer still fits into the tokens allowed: a whole answer beats a cut one. */
function fillToLength(schema: JsonSchema, task: Task, conversation: Conversation): Json {
  if (asksForVerdict(schema)) return judge(conversation);
  const { maxCharacters } = conversation;
  let filled = fillSchema(schema, task, 60);
  for (const maxItems of [25, 10, 4, 1]) {
    if (JSON.stringify(filled).length <= maxCharacters) break;
    filled = fillSchema(schema, task, maxItems);
  }
  return filled;
}

function answerInWords({ question, material }: Task): string {
  const said = relevantSentences(material, question, 4);
  const sentences = said.length > 0 ? said : centralSentences(material, 3);
  return sentences.join(' ') || openingOf(material);
}
