import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { LEDGER_DUE } from '../core/contract/run.ts';
import { unrecorded } from '../store/ledger.ts';
import type { WorkerStore } from './worker-store.ts';

const EVERY_MS = 15_000;
/** Runs looked up in the database at once. */
const BATCH = 100;

/**
 * Runs that closed without their last costs in the ledger: the database was away, or somebody terminated them. History
 * has them, and visibility finds them, so that every worker looks now and then.
 */
const CLOSED_WITHOUT_LEDGER = `(SignalboxLedger = '${LEDGER_DUE}' AND ExecutionStatus != 'Running') OR (SignalboxAgent IS NOT NULL AND ExecutionStatus IN ('Terminated', 'TimedOut'))`;

/** Catches up until `signal` aborts. Never rejects: what fails is tried again the next time. */
export async function keepLedger(client: Client, store: WorkerStore, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await catchUp(client, store, signal).catch(() => {});
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

async function catchUp(client: Client, store: WorkerStore, signal: AbortSignal): Promise<void> {
  const batch: { workflowId: string; runId: string }[] = [];
  const flush = async () => {
    const due = new Set(
      await unrecorded(
        await store.open(),
        batch.map(({ runId }) => runId),
      ),
    );
    for (const run of batch.splice(0)) {
      if (signal.aborted) return;
      if (due.has(run.runId)) await store.recordRun(client, run, { closed: true, last: true });
    }
  };
  for await (const { workflowId, runId } of client.workflow.list({ query: CLOSED_WITHOUT_LEDGER })) {
    batch.push({ workflowId, runId });
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}
