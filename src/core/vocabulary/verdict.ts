import type { JsonObject } from './json.ts';
import { type AssistantMessage, textOf } from './transcript.ts';

/** What a judge says of an answer. */
export interface Verdict {
  readonly accepted: boolean;
  /** In words for whoever gave the answer. */
  readonly why: string;
}

export const VERDICT_SCHEMA: JsonObject = {
  type: 'object',
  properties: { accepted: { type: 'boolean' }, why: { type: 'string' } },
  required: ['accepted', 'why'],
  additionalProperties: false,
};

/** @param message of a judge, whose shape its call has checked */
export const verdictOf = (message: AssistantMessage): Verdict => JSON.parse(textOf(message)) as Verdict;
