import type { Client } from '@temporalio/client';
import { HEARTBEAT_TIMEOUT_MS } from '../core/contract/heartbeat.ts';
import { tokensOf } from '../core/cost/plausible-usage.ts';
import { requestIdOf } from '../core/cost/request-id.ts';
import { DEFAULT_TASK_CLASS } from '../core/routing/infer-task-class.ts';
import type { Attempt, LostAttempt } from '../core/vocabulary/attempt.ts';
import type { Decision } from '../core/vocabulary/decision.ts';
import type { LedgerRow, LedgerUsage } from '../core/vocabulary/ledger.ts';
import { type RunRecord, readRun } from './read-run.ts';

/** Rows whose run is not known yet: a history that was reset begins with what happened in other runs. */
type Unplaced = Omit<LedgerRow, 'workflowId' | 'runId' | 'firstRunId' | 'providerRequestId'>;
type ModelRecord = Extract<RunRecord, { type: 'scheduled' | 'answered' | 'failed' | 'canceled' }>;

/**
 * What a run's history says that its attempts cost, in the order in which they ended.
 * @param closing whether calls that history shows no end of will never have one
 */
export async function readLedgerRows(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  closing: boolean,
): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  const unplaced: Unplaced[] = [];
  const open = new Map<string, ModelRecord>();
  let firstRunId = runId;
  const place = (inRun: string) => {
    for (const row of unplaced.splice(0)) {
      const { activityId, activityAttempt: attempt } = row;
      const providerRequestId = requestIdOf({ runId: inRun, activityId, attempt });
      rows.push({ ...row, workflowId, runId: inRun, firstRunId, providerRequestId });
    }
  };
  for await (const record of readRun(client, { workflowId, runId })) {
    if (record.type === 'begun') firstRunId = record.firstRunId || runId;
    else if (record.type === 'reset') place(record.baseRunId);
    else if (record.type === 'scheduled') open.set(record.call.activityId, record);
    else if (record.type === 'answered' || record.type === 'failed' || record.type === 'canceled') {
      open.delete(record.call.activityId);
      unplaced.push(...rowsOf(record));
    }
  }
  if (closing) for (const record of open.values()) unplaced.push(unseenRow(record));
  place(runId);
  return rows;
}

function rowsOf(record: Exclude<ModelRecord, { type: 'scheduled' }>): Unplaced[] {
  const {
    attempt,
    lost = [],
    decision,
  } = record.type === 'answered'
    ? record.result
    : (record.failure ?? { attempt: undefined, decision: undefined });
  const died = record.type === 'canceled' ? record.lost : [];
  const { attempt: activityAttempt, startedAtMs } = record.call;
  const own = attempt && attempt.endpoint !== 'none' ? [{ ...attempt, activityAttempt, startedAtMs }] : [];
  const rows = [...lost, ...died, ...own].map((made) => rowOf(record, made, made, decision));
  return rows.length === 0 && record.type === 'canceled' && mayHaveBegun(record) ? [unseenRow(record)] : rows;
}

/**
 * Whether a call that was given up with nobody there to tell of it may have been made. The server says the same of one
 * that never began and of one whose worker died, but takes a worker for dead only after a while.
 */
const mayHaveBegun = ({ failure, call, endedAtMs }: Extract<ModelRecord, { type: 'canceled' }>) =>
  !failure && (call.attempt > 0 || endedAtMs - call.startedAtMs > HEARTBEAT_TIMEOUT_MS);

function rowOf(
  record: ModelRecord,
  attempt: Attempt,
  { activityAttempt, startedAtMs }: Pick<LostAttempt, 'activityAttempt' | 'startedAtMs'>,
  decision: Decision | undefined,
): Unplaced {
  const { input, call } = record;
  const provider = providerOf(attempt.endpoint);
  const price = /^(?<source>.*), (?<date>[\d-]+)$/.exec(attempt.price ?? '')?.groups;
  return {
    activityId: call.activityId,
    activityAttempt,
    ...stepOf(record, decision),
    callKind: input.callKind ?? (input.repair === undefined ? 'work' : 'repair'),
    ...{ endpoint: attempt.endpoint, provider, requestedModel: attempt.requestedModel },
    ...(attempt.servedModel !== undefined && { servedModel: attempt.servedModel }),
    // Of a call that nobody saw it is not claimed that only one provider could serve it.
    failover: decision?.failover ?? true,
    outcome: attempt.outcome,
    usage: usageOf(attempt),
    flags: attempt.absurdUsage ? ['absurd_usage'] : [],
    ...(price && { price: { source: price.source!, date: price.date! } }),
    estimatedMicros: attempt.costMicros,
    ...(attempt.reportedMicros !== undefined && { reportedMicros: attempt.reportedMicros }),
    startedAt: new Date(startedAtMs).toISOString(),
    ...(attempt.firstTokenMs !== undefined && { firstTokenMs: attempt.firstTokenMs }),
    totalMs: attempt.totalMs,
  };
}

/** A call that nobody lived to tell of: whom it went to is not known, only that it cost its allotment at most. */
function unseenRow(record: ModelRecord): Unplaced {
  const attempt: Attempt = {
    ...{ endpoint: 'unknown', requestedModel: 'unknown', outcome: 'worker_lost' },
    costMicros: record.input.allotmentMicros,
    totalMs: 0,
  };
  const { attempt: execution, startedAtMs } = record.call;
  return rowOf(record, attempt, { activityAttempt: Math.max(1, execution), startedAtMs }, undefined);
}

function stepOf({ input }: ModelRecord, decision: Decision | undefined) {
  const { agent, step, turn, tenant, taskClass } = input;
  return {
    ...{ agent, step, turn },
    ...(tenant !== undefined && { tenant }),
    taskClass: decision?.taskClass ?? taskClass ?? DEFAULT_TASK_CLASS,
  };
}

function usageOf({ usage, costMicros }: Attempt): LedgerUsage {
  if (usage) return { kind: 'reported', tokens: tokensOf(usage) };
  return costMicros > 0 ? { kind: 'unknown', allotmentMicros: costMicros } : { kind: 'none' };
}

const providerOf = (endpoint: string) => endpoint.split('/')[0]!;
