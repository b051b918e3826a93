/** What a run's history holds, as Temporal UI would show it: decoded here by hand, so that no code of ours vouches for itself. */

import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { InvokeModelInput, InvokeModelResult } from '../../src/core/contract/activities.ts';

type Payload = temporal.api.common.v1.IPayload;
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface ActivityRecord {
  readonly name: string;
  readonly input: Record<string, unknown>;
  readonly summary: string;
  /** `completed`, `canceled`, `open`, or the type of the failure. */
  readonly outcome: string;
  readonly failureMessage?: string;
  readonly result?: unknown;
}

export async function eventsOf(client: Client, workflowId: string): Promise<HistoryEvent[]> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return history.events ?? [];
}

/** The same without those that only keep the books. */
export async function workOf(client: Client, workflowId: string): Promise<ActivityRecord[]> {
  const activities = await activitiesOf(client, workflowId);
  return activities.filter(({ name }) => name !== 'signalbox.recordLedger');
}

/** Activities in the order in which they were scheduled. */
export async function activitiesOf(client: Client, workflowId: string): Promise<ActivityRecord[]> {
  const events = await eventsOf(client, workflowId);
  return events.flatMap((event): ActivityRecord[] => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (!scheduled) return [];
    const id = String(event.eventId);
    const end = events.find(
      (other) =>
        [
          other.activityTaskCompletedEventAttributes,
          other.activityTaskFailedEventAttributes,
          other.activityTaskCanceledEventAttributes,
        ].some((attributes) => attributes && String(attributes.scheduledEventId) === id) || false,
    );
    const failure = end?.activityTaskFailedEventAttributes?.failure;
    return [
      {
        name: scheduled.activityType!.name!,
        input: decoded(scheduled.input?.payloads?.[0]) as Record<string, unknown>,
        summary: String(decoded(event.userMetadata?.summary)),
        outcome: end?.activityTaskCompletedEventAttributes
          ? 'completed'
          : end?.activityTaskCanceledEventAttributes
            ? 'canceled'
            : (failure?.applicationFailureInfo?.type ?? 'open'),
        ...(failure?.message && { failureMessage: failure.message }),
        ...(end?.activityTaskCompletedEventAttributes && {
          result: decoded(end.activityTaskCompletedEventAttributes.result?.payloads?.[0]),
        }),
      },
    ];
  });
}

/** Durable timers, in milliseconds. */
export async function timersOf(client: Client, workflowId: string): Promise<number[]> {
  const events = await eventsOf(client, workflowId);
  return events.flatMap(({ timerStartedEventAttributes: timer }) => {
    const { seconds = 0, nanos = 0 } = timer?.startToFireTimeout ?? {};
    return timer ? [Number(seconds) * 1000 + (nanos ?? 0) / 1e6] : [];
  });
}

export function decoded(payload: Payload | null | undefined): unknown {
  return payload?.data?.length ? JSON.parse(Buffer.from(payload.data).toString('utf8')) : undefined;
}

/** The model calls of a run, in order. */
export async function turnsOf(client: Client, id: string) {
  const activities = await activitiesOf(client, id);
  return activities
    .filter(({ name }) => name === 'signalbox.invokeModel')
    .map(({ input, result }) => ({
      input: input as unknown as InvokeModelInput,
      result: result as InvokeModelResult,
    }));
}
