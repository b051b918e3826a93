import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import type { InvokeModelInput } from '../core/contract/activities.ts';
import { type CarriedCalls, PARKED_MEMO, type Parked, type SearchAttribute } from '../core/contract/run.ts';
import { callNumber } from '../core/run/effect-key.ts';
import { afterRunEvent, NEW_RUN, type RunState } from '../core/run/run-state.ts';
import type { Json } from '../core/vocabulary/json.ts';
import { toolCallsOf } from '../core/vocabulary/transcript.ts';
import { type RunRecord, readRun } from '../history/read-run.ts';

export type RunStatus =
  | 'running'
  | 'parked'
  | 'completed'
  | 'failed'
  | 'canceled'
  | 'terminated'
  | 'timed out';

/** One line of a list. */
export interface RunSummary {
  /** The workflow id. */
  readonly id: string;
  readonly agent: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  /** As of the last step end or park. */
  readonly costMicros: number;
  /** Why it waits for a person, e.g. `attempts_exhausted: risks`. */
  readonly waitsFor?: string;
}

/** A run in full, from its history. */
export interface RunView extends RunSummary, RunState {
  readonly parked: readonly Parked[];
  /** Tool calls that wait for a person, with what the model asked for. */
  readonly callsWaiting: readonly CallWaiting[];
  /** Why a failed run failed. */
  readonly failure?: string;
}

/** A call of `parked`, in full: read from history, for it stands nowhere else. */
export interface CallWaiting {
  readonly step: string;
  /** `2.1` is the first of turn 2. */
  readonly call: string;
  readonly toolName: string;
  readonly input: Json;
}

/** What a list and a description of Temporal's have in common. */
type ExecutionInfo = Omit<WorkflowExecutionInfo, 'raw'>;

export function summaryOf(info: ExecutionInfo): RunSummary {
  const attribute = (name: SearchAttribute) =>
    info.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value;
  const parked = attribute('SignalboxParked');
  return {
    id: info.workflowId,
    agent: String(attribute('SignalboxAgent') ?? info.type),
    status: statusOf(info),
    startedAt: info.startTime,
    costMicros: Number(attribute('SignalboxCostMicros') ?? 0),
    ...(info.closeTime && { closedAt: info.closeTime }),
    ...(parked !== undefined && { waitsFor: String(parked) }),
  };
}

export async function viewOf(client: Client, description: WorkflowExecutionDescription): Promise<RunView> {
  const { workflowId, runId } = description;
  let state: RunState = NEW_RUN;
  let failure: string | undefined;
  const calls = new Map<string, CallWaiting>();
  for await (const record of readRun(client, { workflowId, runId })) {
    if (record.type === 'runFailed') failure = record.message;
    else state = afterRecord(state, record);
    for (const call of callsIn(record)) calls.set(nameOf(call), call);
  }
  const parked = parkedOf(description);
  for (const step of parked) state = afterRunEvent(state, { type: 'parked', parked: step });
  const callsWaiting = parked.flatMap(({ step, call = '' }) => calls.get(nameOf({ step, call })) ?? []);
  return {
    ...summaryOf(description),
    ...state,
    parked,
    callsWaiting,
    ...(failure !== undefined && { failure }),
  };
}

/** What an answer asks for, in this run or in the one that it continues. */
function callsIn(record: RunRecord): CallWaiting[] {
  switch (record.type) {
    case 'answered':
      return callsOf(record.input.step, {
        turn: record.input.turn,
        calls: toolCallsOf(record.result.message),
      });
    case 'begun':
      return record.conversations.flatMap(({ step, pending }) => (pending ? callsOf(step, pending) : []));
    default:
      return [];
  }
}

const callsOf = (step: string, { turn, calls }: NonNullable<CarriedCalls['pending']>): CallWaiting[] =>
  calls.map(({ toolName, input }, position) => ({
    ...{ step, toolName, input, call: callNumber({ turn, position }) },
  }));

const nameOf = ({ step, call }: Pick<CallWaiting, 'step' | 'call'>) => `${call} ${step}`;

/** Empty for a run that is not parked. */
export function parkedOf(info: ExecutionInfo): readonly Parked[] {
  return statusOf(info) === 'parked' ? ((info.memo?.[PARKED_MEMO] ?? []) as Parked[]) : [];
}

function statusOf({ status, memo }: ExecutionInfo): RunStatus {
  switch (status.name) {
    case 'COMPLETED':
    case 'FAILED':
    case 'TERMINATED':
      return status.name.toLowerCase() as RunStatus;
    case 'CANCELLED':
      return 'canceled';
    case 'TIMED_OUT':
      return 'timed out';
    default:
      return (memo?.[PARKED_MEMO] as Parked[] | undefined)?.length ? 'parked' : 'running';
  }
}

const callOf = ({ input: { step, judge } }: { readonly input: InvokeModelInput }) => ({
  step,
  ...(judge !== undefined && { judge }),
});

function afterRecord(state: RunState, record: Exclude<RunRecord, { type: 'runFailed' }>): RunState {
  switch (record.type) {
    case 'failed':
    case 'canceled':
      return record.failure
        ? afterRunEvent(state, { type: 'failed', ...callOf(record), failure: record.failure })
        : state;
    case 'begun':
      return record.state;
    case 'reset':
    case 'carried':
      return state;
    case 'scheduled':
    case 'answered':
    case 'waits':
    case 'toolReturned':
      return afterRunEvent(state, record);
  }
}
