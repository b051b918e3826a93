import { Command } from 'commander';
import { reconcile } from '../store/reconcile.ts';
import { readUsageFile } from '../store/usage-file.ts';
import {
  configIfAnyOption,
  type DatabaseOptions,
  databaseOption,
  jsonOption,
  print,
  printJson,
  sinceOption,
  untilOption,
  withStore,
} from './options.ts';
import { renderReconciliation } from './render-reconciliation.ts';

export const reconcileCommand = new Command('reconcile')
  .description("Set what a provider's bill says beside what the ledger estimated, and list what differs.")
  .requiredOption('--provider <name>', 'whose bill it is')
  .requiredOption(
    '--usage <file>',
    'CSV or JSON with request_id and cost_usd; or, where there are only sums, model, date and cost_usd',
  )
  .option('--complete', 'the file has every request that was billed: what it lacks cost nothing')
  .addOption(sinceOption())
  .addOption(untilOption())
  .addOption(jsonOption())
  .addOption(databaseOption())
  .addOption(configIfAnyOption())
  .addHelpText(
    'after',
    '\nWithout --since and --until, the days are those of the attempts that the file names.',
  )
  .action(async ({ provider, usage: file, complete, since, until, json, ...database }: ReconcileOptions) => {
    const usage = readUsageFile(file);
    const days = since === undefined && until === undefined ? undefined : { since, until };
    const found = await withStore(database, (store) => reconcile(store, { provider, usage, complete, days }));
    if (json) printJson(found);
    else print(renderReconciliation(provider, found));
  });

interface ReconcileOptions extends DatabaseOptions {
  readonly provider: string;
  readonly usage: string;
  readonly complete?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
}
