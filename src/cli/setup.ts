import { Command } from 'commander';
import { obtainTemporalVisibly } from '../server/obtain-temporal-visibly.ts';
import { searchAttributeCommands } from '../server/search-attributes.ts';
import { print } from './options.ts';

export const setupCommand = new Command('setup')
  .description('Get a Temporal server onto this machine, so that everything else works offline.')
  .option(
    '--search-attributes',
    "print the commands that create Signalbox's search attributes on a server of your own",
  )
  .action(async ({ searchAttributes }: { searchAttributes?: boolean }) => {
    if (searchAttributes) {
      print(searchAttributeCommands(process.env.TEMPORAL_NAMESPACE ?? 'default').join('\n'));
      return;
    }
    const { path, source, version } = await obtainTemporalVisibly();
    print(`Temporal ${version} (${source}): ${path}`);
  });
