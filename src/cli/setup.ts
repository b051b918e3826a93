import { Command } from 'commander';
import { obtainTemporalVisibly } from '../server/obtain-temporal-visibly.ts';
import { print } from './options.ts';

export const setupCommand = new Command('setup')
  .description('Get a Temporal server onto this machine, so that everything else works offline.')
  .action(async () => {
    const { path, source, version } = await obtainTemporalVisibly();
    print(`Temporal ${version} (${source}): ${path}`);
  });
