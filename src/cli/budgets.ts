import { Command } from 'commander';
import { readBudgets, readOpenReservations } from '../store/budgets.ts';
import {
  configIfAnyOption,
  type DatabaseOptions,
  databaseOption,
  jsonOption,
  print,
  printJson,
  withStore,
} from './options.ts';
import { renderBudgets } from './render-budgets.ts';

/** No call takes as long, so that whoever reserved it is gone. */
const STALE_MS = 3_600_000;

export const budgetsCommand = new Command('budgets')
  .description(
    'What tenants and classes have spent of their caps today and this month, and what is set aside.',
  )
  .addOption(jsonOption())
  .addOption(databaseOption())
  .addOption(configIfAnyOption())
  .action(({ json, ...database }: DatabaseOptions & { json?: boolean }) =>
    withStore(database, async (store) => {
      const nowMs = Date.now();
      const budgets = await readBudgets(store, nowMs);
      const stale = await readOpenReservations(store, nowMs - STALE_MS);
      if (json) printJson({ budgets, stale });
      else print(renderBudgets(budgets, stale));
    }),
  );
