import { Command, InvalidArgumentError, Option } from 'commander';
import { endpointsOf } from '../catalog/build-catalog.ts';
import { countRows, endpointRow, snapshotRows } from '../catalog/catalog-rows.ts';
import { filterRows, listModels } from '../catalog/list-models.ts';
import { readSnapshot } from '../catalog/read-snapshot.ts';
import { simulatedModels } from '../catalog/simulated-vendors.ts';
import { ABILITIES, type Ability } from '../core/vocabulary/model.ts';
import { assertKnown } from './assert-known.ts';
import { jsonOption, print, printJson } from './options.ts';
import { renderCounts, renderEndpoints, renderModels } from './render-models.ts';

export const modelsCommand = new Command('models')
  .description(
    'List the models of the catalog: who serves them, how much they hold, what they cost and can do.',
  )
  .addOption(new Option('--ability <names...>', 'only models that have all of these').choices(ABILITIES))
  .option('--provider <names...>', 'only what one of these serves')
  .option('--max-input-price <usd>', 'only what costs at most so much per million input tokens', parsePrice)
  .option('--model <id>', 'only ids that contain this; the whole id shows its endpoints')
  .option('--all', 'also what is known but not offered: retired, historical, of unknown context, …')
  .option('--catalog <file>', 'a synced catalog file instead of the shipped one')
  .option('--simulated', 'the simulated models instead')
  .addOption(jsonOption())
  .action(({ simulated = false, all = false, json = false, ...options }: ModelsOptions) => {
    const catalog = simulated
      ? simulatedModels.flatMap(endpointsOf).map(endpointRow)
      : knownRows(options.catalog);
    const { ability: abilities, provider: providers, model, maxInputPrice } = options;
    const providerNames = catalog.map((row) => row.provider);
    const modelNames = catalog.map((row) => row.model);
    assertKnown('provider', providers ?? [], providerNames);
    assertKnown('model', model === undefined ? [] : [model], modelNames, (known, part) =>
      known.includes(part),
    );

    const found = filterRows(catalog, { abilities, providers, maxInputPrice, model });
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
  provider?: string[];
  maxInputPrice?: number;
  model?: string;
  all?: boolean;
  catalog?: string;
  simulated?: boolean;
  json?: boolean;
}

const knownRows = (file?: string) => snapshotRows(readSnapshot(file), new Date().toISOString().slice(0, 10));

function parsePrice(text: string): number {
  const price = Number(text);
  if (text.trim() !== '' && price >= 0 && Number.isFinite(price)) return price;
  throw new InvalidArgumentError('a price is a number of dollars from 0, e.g. 0.50.');
}
