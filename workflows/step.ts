/** The turn loop of a step: model ⇄ tools until the answer. */

import { ApplicationFailure } from '@temporalio/common';
import { modalityOf } from '../src/core/transcript/modality.ts';
import type { Policy } from '../src/core/vocabulary/policy.ts';
import type { StandardSchema } from '../src/core/vocabulary/standard-schema.ts';
import {
  filesOf,
  type Prompt,
  type RequestPolicies,
  type TranscriptEntry,
} from '../src/core/vocabulary/transcript.ts';
import { acceptAnswer, answeredValue, jsonSchemaOf } from './answer.ts';
import { compactWhereCrowded, compactWhereTooLong } from './compact.ts';
import { type Conversation, newConversation } from './conversation.ts';
import { invoke } from './invoke.ts';
import { pendingTools } from './pending-tools.ts';
import type { RunContext } from './run-context.ts';
import { assertPlain, assertShort } from './size-limits.ts';
import { runTools, type StepTools } from './tools.ts';
import { parkedByWall } from './why-parked.ts';

export interface StepOptions extends StepTools {
  /**
   * The task class, which decides what kind of model is worth its price here. Where it is absent the worker infers one
   * from the prompt, by what it has learnt; where that is unsure, the class is `default`.
   */
  readonly task?: string;
  /** Words, or words and small files (images, PDF, sound), base64: what they need of a model rules others out. */
  readonly prompt: Prompt;
  readonly system?: string;
  /** Names of checks registered on the worker. An answer that one rejects is tried again, then by a stronger model. */
  readonly verify?: readonly string[];
  /** Tightens what the deployment, the tenant, the class and the agent say, for this step. */
  readonly policy?: Policy;
}

export interface StructuredStepOptions<S extends StandardSchema> extends StepOptions {
  /** What the answer must be. Any Standard Schema that can describe itself as JSON Schema (zod 4.2 or later). */
  readonly output: S;
}

export async function runStep(
  context: RunContext,
  name: string,
  options: StepOptions & { readonly output?: StandardSchema },
): Promise<unknown> {
  const { continuation } = context;
  const answered = continuation.answerOf(name);
  if (answered) return answeredValue(answered, options.output);
  const conversation = continuation.begin(name, () => conversationOf(context, name, options));
  let done = false;
  context.wall.begin(name);
  try {
    const value = await converse(context, conversation, options);
    done = true;
    return value;
  } finally {
    context.wall.end(name);
    continuation.end(name, done);
  }
}

/** The turn loop. May be entered at the beginning of any turn. */
async function converse(
  context: RunContext,
  conversation: Conversation,
  options: StepOptions & { readonly output?: StandardSchema },
): Promise<unknown> {
  // As it was when the run was continued as new: a person has yet to let it go on.
  await context.parking.parkAgain(conversation);
  for (;;) {
    if (conversation.answer) {
      const about = { ...(options.output && { output: options.output }), ...policiesOf(context, options) };
      const accepted = await acceptAnswer(context, conversation, conversation.answer, about);
      if (accepted) return accepted.value;
    }
    await context.continuation.rest(conversation.step);
    if (conversation.pending) {
      conversation.delta = [await runTools(context, conversation, conversation.pending, options)];
      delete conversation.pending;
    }
    await allowTime(context, conversation);
    await allowTurn(context, conversation);
    await compactWhereCrowded(context, conversation);
    const answer = await invoke(context, conversation, {
      shorten: () => compactWhereTooLong(context, conversation),
    });
    const pending = pendingTools(conversation, answer, options.tools ?? []);
    if (pending) conversation.pending = pending;
    else conversation.answer = { message: answer.message, judges: answer.judges ?? [] };
  }
}

function conversationOf(
  context: RunContext,
  name: string,
  options: StepOptions & { readonly output?: StandardSchema },
): Conversation {
  assertShort('The name of a step', name);
  assertPlain(name);
  assertShort(`The task of step "${name}"`, options.task ?? '');
  const setup: TranscriptEntry = {
    role: 'setup',
    tools: options.tools ?? [],
    ...(options.system !== undefined && { system: options.system }),
    ...(options.output && { outputSchema: jsonSchemaOf(options.output, name) }),
    ...(options.verify && { verify: options.verify }),
    ...policiesOf(context, options),
  };
  return newConversation(
    name,
    {
      ...{ step: name, turn: 1 },
      ...(options.task !== undefined && { taskClass: options.task }),
      delta: [setup, { role: 'user', content: checked(options.prompt, name) }],
    },
    context.limits,
  );
}

/** @throws ApplicationFailure `Aborted` where a person gives the run up rather than allow more time */
async function allowTime({ parking, wall }: RunContext, conversation: Conversation): Promise<void> {
  if (wall.leftMs === 0) await parking.park(conversation, parkedByWall(conversation, wall));
}

/** @throws ApplicationFailure `Aborted` where a person gives the run up rather than allow more turns */
async function allowTurn({ parking, limits }: RunContext, conversation: Conversation): Promise<void> {
  const { step, turn, turnsAllowed } = conversation;
  if (turn <= turnsAllowed) return;
  conversation.turnsAllowed += limits.turns;
  await parking.park(conversation, {
    reason: 'turns_used',
    message: `Step "${step}" has used its ${turnsAllowed} turns without an answer.`,
    remedy: 'Let it have as many turns again, or abort it.',
    update: 'retry',
  });
}

function checked(prompt: Prompt, step: string): Prompt {
  for (const { mediaType, data } of filesOf(prompt)) {
    const fault =
      modalityOf(mediaType) === undefined
        ? `mediaType "${mediaType}" is none that a model takes. Give text, images, sound, video or PDF`
        : !/^[A-Za-z0-9+/]+={0,2}$/.test(data) && 'data is not base64';
    if (!fault) continue;
    throw ApplicationFailure.nonRetryable(`A file in the prompt of step "${step}": ${fault}.`, 'InvalidStep');
  }
  return prompt;
}

function policiesOf({ policies }: RunContext, { policy }: StepOptions): { policies?: RequestPolicies } {
  const all = { ...policies, ...(policy && { step: policy }) };
  return Object.keys(all).length > 0 ? { policies: all } : {};
}
