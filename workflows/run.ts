/**
 * `agent()`: turns a function over a `Run` into a Temporal workflow. Start here; then `step.ts` for the turns of a
 * step, then `invoke.ts` for the failover walk of a turn.
 */

import { type Duration, TemporalFailure } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  condition,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import {
  ABORT_UPDATE,
  APPROVE_UPDATE,
  type CallAddress,
  DENY_UPDATE,
  RAISE_CAP_UPDATE,
  RETRY_UPDATE,
  type StartArguments,
} from '../src/core/contract/run.ts';
import type { Policy } from '../src/core/vocabulary/policy.ts';
import {
  describeIssues,
  type InferInput,
  type InferOutput,
  type StandardSchema,
} from '../src/core/vocabulary/standard-schema.ts';
import { type Carried, Continuation } from './continuation.ts';
import { Effects, undoEffects } from './effects.ts';
import { Journal } from './journal.ts';
import { recordAtClose } from './ledger.ts';
import { type Limits, limitsOf } from './limits.ts';
import { abortUpdate, approveUpdate, denyUpdate, raiseCapUpdate, retryUpdate } from './messages.ts';
import { Outbox } from './outbox.ts';
import { ParkingLot } from './parking.ts';
import { newPurse, Purse } from './purse.ts';
import type { RunContext } from './run-context.ts';
import { assertCarried, assertShort, boundedFailure, shortened } from './size-limits.ts';
import { runStep, type StepOptions, type StructuredStepOptions } from './step.ts';
import { Updates } from './updates.ts';
import { WallTime } from './wall-time.ts';

export interface AgentDefinition<In extends StandardSchema, Out extends StandardSchema | undefined> {
  /** The workflow type. Export the agent under the same name from the file your worker bundles. */
  readonly name: string;
  readonly input: In;
  /** Checks what the function returns; what it returns is the result as it is where absent. */
  readonly output?: Out;
  readonly limits?: AgentLimits;
  /** Effect tools that run without asking a person first. Default: none. */
  readonly autoApprove?: readonly string[];
  /** Tightens what the deployment, the tenant and the task classes say, for all steps. */
  readonly policy?: Policy;
}

/** Past a limit the run parks; it does not fail. */
export interface AgentLimits {
  /** Money for the whole run, in USD. Default 0.50. */
  readonly usd?: number;
  /** Model replies in one step. Default 30. */
  readonly turns?: number;
  /** Tool calls in one step. Default 200. */
  readonly toolCalls?: number;
  /** Attempts at one reply before the step parks. Default 6. */
  readonly attempts?: number;
  /** How long one reply may wait for endpoints that are rate limited. Default 6 hours. */
  readonly wait?: Duration;
  /** How long the run may work, e.g. `2h`; while all that is under way waits for a person it does not count. Default: no limit. */
  readonly wall?: Duration;
  /** Events of history after which the run goes on as a new one, at a turn boundary. Default 4,096. */
  readonly historyEvents?: number;
}

/** An agent: a workflow function, with the name and schemas its definition gave it. */
export interface Agent<Input, Output> {
  (input: Input): Promise<Output>;
  readonly agentName: string;
  readonly policy?: Policy;
}

/** What an agent's function works with. */
export interface Run {
  /** The workflow id. */
  readonly id: string;
  /**
   * One named stage of the task: the model's answer, after as many turns with tools as it takes. Names are unique
   * within a run. With `output`, the answer is validated and typed; without, it is text.
   */
  step<S extends StandardSchema>(name: string, options: StructuredStepOptions<S>): Promise<InferOutput<S>>;
  step(name: string, options: StepOptions): Promise<string>;
}

/**
 * @throws ApplicationFailure `InvalidInput` where the input does not fit its schema, `InvalidOutput` where the result
 * does not, `PayloadTooLarge` where the result has more than 1 MB, `Aborted` where a person gave the run up,
 * `AgentError` where the function itself throws; at once SignalboxError where a limit is none
 */
export function agent<In extends StandardSchema, Out extends StandardSchema, R extends InferInput<Out>>(
  definition: AgentDefinition<In, Out> & { readonly output: Out },
  run: (run: Run, input: InferOutput<In>) => Promise<R>,
): Agent<InferInput<In>, InferOutput<Out>>;
export function agent<In extends StandardSchema, R>(
  definition: AgentDefinition<In, undefined>,
  run: (run: Run, input: InferOutput<In>) => Promise<R>,
): Agent<InferInput<In>, R>;
export function agent(
  definition: AgentDefinition<StandardSchema, StandardSchema | undefined>,
  run: (run: Run, input: never) => Promise<unknown>,
): Agent<unknown, unknown> {
  const limits = limitsOf(definition.name, definition.limits);
  const workflow = async (
    input: unknown,
    start: StartArguments & { carried?: Carried } = {},
  ): Promise<unknown> => {
    const context = beginRun(definition, limits, start);
    const scope = new CancellationScope();
    try {
      const parsed = await parse(definition.input, input, 'Input');
      await context.continuation.restore();
      const output = await Promise.race([
        scope.run(() => run(runOf(context), parsed as never)),
        // The function is told of a cancel, and may yet have an answer.
        CancellationScope.nonCancellable(() => context.continuation.continueWhenDue(context, input, start)),
      ]);
      const result = definition.output ? await parse(definition.output, output, 'Output') : output;
      assertCarried(`The result of agent "${definition.name}"`, result);
      await close(context, scope, 'completed');
      return result;
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      await close(context, scope, isCancellation(error) ? 'canceled' : 'failed');
      throw boundedFailure(asWorkflowFailure(error, definition.name));
    }
  };
  const { name, policy } = definition;
  return Object.assign(workflow, { agentName: name, ...(policy && { policy }) });
}

async function close(
  context: RunContext,
  steps: CancellationScope,
  status: 'completed' | 'failed' | 'canceled',
): Promise<void> {
  const { journal, purse, effects } = context;
  // Steps that the function no longer waits for are given up, and what their calls cost is waited for.
  steps.cancel();
  await CancellationScope.nonCancellable(() => condition(() => purse.isSettled && effects.areSettled));
  if (status === 'failed') await undoEffects(context);
  const recorded = journal.hasCosts ? await recordAtClose() : true;
  journal.close(status, recorded);
}

/** The model is shown it, and history holds it. */
const REASON_CHARS = 4_000;

function beginRun(
  { name, autoApprove, policy }: AgentDefinition<StandardSchema, StandardSchema | undefined>,
  limits: Limits,
  { maxUsd = Infinity, tenant, policy: ofRequest, carried }: StartArguments & { carried?: Carried },
): RunContext {
  assertShort('The tenant', tenant ?? '');
  const journal = new Journal(name, tenant, carried?.state);
  const purse = new Purse(carried?.purse ?? newPurse(Math.min(limits.usd, maxUsd)));
  const wall = new WallTime(limits.wallMs, carried?.wall);
  const parking = new ParkingLot({ journal, wall }, carried?.parks ?? 0, carried?.conversations ?? []);
  const updates = new Updates(carried?.updates ?? []);

  updates.on(retryUpdate, (repair?: { step?: string }) => parking.unpark(RETRY_UPDATE, repair), {
    assert: (repair?: { step?: string }) => parking.assertParked(RETRY_UPDATE, repair),
    description: 'Try a parked step again; every parked step where none is named.',
  });
  updates.on(
    raiseCapUpdate,
    ({ usd }) => {
      purse.raiseCap(usd);
      return parking.unpark(RAISE_CAP_UPDATE);
    },
    {
      assert: (raise) => {
        if (!(raise?.usd > 0))
          throw new Error(
            `usd must be a number above 0, got ${shortened(String(JSON.stringify(raise?.usd)))}`,
          );
      },
      description: 'Allow the run to spend this much more, in USD, and try again what is parked.',
    },
  );
  updates.on(
    abortUpdate,
    (abort?: { reason?: string }) => parking.abort(abort?.reason ?? 'aborted by a person'),
    {
      assert: () => parking.assertParked(ABORT_UPDATE),
      description: 'Give a parked run up: it fails with the reason given.',
    },
  );
  updates.on(approveUpdate, (calls?: CallAddress) => parking.unpark(APPROVE_UPDATE, calls), {
    assert: (calls?: CallAddress) => parking.assertParked(APPROVE_UPDATE, calls),
    description: 'Allow the effects that ask first: of a step or one call where named, else all.',
  });
  updates.on(denyUpdate, ({ reason, ...calls }) => parking.deny(reason, calls), {
    assert: (denial) => {
      if (typeof denial?.reason !== 'string' || denial.reason.trim() === '')
        throw new Error(`reason must say why, for the model, got ${JSON.stringify(denial?.reason)}`);
      if (denial.reason.length > REASON_CHARS)
        throw new Error(`reason has ${denial.reason.length} characters; give it ${REASON_CHARS} at most.`);
      parking.assertParked(DENY_UPDATE, denial);
    },
    description: 'Refuse the effects that ask first, with a reason that the model is shown.',
  });

  return {
    agent: name,
    ...(tenant !== undefined && { tenant }),
    policies: { ...(policy && { agent: policy }), ...(ofRequest && { request: ofRequest }) },
    limits,
    autoApprove: new Set(autoApprove),
    ...{
      purse,
      wall,
      parking,
      journal,
      updates,
      effects: new Effects(carried?.effects),
      outbox: new Outbox(),
    },
    continuation: new Continuation(carried, limits.historyEvents),
  };
}

function runOf(context: RunContext): Run {
  const names = new Set<string>();
  return {
    id: workflowInfo().workflowId,
    step: (name: string, options: StepOptions & { output?: StandardSchema }) => {
      if (names.has(name)) {
        throw ApplicationFailure.nonRetryable(
          `Two steps are named "${name}". Step names are unique within a run: give the second its own, such as "${name} 2".`,
          'DuplicateStep',
        );
      }
      names.add(name);
      const answer = runStep(context, name, options) as Promise<never>;
      // A step that nobody waits for may fail unheard, as it is given up when the run ends.
      answer.catch(() => {});
      return answer;
    },
  };
}

async function parse(schema: StandardSchema, value: unknown, what: 'Input' | 'Output'): Promise<unknown> {
  const result = await schema['~standard'].validate(value);
  if (!result.issues) return result.value;
  throw ApplicationFailure.nonRetryable(
    `The agent's ${what.toLowerCase()} does not fit its schema: ${describeIssues(result.issues)}`,
    `Invalid${what}`,
  );
}

/** An error of the agent's own code would be retried by Temporal for ever as a failed workflow task; it ends the run. */
function asWorkflowFailure(error: unknown, agentName: string): Error {
  if (error instanceof TemporalFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return ApplicationFailure.create({
    type: 'AgentError',
    nonRetryable: true,
    message: `Agent "${agentName}" threw: ${message}`,
    ...(error instanceof Error && { cause: error }),
  });
}
