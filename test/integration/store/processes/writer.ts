/** Writes batches of rows and says how many are in, until it is told to stop. `URL WORKFLOW` */
import { setImmediate } from 'node:timers/promises';
import { writeLedger } from '../../../../src/store/ledger.ts';
import { openStore } from '../../../../src/store/store.ts';
import { aLedgerRow } from '../../../support/a-ledger-row.ts';

const [url, workflowId] = process.argv.slice(2) as [string, string];
const ROWS = 20;

let stopped = false;
process.stdin.once('data', () => {
  stopped = true;
});
const store = await openStore({ url });
for (let batch = 0; !stopped; batch += 1) {
  const rows = Array.from({ length: ROWS }, (_, i) =>
    aLedgerRow({ workflowId, activityId: `${batch}.${i}` }),
  );
  await writeLedger(store, rows);
  // SQLite answers within the same turn of the event loop, which would hear nothing else.
  await setImmediate();
  process.stdout.write(`wrote ${(batch + 1) * ROWS}\n`);
}
await store.close();
process.exit(0);
