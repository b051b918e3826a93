import type { Conversation, JsonSchema } from './conversation.ts';
import { listedTopics } from './prompt.ts';
import { sentencesOf, stemsOf } from './text.ts';

/** Whether an answer of this shape is a verdict. */
export function asksForVerdict({ properties }: JsonSchema): boolean {
  const names = Object.keys((properties as JsonSchema | undefined) ?? {});
  return names.length === 2 && names.includes('accepted') && names.includes('why');
}

/**
 * Accepts an answer that has what each demand of the rubric is about: the words it quotes, else half of those that carry
 * meaning. Demands are the rubric's list items, else its sentences; of the answer only its words count, whatever they say.
 */
export function judge({ system, messages }: Conversation): { accepted: boolean; why: string } {
  const rubric = /rubric:\s*([\s\S]+?)(?:\n\s*JSON schema|$)/i.exec(system)?.[1] ?? '';
  const shown = messages.map(({ text }) => text).join('\n');
  const answer =
    [...shown.matchAll(/<(?<tag>answer[\w-]*)>(?<said>[\s\S]*?)<\/\k<tag>>/g)][0]?.groups?.said ?? '';
  const listed = listedTopics(rubric);
  const missing = (listed.length > 0 ? listed : sentencesOf(rubric)).filter(
    (demand) => !meets(answer, demand),
  );
  return missing.length > 0
    ? { accepted: false, why: `This is missing: ${missing.join('; ')}.` }
    : { accepted: true, why: 'It has all that is asked for.' };
}

function meets(answer: string, demand: string): boolean {
  const quoted = [...demand.matchAll(/["“]([^"”]+)["”]/g)].map(({ 1: words }) => words!.toLowerCase());
  if (quoted.length > 0) return quoted.every((words) => answer.toLowerCase().includes(words));
  const said = new Set(stemsOf(answer));
  const asked = [...new Set(stemsOf(demand))].filter((stem) => !OF_RUBRICS.has(stem));
  return asked.filter((stem) => said.has(stem)).length >= asked.length / 2;
}

/** What rubrics say of answers, and answers need not say. */
const OF_RUBRICS = new Set(stemsOf('answer accept name mention state say contain give tell must rubric'));
