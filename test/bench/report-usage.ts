import { subscribe } from 'node:diagnostics_channel';
import { HISTORY_READS } from '../../src/history/read-run.ts';

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** Tells the process that started this one, when it asks, what this one takes; and does not outlive it. */
export function reportUsage(): void {
  let historyReads = 0;
  subscribe(HISTORY_READS, () => {
    historyReads += 1;
  });
  // One that is left over would take the work of the next bench from it.
  process.on('disconnect', () => process.exit());
  process.on('message', (asked) => {
    if (asked !== 'usage') return;
    const { user, system } = process.cpuUsage();
    globalThis.gc!();
    const { rss, heapUsed } = process.memoryUsage();
    const cpuMs = (user + system) / 1_000;
    process.send!({ rssMb: megabytes(rss), heapMb: megabytes(heapUsed), cpuMs, historyReads });
  });
}
