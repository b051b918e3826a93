import { isAbsolute } from 'node:path';
import { Command } from 'commander';
import { syncCatalog } from '../catalog/sync-catalog.ts';
import { print } from './options.ts';

const syncCommand = new Command('sync')
  .description(
    'Bring a catalog file up to what a provider says it serves; your config names it as `catalog`.',
  )
  .requiredOption('--from <file|url>', "an OpenRouter-compatible /models, or its answer's file")
  .option('--provider <name>', 'whose models these are', 'openrouter')
  .option('--out <file>', 'the catalog file', 'signalbox.catalog.json')
  .action(async (options: { from: string; provider: string; out: string }) => {
    const today = new Date().toISOString().slice(0, 10);
    const { snapshot, models, skipped } = await syncCatalog({ ...options, today });
    for (const { id, reason } of skipped) process.stderr.write(`Left out ${id}: ${reason}\n`);
    const { out, provider } = options;
    print(`${out}: models of ${provider}: ${models}; catalog ${snapshot.version}`);
    print(`Use it with \`catalog: '${isAbsolute(out) ? out : `./${out}`}'\` in signalbox.config.ts.`);
  });

export const catalogCommand = new Command('catalog')
  .description('Keep the catalog of models and prices up to date.')
  .addCommand(syncCommand);
