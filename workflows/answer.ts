/**
 * Whether a step accepts an answer: its schema first, then its judges, each in a call of its own. An answer that is refused
 * is a failed attempt like any other: the endpoint is shown why, once, and then a stronger one is asked.
 */

import { ApplicationFailure } from '@temporalio/common';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import { describeIssues, type StandardSchema } from '../src/core/vocabulary/standard-schema.ts';
import { type AssistantMessage, type RequestPolicies, textOf } from '../src/core/vocabulary/transcript.ts';
import { verdictOf } from '../src/core/vocabulary/verdict.ts';
import {
  askAllAgain,
  type Conversation,
  newConversation,
  type PendingAnswer,
  type RefusedAnswer,
} from './conversation.ts';
import { invoke } from './invoke.ts';
import type { RunContext } from './run-context.ts';
import { parkedByRefusals } from './why-parked.ts';

/** A judge may say why at length; an answer is not mended by more than this. */
const WHY_CHARS = 1_000;

/** @returns the step's value; undefined where the model is to answer again, which the conversation then asks it to */
export async function acceptAnswer(
  context: RunContext,
  conversation: Conversation,
  answer: PendingAnswer,
  { output, ...about }: { readonly output?: StandardSchema; readonly policies?: RequestPolicies },
): Promise<{ readonly value: unknown } | undefined> {
  const { message } = answer;
  const valid = output ? await validated(output, message) : { value: textOf(message) };
  const refusal: Refusal | undefined =
    'value' in valid
      ? await judged(context, conversation, answer, about)
      : { kind: 'output_invalid', by: 'its schema', why: valid.issues };
  if (!refusal && 'value' in valid) return valid;
  await refuse(context, conversation, message, refusal!);
  return undefined;
}

interface Refusal extends Pick<RefusedAnswer, 'kind' | 'by'> {
  /** Shown to the model. */
  readonly why: string;
}

async function judged(
  context: RunContext,
  conversation: Conversation,
  answer: PendingAnswer,
  about: { readonly policies?: RequestPolicies },
): Promise<Refusal | undefined> {
  for (let [judge, ...others] = answer.judges; judge !== undefined; [judge, ...others] = answer.judges) {
    const { message } = await invoke(context, judgement(conversation, judge, about), {
      owner: conversation,
    });
    const verdict = verdictOf(message);
    if (!verdict.accepted) {
      const why = `judge "${judge}" says: ${verdict.why.slice(0, WHY_CHARS)}`;
      return { kind: 'check_failed', by: `judge "${judge}"`, why };
    }
    answer.judges = others;
  }
  return undefined;
}

/** A conversation of the judge's own, whose one entry says what is judged by reference. */
function judgement(
  { step, turn, transcript }: Conversation,
  judge: string,
  about: { readonly policies?: RequestPolicies },
): Conversation {
  const answered = turn - 1;
  return newConversation(`${step} · judge ${judge} · ${answered}`, {
    ...{ step, callKind: 'judge', judge, turn: answered },
    delta: [{ role: 'setup', tools: [], judge: { check: judge, of: transcript }, ...about }],
  });
}

/** Once an endpoint is shown what is wrong; where it is refused again, another is asked; in the end a person is. */
async function refuse(
  context: RunContext,
  conversation: Conversation,
  { endpoint = 'unknown' }: AssistantMessage,
  { why, ...refusal }: Refusal,
): Promise<void> {
  const { refused, rejected } = conversation;
  if (refused.some((before) => before.endpoint === endpoint))
    conversation.rejected = [...new Set([...rejected, endpoint])];
  conversation.refused = [...refused, { endpoint, ...refusal }];
  conversation.delta = [
    { role: 'user', content: `That answer was not accepted: ${why}. Answer again, whole.` },
  ];
  delete conversation.answer;
  if (conversation.refused.length < context.limits.attempts) return;
  const parked = parkedByRefusals(conversation);
  // Whoever lets it go on may have mended the rubric, so that all may be asked again.
  askAllAgain(conversation);
  await context.parking.park(conversation, parked);
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
