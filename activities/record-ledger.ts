import { Context } from '@temporalio/activity';
import type { RecordLedgerInput } from '../src/core/contract/activities.ts';
import type { ActivityPorts } from './ports.ts';

/** @returns the activity that writes its own run's attempts into the ledger; a database that is away is tried again */
export function createRecordLedger({
  ledger,
}: Pick<ActivityPorts, 'ledger'>): (input: RecordLedgerInput) => Promise<void> {
  return ({ closing }) => ledger.record(Context.current().info.workflowExecution!, closing);
}
