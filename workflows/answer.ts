/** Whether a step accepts an answer; what it does not is shown to the model, and in the end to a person. */

import { ApplicationFailure } from '@temporalio/common';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import { describeIssues, type StandardSchema } from '../src/core/vocabulary/standard-schema.ts';
import { type AssistantMessage, textOf } from '../src/core/vocabulary/transcript.ts';
import type { Conversation } from './conversation.ts';
import type { RunContext } from './run-context.ts';

/** Answers that fit the JSON Schema but not the schema's own checks are shown their error this often. */
const REPAIRS = 2;

/** @returns the step's value; undefined where the model is to answer again, which the conversation then asks it to */
export async function acceptAnswer(
  context: RunContext,
  conversation: Conversation,
  message: AssistantMessage,
  output: StandardSchema | undefined,
): Promise<{ readonly value: unknown } | undefined> {
  if (!output) return { value: textOf(message) };
  const answer = await validated(output, message);
  if ('value' in answer) return answer;
  const { step, repairs } = conversation;
  conversation.delta = [
    { role: 'user', content: `That answer was not accepted: ${answer.issues}. Answer again, whole.` },
  ];
  conversation.repairs = repairs === REPAIRS ? 0 : repairs + 1;
  if (repairs === REPAIRS) {
    await context.parking.park(conversation, {
      reason: 'request_refused',
      kind: 'output_invalid',
      message: `Step "${step}" was answered ${REPAIRS + 1} times with output its schema refuses: ${answer.issues}`,
      remedy: 'Let it ask again, or abort it.',
      update: 'retry',
    });
  }
  return undefined;
}

/** The value of an answer that was accepted before. @throws ApplicationFailure `InvalidOutput` where it is not any more */
export async function answeredValue(
  message: AssistantMessage,
  output: StandardSchema | undefined,
): Promise<unknown> {
  if (!output) return textOf(message);
  const answer = await validated(output, message);
  if ('value' in answer) return answer.value;
  throw ApplicationFailure.nonRetryable(
    `An answer that the schema accepted before does not fit it any more: ${answer.issues}. Bring the schema back.`,
    'InvalidOutput',
  );
}

async function validated(
  schema: StandardSchema,
  message: AssistantMessage,
): Promise<{ value: unknown } | { issues: string }> {
  // The activity has seen that the text is JSON of the right shape; what is left are the schema's own checks.
  const result = await schema['~standard'].validate(JSON.parse(textOf(message)));
  return result.issues ? { issues: describeIssues(result.issues) } : { value: result.value };
}

export function jsonSchemaOf(schema: StandardSchema, step: string): JsonObject {
  const { jsonSchema, vendor } = schema['~standard'];
  if (!jsonSchema) {
    throw ApplicationFailure.nonRetryable(
      `The output of step "${step}" is a ${vendor} schema that cannot describe itself as JSON Schema. Use zod 4.2 or later, or another library that implements Standard JSON Schema.`,
      'InvalidStep',
    );
  }
  return jsonSchema.input({ target: 'draft-2020-12' }) as JsonObject;
}
