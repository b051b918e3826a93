/**
 * Reads a run from its own history: what was asked, answered and failed, in order. It needs a client and no worker;
 * history is the store.
 */
import { channel } from 'node:diagnostics_channel';
import type { Client } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';
import {
  type AttemptFailure,
  CARRY_TRANSCRIPT,
  type CarriedItem,
  type CarryTranscriptResult,
  INVOKE_MODEL,
  type InvokeModelInput,
  type InvokeModelResult,
  type Read,
  RUN_TOOL,
  type RunToolInput,
  type RunToolResult,
} from '../core/contract/activities.ts';
import { lostIn } from '../core/contract/heartbeat.ts';
import type { CarriedCalls, StartArguments } from '../core/contract/run.ts';
import { DecisionReader } from '../core/routing/written-decision.ts';
import { NEW_RUN, type RunState } from '../core/run/run-state.ts';
import { readWaitSummary, type StepWait } from '../core/run/step-wait.ts';
import type { LostAttempt } from '../core/vocabulary/attempt.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export type RunRecord =
  /** `state` and `conversations`: of the run that this one continues. */
  | {
      readonly type: 'begun';
      readonly firstRunId: string;
      readonly state: RunState;
      readonly conversations: readonly CarriedCalls[];
    }
  | { readonly type: 'carried'; readonly items: readonly CarriedItem[] }
  /** All that came before happened in another run, which this one was reset from. */
  | { readonly type: 'reset'; readonly baseRunId: string }
  | { readonly type: 'scheduled'; readonly input: InvokeModelInput; readonly call: ModelActivity }
  | {
      readonly type: 'answered';
      readonly input: InvokeModelInput;
      readonly call: ModelActivity;
      readonly result: Read<InvokeModelResult>;
    }
  | {
      readonly type: 'failed';
      readonly input: InvokeModelInput;
      readonly call: ModelActivity;
      readonly failure: Read<AttemptFailure>;
    }
  /** Given up, or ended without a word: its worker died meanwhile, or its result was too large for the server. */
  | {
      readonly type: 'canceled';
      readonly input: InvokeModelInput;
      readonly call: ModelActivity;
      /** What the worker said of it; absent where none was there to say. */
      readonly failure?: Read<AttemptFailure>;
      /** By its last heartbeat, where no worker was there to say more. */
      readonly lost: readonly LostAttempt[];
      readonly endedAtMs: number;
    }
  /** The run failed, in the words of whatever failed it. */
  | { readonly type: 'runFailed'; readonly message: string }
  | { readonly type: 'waits'; readonly wait: StepWait }
  | { readonly type: 'toolReturned'; readonly input: RunToolInput; readonly result: RunToolResult };

/** The activity that a record is of. */
export interface ModelActivity {
  readonly activityId: string;
  /** Of its last execution, from 1; 0 where none has begun as far as history tells. */
  readonly attempt: number;
  /** When that execution began, else when it was scheduled: milliseconds since the epoch. */
  readonly startedAtMs: number;
}

export interface RunAddress {
  readonly workflowId: string;
  /** The latest run where absent. */
  readonly runId?: string;
}

/** Yields a run's records in the order of history. @throws ServiceError where the server does not know the run */
export async function* readRun(client: Client, address: RunAddress): AsyncGenerator<RunRecord> {
  const converter = client.options.loadedDataConverter;
  const models = new Map<string, { readonly input: InvokeModelInput; readonly call: ModelActivity }>();
  const tools = new Map<string, RunToolInput>();
  const carries = new Set<string>();
  const decisions = new DecisionReader();

  for await (const event of readEvents(client, address)) {
    const begun = event.workflowExecutionStartedEventAttributes;
    if (begun) {
      const start = await decodeAt<StartArguments>(converter, 1, begun.input?.payloads);
      const { state, conversations } = start?.carried ?? { state: NEW_RUN, conversations: [] };
      yield { type: 'begun', firstRunId: begun.firstExecutionRunId ?? '', state, conversations };
    }

    const reset = event.workflowTaskFailedEventAttributes;
    if (reset?.cause === RESET_WORKFLOW) yield { type: 'reset', baseRunId: reset.baseRunId ?? '' };

    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name === INVOKE_MODEL) {
      const input = await decodeFromPayloadsAtIndex<InvokeModelInput>(
        converter,
        0,
        scheduled.input?.payloads,
      );
      const { activityId } = scheduled;
      const call = { activityId: activityId ?? '', attempt: 0, startedAtMs: timeOf(event) };
      models.set(String(event.eventId), { input, call });
      yield { type: 'scheduled', input, call };
    } else if (scheduled?.activityType?.name === RUN_TOOL) {
      tools.set(
        String(event.eventId),
        await decodeFromPayloadsAtIndex<RunToolInput>(converter, 0, scheduled.input?.payloads),
      );
    }

    if (scheduled?.activityType?.name === CARRY_TRANSCRIPT) carries.add(String(event.eventId));

    const timer = event.timerStartedEventAttributes;
    const summary = timer && (await decodeFirst(converter, summaryOf(event)));
    const waits = typeof summary === 'string' ? readWaitSummary(summary) : undefined;
    if (waits) {
      const untilMs = timeOf(event) + msOf(timer?.startToFireTimeout);
      yield { type: 'waits', wait: { ...waits, untilMs } };
    }

    const started = event.activityTaskStartedEventAttributes;
    const begins = started && models.get(String(started.scheduledEventId));
    if (begins) {
      const call = { ...begins.call, attempt: started.attempt ?? 1, startedAtMs: timeOf(event) };
      models.set(String(started.scheduledEventId), { ...begins, call });
    }

    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      const model = models.get(String(completed.scheduledEventId));
      const tool = tools.get(String(completed.scheduledEventId));
      const result = <T>() => decodeFromPayloadsAtIndex<T>(converter, 0, completed.result?.payloads);
      if (model) {
        const answer = await result<InvokeModelResult>();
        const decision = decisions.readAnswered(model.input.transcript.id, answer.decision);
        yield { type: 'answered', ...model, result: { ...answer, decision } };
      }
      if (carries.has(String(completed.scheduledEventId))) {
        const { items } = await result<CarryTranscriptResult>();
        yield { type: 'carried', items };
      }
      if (tool) yield { type: 'toolReturned', input: tool, result: await result() };
    }

    const ended = event.workflowExecutionFailedEventAttributes;
    if (ended) yield { type: 'runFailed', message: ended.failure?.message ?? 'nobody says why' };

    const failed = event.activityTaskFailedEventAttributes;
    const model = failed && models.get(String(failed.scheduledEventId));
    if (model) {
      const error = await decodeOptionalFailureToOptionalError(converter, failed.failure);
      const details = error instanceof ApplicationFailure ? error.details?.[0] : undefined;
      if (details)
        yield {
          type: 'failed',
          ...model,
          failure: readFailure(details as AttemptFailure, model.input, decisions),
        };
      else yield { type: 'canceled', ...model, lost: [], endedAtMs: timeOf(event) };
    }

    const canceled = event.activityTaskCanceledEventAttributes;
    const givenUp = canceled && models.get(String(canceled.scheduledEventId));
    if (givenUp) {
      const details = await decodeFirst(converter, canceled.details?.payloads);
      const failure =
        isObject(details) && 'attempt' in details
          ? readFailure(details as AttemptFailure, givenUp.input, decisions)
          : undefined;
      const at = { lost: [], endedAtMs: timeOf(event) };
      yield { type: 'canceled', ...givenUp, ...at, ...(failure && { failure }) };
    }

    const timedOut = event.activityTaskTimedOutEventAttributes;
    const died = timedOut && models.get(String(timedOut.scheduledEventId));
    if (died) {
      const endedAtMs = timeOf(event);
      const info = timedOut.failure?.timeoutFailureInfo ?? timedOut.failure?.cause?.timeoutFailureInfo;
      const last = await decodeFirst(converter, info?.lastHeartbeatDetails?.payloads);
      const lost = isObject(last) ? lostIn(last, endedAtMs) : [];
      yield { type: 'canceled', ...died, lost, endedAtMs };
    }
  }
}

function readFailure(
  { decision, ...failure }: AttemptFailure,
  { transcript }: Pick<InvokeModelInput, 'transcript'>,
  decisions: DecisionReader,
): Read<AttemptFailure> {
  return { ...failure, ...(decision && { decision: decisions.read(transcript.id, decision) }) };
}

type Converter = Client['options']['loadedDataConverter'];
type Payloads = Parameters<typeof decodeFromPayloadsAtIndex>[2];

const decodeAt = async <T>(
  converter: Converter,
  index: number,
  payloads: Payloads,
): Promise<T | undefined> =>
  payloads && payloads.length > index ? decodeFromPayloadsAtIndex<T>(converter, index, payloads) : undefined;

const decodeFirst = (converter: Converter, payloads: Payloads): Promise<unknown> =>
  decodeAt(converter, 0, payloads);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** temporal.api.enums.v1.WorkflowTaskFailedCause */
const RESET_WORKFLOW = 20;

const timeOf = ({ eventTime }: HistoryEvent): number => msOf(eventTime);

/** Of a moment, or of a duration. */
const msOf = (time: HistoryEvent['eventTime']): number =>
  Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);

/** What the workflow called the event. */
const summaryOf = ({ userMetadata }: HistoryEvent): Payloads =>
  userMetadata?.summary ? [userMetadata.summary] : [];

/** Why the run's workflow tasks fail, in the worker's words; `undefined` where none has failed. */
export async function lastTaskFailure(client: Client, address: RunAddress): Promise<string | undefined> {
  let message: string | undefined;
  for await (const { workflowTaskFailedEventAttributes: failed } of readEvents(client, address)) {
    message = failed?.failure?.message ?? message;
  }
  return message;
}

/** Most runs are read in one page. One of large events would not fit into a gRPC message, and is asked for again at half. */
const PAGE_EVENTS = 100;

/** Told of each reading of a history. */
export const HISTORY_READS = 'signalbox:history-reads';
const reads = channel(HISTORY_READS);

async function* readEvents(client: Client, { workflowId, runId }: RunAddress): AsyncGenerator<HistoryEvent> {
  reads.publish({ workflowId, runId });
  let nextPageToken: Uint8Array | undefined;
  let maximumPageSize = PAGE_EVENTS;
  do {
    const page = await client.workflowService
      .getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, runId: runId ?? null },
        maximumPageSize,
        nextPageToken: nextPageToken ?? null,
      })
      .catch((error: unknown) => {
        if (maximumPageSize > 1 && isGrpcServiceError(error) && error.code === RESOURCE_EXHAUSTED)
          return undefined;
        throw error;
      });
    if (!page) {
      maximumPageSize = Math.floor(maximumPageSize / 2);
      continue;
    }
    yield* page.history?.events ?? [];
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    if (!nextPageToken) return;
  } while (true);
}

/** gRPC status 8. */
const RESOURCE_EXHAUSTED = 8;
