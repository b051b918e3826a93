import { Command } from 'commander';
import { resolveConfig } from '../config/resolve-config.ts';
import { checkPolicy } from '../explain/check-policy.ts';
import { routerOf } from '../explain/router-of.ts';
import { readCosts } from '../store/costs.ts';
import { StoreError } from '../store/store-error.ts';
import {
  configIfAnyOption,
  type DatabaseOptions,
  databaseOption,
  jsonOption,
  loadConfigIfAny,
  overLiveOption,
  parseTokens,
  print,
  printJson,
  withStore,
} from './options.ts';
import { renderPolicyCheck } from './render-policy.ts';

const checkCommand = new Command('check')
  .description('What policy leaves for each task class, and where too little is left to fail over.')
  .option('--tokens <count>', 'input tokens of a usual request', parseTokens, 2_000)
  .option('--tenant <name>', 'whose policy applies')
  .addOption(overLiveOption())
  .addOption(configIfAnyOption())
  .addOption(databaseOption())
  .addOption(jsonOption())
  .action(async ({ tokens, tenant, live, config, database, json }: CheckOptions) => {
    const resolved = resolveConfig(await loadConfigIfAny(config), live ? 'live' : 'simulated');
    const ask = routerOf(resolved, Date.now());
    const inputs = [...resolved.taskClasses.keys()].map((taskClass) =>
      ask({ taskClass, inputTokens: tokens, abilities: [], ...(tenant !== undefined && { tenant }) }),
    );
    const check = checkPolicy(inputs, resolved.governance, await spentByClass({ config, database }));
    if (json) printJson(check);
    else print(renderPolicyCheck(check));
    if (check.classes.some(({ endpoints }) => endpoints === 0)) process.exitCode = 1;
  });

interface CheckOptions extends DatabaseOptions {
  tokens: number;
  tenant?: string;
  live: boolean;
  json?: boolean;
}

/** Nothing where there is no ledger yet. */
const spentByClass = (database: DatabaseOptions): Promise<Map<string, number>> =>
  withStore(database, (store) => readCosts(store, 'class')).then(
    (lines) => new Map(lines.map(({ name, costMicros }) => [name ?? '', costMicros])),
    (error: unknown) => {
      if (database.database === undefined && error instanceof StoreError) return new Map();
      throw error;
    },
  );

export const policyCommand = new Command('policy')
  .description('What policy allows.')
  .addCommand(checkCommand);
