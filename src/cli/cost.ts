import { Command, Option } from 'commander';
import { endpointsOf } from '../catalog/build-catalog.ts';
import { readSnapshot } from '../catalog/read-snapshot.ts';
import { simulatedModels } from '../catalog/simulated-vendors.ts';
import { snapshotEndpoints } from '../catalog/snapshot-endpoints.ts';
import { whatIf } from '../core/cost/what-if.ts';
import { COST_DIMENSIONS, type CostDimension, readCosts, readTraffic, totalOf } from '../store/costs.ts';
import type { Store } from '../store/store.ts';
import { assertKnown } from './assert-known.ts';
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
import { renderCosts, renderTotal, renderWhatIf } from './render-costs.ts';
import { toCsv } from './to-csv.ts';

export const costCommand = new Command('cost')
  .description('What attempts cost, failed ones included: what the ledger knows of them.')
  .addOption(new Option('--by <what>', 'a line for each').choices(COST_DIMENSIONS).default('model'))
  .option('--what-if <models...>', 'what the same requests would have cost on these models instead')
  .option('--catalog <file>', 'take their prices from a synced catalog file instead of the shipped one')
  .addOption(sinceOption())
  .addOption(untilOption())
  .addOption(jsonOption())
  .addOption(new Option('--csv', 'print CSV').conflicts('json'))
  .addOption(databaseOption())
  .addOption(configIfAnyOption())
  .action((options: CostOptions) =>
    withStore(options, (store) =>
      options.whatIf ? showWhatIf(store, options.whatIf, options) : showCosts(store, options),
    ),
  );

interface CostOptions extends DatabaseOptions {
  readonly by: CostDimension;
  readonly whatIf?: readonly string[];
  readonly catalog?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

async function showCosts(store: Store, { by, since, until, json, csv }: CostOptions): Promise<void> {
  const lines = await readCosts(store, by, { since, until });
  const total = totalOf(lines);
  if (json) return printJson({ by, since, until, lines, total });
  if (csv) return print(toCsv(lines.map(({ name, ...amounts }) => ({ [by]: name, ...amounts }))));
  if (lines.length > 0) print(renderCosts(by, lines, total));
  print(renderTotal(total));
}

async function showWhatIf(store: Store, models: readonly string[], options: CostOptions): Promise<void> {
  const known = [
    ...snapshotEndpoints(readSnapshot(options.catalog), []).filter(({ withheld }) => !withheld),
    ...simulatedModels.flatMap(endpointsOf),
  ];
  assertKnown(
    'model',
    models,
    known.map(({ model }) => model.id),
  );
  const traffic = await readTraffic(store, options);
  const named = known.filter(({ model }) => models.includes(model.id));
  const lines = whatIf(traffic, named);
  if (options.json) return printJson({ traffic, lines });
  if (options.csv)
    return print(
      toCsv(
        lines.map(({ price, ...line }) => ({ ...line, priceSource: price.source, priceDate: price.date })),
      ),
    );
  print(renderWhatIf(traffic, lines));
}
