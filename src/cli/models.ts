import { Command, InvalidArgumentError, Option } from 'commander';
import { endpointsOf } from '../catalog/build-catalog.ts';
import { type CatalogRow, countRows, endpointRow, snapshotRows } from '../catalog/catalog-rows.ts';
import { readDataPolicyClaims } from '../catalog/data-policy-claims.ts';
import { filterRows, listModels } from '../catalog/list-models.ts';
import { readSnapshot } from '../catalog/read-snapshot.ts';
import { simulatedModels } from '../catalog/simulated-vendors.ts';
import { snapshotEndpoints } from '../catalog/snapshot-endpoints.ts';
import { loadConfig } from '../config/load-config.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import {
  ABILITIES,
  type Ability,
  type Catalog,
  type Endpoint,
  MODALITIES,
  type Modality,
} from '../core/vocabulary/model.ts';
import { admittedBy } from '../explain/admitted-by.ts';
import { assertKnown } from './assert-known.ts';
import { jsonOption, print, printJson } from './options.ts';
import { renderCounts, renderEndpoints, renderModels } from './render-models.ts';

export const modelsCommand = new Command('models')
  .description(
    'List the models of the catalog: who serves them, how much they hold, what they cost and can do.',
  )
  .addOption(new Option('--ability <names...>', 'only models that have all of these').choices(ABILITIES))
  .addOption(new Option('--input <kinds...>', 'only models that take all of these').choices(MODALITIES))
  .option('--provider <names...>', 'only what one of these serves')
  .option('--max-input-price <usd>', 'only what costs at most so much per million input tokens', parsePrice)
  .option('--model <id>', 'only ids that contain this; the whole id shows its endpoints')
  .option('--policy <config>', "only what this config's policy admits")
  .option('--all', 'also what is known but not offered: retired, historical, of unknown context, …')
  .option('--catalog <file>', 'a synced catalog file instead of the shipped one')
  .option('--simulated', 'the simulated models instead')
  .addOption(jsonOption())
  .action(async ({ simulated = false, all = false, json = false, ...options }: ModelsOptions) => {
    const snapshot = readSnapshot(options.catalog);
    const claims = readDataPolicyClaims();
    const simulatedEndpoints = simulatedModels.flatMap(endpointsOf);
    const catalog = simulated
      ? simulatedEndpoints.map(endpointRow)
      : snapshotRows(snapshot, claims, new Date().toISOString().slice(0, 10));
    const config =
      options.policy === undefined
        ? undefined
        : resolveConfig(await loadConfig(options.policy), simulated ? 'simulated' : 'live');
    const rows = config ? withOwn(catalog, config.catalog) : catalog;
    const admitted =
      config &&
      admittedBy(config.governance.policy, [
        ...config.catalog.endpoints,
        ...(simulated ? [] : unknownTo(config.catalog, snapshotEndpoints(snapshot, claims))),
      ]);
    const { ability: abilities, input: inputs, provider: providers, model, maxInputPrice } = options;
    const providerNames = rows.map((row) => row.provider);
    const modelNames = rows.map((row) => row.model);
    assertKnown('provider', providers ?? [], providerNames);
    assertKnown('model', model === undefined ? [] : [model], modelNames, (known, part) =>
      known.includes(part),
    );

    const found = filterRows(rows, { abilities, inputs, providers, maxInputPrice, model, admitted });
    const isWhole = found.some((row) => row.model === model);
    const named = isWhole ? found.filter((row) => row.model === model) : found;
    const shown = all || isWhole ? named : named.filter(({ notOffered }) => !notOffered);
    const models = listModels(shown);
    const counts = countRows(named);
    if (json) return printJson({ counts, models });
    if (isWhole) print(renderEndpoints(shown));
    else if (models.length > 0) print(renderModels(models));
    print(renderCounts(counts, shown.length));
  });

interface ModelsOptions {
  ability?: Ability[];
  input?: Modality[];
  provider?: string[];
  maxInputPrice?: number;
  model?: string;
  all?: boolean;
  catalog?: string;
  policy?: string;
  simulated?: boolean;
  json?: boolean;
}

function parsePrice(text: string): number {
  const price = Number(text);
  if (text.trim() !== '' && price >= 0 && Number.isFinite(price)) return price;
  throw new InvalidArgumentError('a price is a number of dollars from 0, e.g. 0.50.');
}

/** Rows as a config changes and adds to them. */
function withOwn(rows: readonly CatalogRow[], { endpoints }: Catalog): CatalogRow[] {
  const own = new Map(endpoints.map((endpoint) => [endpoint.id, endpointRow(endpoint)]));
  const changed = rows.map((row) => {
    const { price, dataPolicy } = own.get(row.id) ?? row;
    return { ...row, price, dataPolicy };
  });
  const known = new Set(rows.map(({ id }) => id));
  return [...changed, ...[...own.values()].filter(({ id }) => !known.has(id))];
}

function unknownTo({ endpoints }: Catalog, others: readonly Endpoint[]): Endpoint[] {
  const known = new Set(endpoints.map(({ id }) => id));
  return others.filter(({ id }) => !known.has(id));
}
