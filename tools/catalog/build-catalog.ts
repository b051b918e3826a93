/**
 * Builds the catalog snapshot from the pinned registry packages.
 *
 *   npm run catalog:build -- [--out FILE] [--dropped FILE] [--cache DIR]
 *
 * The same pins give the same bytes on every machine: no clock, no network beyond the registries' clients (`npm` and
 * `pip`). What became of every row that is not in the snapshot is written to `--dropped`.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Snapshot } from '../../src/catalog/snapshot.ts';
import { keepRows } from './keep-rows.ts';
import { mergeRows } from './merge-rows.ts';
import { fetchPackage } from './sources/fetch-package.ts';
import { readGenaiPricesTable } from './sources/genai-prices-table.ts';
import { readLitellmTable } from './sources/litellm-table.ts';
import { sourcePackages } from './sources/packages.ts';
import { readPiAiTable } from './sources/pi-ai-table.ts';
import { summarize } from './summarize.ts';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'src/catalog/snapshot.json' },
    dropped: { type: 'string' },
    cache: { type: 'string', default: join(tmpdir(), 'signalbox-catalog-sources') },
  },
});

const today = sourcePackages.map(({ date }) => date).reduce((a, b) => (a > b ? a : b));
const readers = {
  litellm: (folder: string) => readLitellmTable(folder, 'litellm'),
  'litellm-2025': (folder: string) => readLitellmTable(folder, 'litellm-2025'),
  'pi-ai': readPiAiTable,
  'genai-prices': (folder: string) => readGenaiPricesTable(folder, today),
};
const tables = sourcePackages.map((source) => readers[source.id](fetchPackage(source, options.cache)));

const kept = keepRows(tables);
const { models, dropped } = mergeRows(kept.rows);
const digest = createHash('sha256').update(JSON.stringify(models)).digest('hex').slice(0, 8);
const snapshot: Snapshot = { format: 1, version: `${today}-${digest}`, sources: sourcePackages, models };

// One model a line: as small as compact JSON, and a price change is a one-line diff.
const { models: _, ...head } = snapshot;
const lines = models.map((model) => JSON.stringify(model)).join(',\n');
writeFileSync(options.out, `${JSON.stringify(head).slice(0, -1)},"models":[\n${lines}\n]}\n`);
const allDropped = [...kept.dropped, ...dropped];
if (options.dropped) writeFileSync(options.dropped, `${JSON.stringify(allDropped, null, 1)}\n`);
process.stdout.write(`${JSON.stringify(summarize(snapshot, allDropped, today), null, 2)}\n`);
