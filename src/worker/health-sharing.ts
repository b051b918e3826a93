import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerHealth } from './health.ts';

/** What others saw is known here so soon. */
const EVERY_MS = 1_000;

/** Tells the fleet what this worker saw, and hears what others did, until `signal` aborts. Never rejects. */
export async function keepSharing(health: WorkerHealth, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await health.share();
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
  }
  await health.share();
}
