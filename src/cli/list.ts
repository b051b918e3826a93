import { Command, InvalidArgumentError } from 'commander';
import { renderRuns } from '../client/render-run.ts';
import type { RunSummary } from '../client/run-view.ts';
import { addressOption, jsonOption, print, printJson, withSignalbox } from './options.ts';

export const listCommand = new Command('list')
  .description('List runs, the newest first.')
  .option('--query <query>', 'a Temporal visibility query, e.g. \'SignalboxStatus = "parked"\'')
  .option('--limit <count>', 'at most so many', parseCount, 50)
  .addOption(jsonOption())
  .addOption(addressOption())
  .action((options: { query?: string; limit: number; json?: boolean; address?: string }) =>
    withSignalbox(options, async (signalbox) => {
      const runs: RunSummary[] = [];
      for await (const run of signalbox.list(options)) runs.push(run);
      if (options.json) return printJson(runs);
      print(runs.length > 0 ? renderRuns(runs) : `No runs at ${signalbox.address}.`);
    }),
  );

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('a limit is a whole number above 0.');
}
