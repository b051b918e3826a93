/** The turn loop of a step: model ⇄ tools until the answer. */

import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { isCancellation, proxyActivities } from '@temporalio/workflow';
import {
  RUN_TOOL,
  type RunToolInput,
  type RunToolResult,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import { modalityOf } from '../src/core/transcript/modality.ts';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import type { Policy } from '../src/core/vocabulary/policy.ts';
import { describeIssues, type StandardSchema } from '../src/core/vocabulary/standard-schema.ts';
import {
  type AssistantMessage,
  filesOf,
  type Prompt,
  type RequestPolicies,
  type ToolCallPart,
  type ToolMessage,
  type TranscriptEntry,
  textOf,
  toolCallsOf,
} from '../src/core/vocabulary/transcript.ts';
import { type Conversation, invoke } from './invoke.ts';
import type { RunContext } from './run-context.ts';

export interface StepOptions {
  /**
   * The task class, which decides what kind of model is worth its price here. Where it is absent the worker infers one
   * from the prompt, by what it has learnt; where that is unsure, the class is `default`.
   */
  readonly task?: string;
  /** Words, or words and small files (images, PDF, sound), base64: what they need of a model rules others out. */
  readonly prompt: Prompt;
  readonly system?: string;
  /** Names of tools registered on the worker. */
  readonly tools?: readonly string[];
  /** Names of checks registered on the worker. An answer that one rejects is tried again, then by a stronger model. */
  readonly verify?: readonly string[];
  /** Tightens what the deployment, the tenant, the class and the agent say, for this step. */
  readonly policy?: Policy;
  /** Given to every tool call of the step beside what the model chose, e.g. which document to search. */
  readonly toolContext?: JsonObject;
}

export interface StructuredStepOptions<S extends StandardSchema> extends StepOptions {
  /** What the answer must be. Any Standard Schema that can describe itself as JSON Schema (zod 4.2 or later). */
  readonly output: S;
}

const { [RUN_TOOL]: runTool } = proxyActivities<SignalboxActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '5s',
});

/** Answers that fit the JSON Schema but not the schema's own checks are shown their error this often. */
const REPAIRS = 2;

export async function runStep(
  context: RunContext,
  name: string,
  options: StepOptions & { readonly output?: StandardSchema },
): Promise<unknown> {
  const setup: TranscriptEntry = {
    role: 'setup',
    tools: options.tools ?? [],
    ...(options.system !== undefined && { system: options.system }),
    ...(options.output && { outputSchema: jsonSchemaOf(options.output, name) }),
    ...(options.verify && { verify: options.verify }),
    ...policiesOf(context, options),
  };
  const conversation: Conversation = {
    step: name,
    ...(options.task !== undefined && { taskClass: options.task }),
    turn: 1,
    transcript: { id: name, length: 0, digest: '' },
    rejected: [],
    outgrown: [],
    delta: [setup, { role: 'user', content: checked(options.prompt, name) }],
  };

  let repairs = 0;
  let turnsAllowed = context.limits.turns;
  for (;;) {
    if (conversation.turn > turnsAllowed) {
      await context.parking.park({
        step: name,
        reason: 'turns_used',
        message: `Step "${name}" has used its ${turnsAllowed} turns without an answer.`,
        remedy: 'Let it have as many turns again, or abort it.',
        update: 'retry',
      });
      turnsAllowed += context.limits.turns;
    }

    const message = await invoke(context, conversation);
    const calls = toolCallsOf(message);
    if (calls.length > 0) {
      conversation.delta = [await runTools(context, name, calls, options)];
      continue;
    }
    if (!options.output) return textOf(message);

    const answer = await validated(options.output, message);
    if ('value' in answer) return answer.value;
    if (repairs++ === REPAIRS) {
      await context.parking.park({
        step: name,
        reason: 'request_refused',
        kind: 'output_invalid',
        message: `Step "${name}" was answered ${REPAIRS + 1} times with output its schema refuses: ${answer.issues}`,
        remedy: 'Let it ask again, or abort it.',
        update: 'retry',
      });
      repairs = 0;
    }
    conversation.delta = [
      { role: 'user', content: `That answer was not accepted: ${answer.issues}. Answer again, whole.` },
    ];
  }
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

async function runTools(
  context: RunContext,
  step: string,
  calls: readonly ToolCallPart[],
  { toolContext = {}, tools = [] }: StepOptions,
): Promise<ToolMessage> {
  const content = await Promise.all(
    calls.map(async ({ toolCallId, toolName, input }) => {
      const call = { step, toolName, toolCallId, input, context: toolContext };
      const result = tools.includes(toolName)
        ? await callTool(context, call)
        : {
            output: `There is no tool "${toolName}" here. There are: ${tools.join(', ') || 'none'}.`,
            isError: true,
          };
      context.journal.record({ type: 'toolReturned', input: call, result });
      return { type: 'tool-result' as const, toolCallId, toolName, ...result };
    }),
  );
  return { role: 'tool', content };
}

/** A tool under which worker after worker died would take the next one, too: a person decides. */
async function callTool({ parking }: RunContext, call: RunToolInput): Promise<RunToolResult> {
  const { step, toolName } = call;
  for (;;) {
    try {
      return await runTool.executeWithOptions({ summary: `${step} · ${toolName}` }, [call]);
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      if (!(cause instanceof ApplicationFailure) || cause.type !== 'worker_lost') return asData(error);
      await parking.park({
        step,
        reason: 'workers_lost',
        kind: 'worker_lost',
        message: `Tool "${toolName}" of step "${step}": ${cause.message}`,
        remedy: 'Mend the tool, then let it try again.',
        update: 'retry',
      });
    }
  }
}

/** A tool that failed is told to the model, which may try another way. */
function asData(error: unknown): RunToolResult {
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return { output: cause instanceof Error ? cause.message : String(cause), isError: true };
}

async function validated(
  schema: StandardSchema,
  message: AssistantMessage,
): Promise<{ value: unknown } | { issues: string }> {
  // The activity has seen that the text is JSON of the right shape; what is left are the schema's own checks.
  const result = await schema['~standard'].validate(JSON.parse(textOf(message)));
  return result.issues ? { issues: describeIssues(result.issues) } : { value: result.value };
}

function jsonSchemaOf(schema: StandardSchema, step: string): JsonObject {
  const { jsonSchema, vendor } = schema['~standard'];
  if (!jsonSchema) {
    throw ApplicationFailure.nonRetryable(
      `The output of step "${step}" is a ${vendor} schema that cannot describe itself as JSON Schema. Use zod 4.2 or later, or another library that implements Standard JSON Schema.`,
      'InvalidStep',
    );
  }
  return jsonSchema.input({ target: 'draft-2020-12' }) as JsonObject;
}
