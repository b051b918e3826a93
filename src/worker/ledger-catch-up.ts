import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { LEDGER_DUE } from '../core/contract/run.ts';
import { unrecorded } from '../store/ledger.ts';
import type { WorkerStore } from './worker-store.ts';

export interface CatchUpOptions {
  readonly client: Client;
  readonly store: WorkerStore;
  /** Only its runs: another queue's workers may have another database. */
  readonly taskQueue: string;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

const EVERY_MS = 15_000;
/** Visibility may tell of a run's end so much later. */
const OVERLAP_MS = 5 * 60_000;
/** Runs looked up in the database at once. */
const BATCH = 100;

/**
 * Writes what closed runs still owe the ledger, until `signal` aborts: the database was away, or somebody terminated them.
 * History has their attempts, and visibility finds them. All of them at first, then those that closed since. Never
 * rejects: what fails is said once, and tried again the next time.
 */
export async function keepLedger(options: CatchUpOptions): Promise<void> {
  const { signal, warn } = options;
  const said = new Set<string>();
  let since = new Date(0);
  while (!signal.aborted) {
    const begunAtMs = Date.now();
    const failures = await catchUp(options, since).catch((error: unknown) => [error]);
    if (failures.length === 0) since = new Date(begunAtMs - OVERLAP_MS);
    for (const failure of failures) {
      const message = failure instanceof Error ? failure.message : String(failure);
      if (!said.has(message) && !signal.aborted) warn(`The ledger is behind: ${message}`);
      said.add(message);
    }
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

const closedWithoutLedger = (taskQueue: string, since: Date) =>
  `TaskQueue = '${taskQueue.replaceAll("'", "''")}' AND CloseTime > '${since.toISOString()}' AND ` +
  `(SignalboxLedger = '${LEDGER_DUE}' OR (SignalboxAgent IS NOT NULL AND ExecutionStatus IN ('Terminated', 'TimedOut')))`;

/** @returns what failed: one run's trouble is not another's */
async function catchUp(
  { client, store, taskQueue, signal }: CatchUpOptions,
  since: Date,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  let batch: { workflowId: string; runId: string }[] = [];
  const flush = async () => {
    const runs = batch;
    batch = [];
    const due = new Set(
      await unrecorded(
        await store.open(),
        runs.map(({ runId }) => runId),
      ),
    );
    for (const run of runs) {
      if (signal.aborted || !due.has(run.runId)) continue;
      await store.recordRun(client, run, true).catch((error: unknown) => failures.push(error));
    }
  };
  for await (const { workflowId, runId } of client.workflow.list({
    query: closedWithoutLedger(taskQueue, since),
  })) {
    batch.push({ workflowId, runId });
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return failures;
}
