/**
 * Reads a run from its own history: what was asked, answered and failed, in order. It needs a client and no worker;
 * history is the store.
 */
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
  INVOKE_MODEL,
  type InvokeModelInput,
  type InvokeModelResult,
  RUN_TOOL,
  type RunToolInput,
  type RunToolResult,
} from '../core/contract/activities.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export type RunRecord =
  | { readonly type: 'scheduled'; readonly input: InvokeModelInput }
  | { readonly type: 'answered'; readonly input: InvokeModelInput; readonly result: InvokeModelResult }
  | { readonly type: 'failed'; readonly input: InvokeModelInput; readonly failure: AttemptFailure }
  /** The run failed, in the words of whatever failed it. */
  | { readonly type: 'runFailed'; readonly message: string }
  | { readonly type: 'toolReturned'; readonly input: RunToolInput; readonly result: RunToolResult };

export interface RunAddress {
  readonly workflowId: string;
  /** The latest run where absent. */
  readonly runId?: string;
}

/** Yields a run's records in the order of history. @throws ServiceError where the server does not know the run */
export async function* readRun(client: Client, address: RunAddress): AsyncGenerator<RunRecord> {
  const converter = client.options.loadedDataConverter;
  const models = new Map<string, InvokeModelInput>();
  const tools = new Map<string, RunToolInput>();

  for await (const event of readEvents(client, address)) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name === INVOKE_MODEL) {
      const input = await decodeFromPayloadsAtIndex<InvokeModelInput>(
        converter,
        0,
        scheduled.input?.payloads,
      );
      models.set(String(event.eventId), input);
      yield { type: 'scheduled', input };
    } else if (scheduled?.activityType?.name === RUN_TOOL) {
      tools.set(
        String(event.eventId),
        await decodeFromPayloadsAtIndex<RunToolInput>(converter, 0, scheduled.input?.payloads),
      );
    }

    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      const model = models.get(String(completed.scheduledEventId));
      const tool = tools.get(String(completed.scheduledEventId));
      const result = () => decodeFromPayloadsAtIndex<never>(converter, 0, completed.result?.payloads);
      if (model) yield { type: 'answered', input: model, result: await result() };
      if (tool) yield { type: 'toolReturned', input: tool, result: await result() };
    }

    const ended = event.workflowExecutionFailedEventAttributes;
    if (ended) yield { type: 'runFailed', message: ended.failure?.message ?? 'nobody says why' };

    const failed = event.activityTaskFailedEventAttributes;
    const input = failed && models.get(String(failed.scheduledEventId));
    if (input) {
      const error = await decodeOptionalFailureToOptionalError(converter, failed.failure);
      const details = error instanceof ApplicationFailure ? error.details?.[0] : undefined;
      if (details) yield { type: 'failed', input, failure: details as AttemptFailure };
    }
  }
}

/** Why the run's workflow tasks fail, in the worker's words; `undefined` where none has failed. */
export async function lastTaskFailure(client: Client, address: RunAddress): Promise<string | undefined> {
  let message: string | undefined;
  for await (const { workflowTaskFailedEventAttributes: failed } of readEvents(client, address)) {
    message = failed?.failure?.message ?? message;
  }
  return message;
}

/** Small pages: a page of large events would not fit into a gRPC message of 4 MB, and is asked for again at half. */
const PAGE_EVENTS = 20;

async function* readEvents(client: Client, { workflowId, runId }: RunAddress): AsyncGenerator<HistoryEvent> {
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
