import { Command } from 'commander';
import { renderRun } from '../client/render-run.ts';
import { addressOption, jsonOption, print, printJson, withSignalbox } from './options.ts';

export const showCommand = new Command('show')
  .description('Show a run: steps, models, attempts, cost, and why each model was chosen. Needs no worker.')
  .argument('<id>', "the run's workflow id")
  .addOption(jsonOption())
  .addOption(addressOption())
  .action((id: string, options: { json?: boolean; address?: string }) =>
    withSignalbox(options, async (signalbox) => {
      const state = await signalbox.run(id).state();
      if (options.json) printJson(state);
      else print(renderRun(state, { why: true }));
    }),
  );
