import { Command } from 'commander';
import { addressOption, print, withSignalbox } from './options.ts';

export const cancelCommand = new Command('cancel')
  .description('Ask a run to stop; its calls under way are closed.')
  .argument('<id>', "the run's workflow id")
  .addOption(addressOption())
  .action((id: string, options: { address?: string }) =>
    withSignalbox(options, async (signalbox) => {
      await signalbox.run(id).cancel();
      print(`Asked ${id} to stop.`);
    }),
  );
