import type { Conversation } from './conversation.ts';
import { isRecord, withoutCallLines } from './record.ts';
import { paragraphsOf } from './text.ts';

/** What is asked, and the text it is asked about. */
export interface Task {
  /** The words that ask: system prompt left out, for it says who the model is and not what to look at. */
  readonly question: string;
  /** The text to work on: what the question brings with it, and what tools have answered since. */
  readonly material: string;
}

/** A question in a message of its own needs this much text beside it to be about that text alone. */
const ENOUGH_CHARACTERS = 80;

/** Finds the task of a conversation: its last question, and what tools answered after that. */
export function taskOf({ messages }: Conversation): Task {
  const askedAt = askedAtIn(messages);
  const asked = split(messages[askedAt]?.text ?? '');
  const answered = messages
    .slice(askedAt + 1)
    .filter(({ role, text }) => role === 'tool' || (role === 'user' && isRecord(text)))
    .map(({ text }) => proseOf(isRecord(text) ? withoutCallLines(text) : text));
  const brought = [asked.material, ...answered].filter((text) => text !== '').join('\n\n');
  if (brought.length >= ENOUGH_CHARACTERS || askedAt <= 0) {
    return { question: asked.question, material: brought || asked.question };
  }
  // "Summarise the above": the text is in what was said before.
  const earlier = messages
    .slice(0, askedAt)
    .map(({ role, text }) => (role === 'user' ? split(text).material || text : proseOf(text)));
  return {
    question: asked.question,
    material: [...earlier, brought].filter((text) => text !== '').join('\n\n'),
  };
}

/** Where the last question stands; a complaint about the answer to it ("answer again") and a record leave it as it was. */
export function askedAtIn(messages: Conversation['messages']): number {
  const isUser = ({ role }: Conversation['messages'][number]) => role === 'user';
  const asked = messages.findLastIndex(
    (message) =>
      isUser(message) &&
      !isRecord(message.text) &&
      !/\b(?:answer|try|reply|respond) again\b/i.test(message.text),
  );
  return asked === -1 ? messages.findLastIndex(isUser) : asked;
}

/** Topics a question lists: its list items, or what follows "topics:". */
export function listedTopics(question: string): string[] {
  const items = [...question.matchAll(/^\s*(?:[-*•]|\d+[.)])\s+(.+)$/gm)].map(({ 1: item }) => item!);
  const named = /\b(?:topics?|terms|keywords|subjects)(?: are)?:\s*([^\n.?]+)/i.exec(question)?.[1];
  const listed = items.length > 0 ? items : (named?.split(/,|;|\band\b/) ?? []);
  return listed.map((topic) => topic.replace(/[.:;,!?]+$/, '').trim()).filter((topic) => topic !== '');
}

/** Parts a message into the question and the text: by tags, fences or quotes, by JSON, else by its first paragraph. */
function split(message: string): Task {
  const enclosed =
    /<(?<tag>[a-z][\w-]*)(?:\s[^>]*)?>\n?(?<material>[\s\S]+?)<\/\k<tag>>/i.exec(message) ??
    /(?:^|\n)(?:```|~~~)\w*\n(?<material>[\s\S]+?)\n(?:```|~~~)/.exec(message) ??
    /"""\s*(?<material>[\s\S]+?)\s*"""/.exec(message);
  if (enclosed) {
    const question = message.slice(0, enclosed.index) + message.slice(enclosed.index + enclosed[0].length);
    return { question: question.trim(), material: proseOf(enclosed.groups!.material!) };
  }
  const jsonAt = /[\]}]$/.test(message.trimEnd()) ? message.search(/[[{]\s*["[{]/) : -1;
  const json = jsonAt === -1 ? '' : message.slice(jsonAt);
  if (json !== proseOf(json)) return { question: message.slice(0, jsonAt).trim(), material: proseOf(json) };
  const [first = '', ...rest] = paragraphsOf(message);
  const remainder = rest.join('\n\n');
  if (remainder !== '' && first.length < 600 && (asks(first) || first.endsWith(':'))) {
    return { question: first, material: remainder };
  }
  const [, lead, tail] = /^([^\n]{3,300}:)[ \t]*\n?([\s\S]+)$/.exec(message) ?? [];
  if (lead !== undefined && asks(lead) && tail!.trim().length >= ENOUGH_CHARACTERS) {
    return { question: lead, material: tail!.trim() };
  }
  return { question: message, material: remainder === '' && asks(message) ? '' : message };
}

function asks(text: string): boolean {
  return /\?\s*$|\b(?:extract|find|list|summari[sz]e|classify|review|identify|answer|write|describe|explain|read|what|which|who|when|how|name|give|search|assess|analy[sz]e|determine|translate|compare|decide|look|check|choose|plan|judge|draft|here is|following|below)\b/i.test(
    text,
  );
}

/** The words inside JSON, one value a paragraph; any other text as it stands. */
function proseOf(text: string): string {
  try {
    return leaves(JSON.parse(text)).join('\n\n');
  } catch {
    return text;
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return [];
}
