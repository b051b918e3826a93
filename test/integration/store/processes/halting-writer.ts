/** Writes one batch, then halts in the middle of the next with the database locked. `URL WORKFLOW` */
import { writeLedger } from '../../../../src/store/ledger.ts';
import { openStore } from '../../../../src/store/store.ts';
import { aLedgerRow } from '../../../support/a-ledger-row.ts';

const [url, workflowId] = process.argv.slice(2) as [string, string];
const store = await openStore({ url });
await writeLedger(store, [aLedgerRow({ workflowId, activityId: 'whole' })]);
await store.run((db) =>
  db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('signalboxLedger')
      .set({ estimatedMicros: 999_999 })
      .where('workflowId', '=', workflowId)
      .execute();
    process.stdout.write('halted\n');
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  }),
);
