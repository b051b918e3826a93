/**
 * A run as a person sees it: its steps, who answered, what was tried and what it cost. One reducer builds it twice: in
 * the workflow as things happen, for Temporal UI, and in the client from history, for which no worker is needed.
 */
import type {
  AttemptFailure,
  InvokeModelInput,
  InvokeModelResult,
  Read,
  RunToolInput,
  RunToolResult,
} from '../contract/activities.ts';
import type { Parked } from '../contract/run.ts';
import { DEFAULT_TASK_CLASS } from '../routing/infer-task-class.ts';
import type { Attempt } from '../vocabulary/attempt.ts';
import type { Decision } from '../vocabulary/decision.ts';
import { toolCallsOf } from '../vocabulary/transcript.ts';
import { verdictOf } from '../vocabulary/verdict.ts';
import type { StepWait } from './step-wait.ts';

export interface RunState {
  /** In the order in which they began. */
  readonly steps: readonly StepState[];
  /** Of every attempt, failed and lost ones included. */
  readonly costMicros: number;
}

export interface StepState {
  readonly name: string;
  readonly taskClass: string;
  readonly status: 'running' | 'waiting' | 'done' | 'parked';
  readonly turns: number;
  readonly toolCalls: number;
  /** Who answered last; absent until somebody has. */
  readonly endpoint?: string;
  readonly model?: string;
  readonly attempts: readonly Attempt[];
  /** Attempts that `attempts` does not hold any more, for the run was continued as new since. */
  readonly earlierAttempts?: number;
  readonly costMicros: number;
  /** Spent in attempts, in milliseconds. */
  readonly ms: number;
  /** Who must still accept the last answer, by name; absent where nobody must. */
  readonly judges?: readonly string[];
  /** Calls of judges about its answers, which are no attempts of its own; absent where there were none. */
  readonly judgeCalls?: number;
  /** Why the endpoint that answered was chosen. */
  readonly decision?: Decision;
  /** What waits for a person, in the order in which it began to. */
  readonly parked: readonly Parked[];
  readonly waiting?: StepWait;
}

type ModelCall = Pick<InvokeModelInput, 'step' | 'callKind' | 'judge' | 'taskClass' | 'turn'>;

export type RunEvent =
  | { readonly type: 'scheduled'; readonly input: ModelCall }
  | { readonly type: 'answered'; readonly input: ModelCall; readonly result: Read<InvokeModelResult> }
  | {
      readonly type: 'failed';
      readonly step: string;
      readonly judge?: string;
      readonly failure: Pick<AttemptFailure, 'attempt' | 'lost'>;
    }
  | {
      readonly type: 'toolReturned';
      readonly input: Pick<RunToolInput, 'step'>;
      readonly result: RunToolResult;
    }
  | { readonly type: 'waits'; readonly wait: StepWait }
  | { readonly type: 'parked'; readonly parked: Parked }
  | { readonly type: 'unparked'; readonly step: string; readonly number: number };

export const NEW_RUN: RunState = { steps: [], costMicros: 0 };

/** What the run that continues it is to know: totals, and what failed last in steps that go on. */
export function carriedState({ steps, costMicros }: RunState): RunState {
  return {
    costMicros,
    steps: steps.map(({ decision: _d, waiting: _w, attempts, ...step }) => {
      const kept = step.status === 'done' ? [] : attempts.filter(isFailed).slice(-CARRIED_FAILURES);
      return {
        ...step,
        parked: [],
        attempts: kept,
        earlierAttempts: (step.earlierAttempts ?? 0) + attempts.length - kept.length,
      };
    }),
  };
}

const CARRIED_FAILURES = 5;
const isFailed = ({ outcome }: Attempt) => outcome !== 'answered';

export const attemptsMade = ({ attempts, earlierAttempts = 0 }: StepState): number =>
  attempts.length + earlierAttempts;

export function afterRunEvent(run: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'scheduled': {
      const { step, callKind, taskClass, turn } = event.input;
      return change(begun(run, step), step, ({ waiting: _, ...state }) => ({
        ...state,
        // What is done on the step's behalf is of another class.
        taskClass: (callKind === undefined && taskClass) || state.taskClass,
        status: 'running',
        turns: Math.max(turn, state.turns),
      }));
    }
    case 'answered': {
      const { attempt, lost = [], decision, message, judges } = event.result;
      const { step, callKind, judge } = event.input;
      if (judge !== undefined) return change(run, step, (state) => judged(state, judge, event.result));
      if (callKind !== undefined)
        return change(run, step, (state) => withAttempts(state, [...lost, attempt]));
      return change(run, step, ({ judges: _, ...state }) => ({
        ...withAttempts(state, [...lost, attempt]),
        status: toolCallsOf(message).length > 0 || judges ? 'running' : 'done',
        ...(judges && { judges }),
        endpoint: attempt.endpoint,
        model: attempt.servedModel ?? attempt.requestedModel,
        // Told by the worker where the step named none.
        taskClass: decision.taskClass,
        decision,
      }));
    }
    case 'failed': {
      const { attempt, lost } = event.failure;
      const asked = WAITS.has(attempt.outcome) ? [] : [attempt];
      const made = [...lost, ...asked];
      return change(run, event.step, (state) =>
        event.judge === undefined ? withAttempts(state, made) : withJudgeCalls(state, made),
      );
    }
    case 'waits':
      return change(run, event.wait.step, (state) => ({ ...state, status: 'waiting', waiting: event.wait }));
    case 'toolReturned':
      return change(run, event.input.step, (state) => ({ ...state, toolCalls: state.toolCalls + 1 }));
    case 'parked':
      // It may have parked before anybody was asked.
      return change(begun(run, event.parked.step), event.parked.step, ({ waiting: _, ...state }) => ({
        ...state,
        status: 'parked',
        parked: [...state.parked, event.parked],
      }));
    case 'unparked':
      return change(run, event.step, (state) => {
        const parked = state.parked.filter(({ number }) => number !== event.number);
        return { ...state, parked, status: parked.length > 0 ? 'parked' : 'running' };
      });
  }
}

const begun = (run: RunState, step: string): RunState =>
  run.steps.some(({ name }) => name === step) ? run : { ...run, steps: [...run.steps, newStep(step)] };

const newStep = (name: string): StepState => ({
  name,
  taskClass: DEFAULT_TASK_CLASS,
  status: 'running',
  turns: 1,
  toolCalls: 0,
  attempts: [],
  parked: [],
  costMicros: 0,
  ms: 0,
});

/** The last judge to accept makes the step done. */
function judged(
  state: StepState,
  judge: string,
  { attempt, lost = [], message }: Read<InvokeModelResult>,
): StepState {
  const { judges: before = [], ...called } = withJudgeCalls(state, [...lost, attempt]);
  if (!verdictOf(message).accepted) return called;
  const judges = before.filter((name) => name !== judge);
  return judges.length > 0 ? { ...called, judges } : { ...called, status: 'done' };
}

const withJudgeCalls = (state: StepState, calls: readonly Attempt[]): StepState => ({
  ...spent(state, calls),
  judgeCalls: (state.judgeCalls ?? 0) + calls.length,
});

const withAttempts = (state: StepState, attempts: readonly Attempt[]): StepState => ({
  ...spent(state, attempts),
  attempts: [...state.attempts, ...attempts],
});

const spent = (state: StepState, attempts: readonly Attempt[]): StepState => ({
  ...state,
  costMicros: state.costMicros + sum(attempts.map(({ costMicros }) => costMicros)),
  ms: state.ms + sum(attempts.map(({ totalMs }) => totalMs)),
});

function change(run: RunState, step: string, next: (state: StepState) => StepState): RunState {
  const steps = run.steps.map((state) => (state.name === step ? next(state) : state));
  return { steps, costMicros: sum(steps.map(({ costMicros }) => costMicros)) };
}

/** Nobody was asked, so that there is nothing to list. */
const WAITS: ReadonlySet<Attempt['outcome']> = new Set(['no_eligible_endpoint', 'worth_waiting']);

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
