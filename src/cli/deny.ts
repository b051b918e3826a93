import { Command } from 'commander';
import { type AddressedOptions, addressOf, callOption, stepOption } from './options.ts';
import { type RepairOptions, repair, withRepairOptions } from './repair.ts';

export const denyCommand = withRepairOptions(
  new Command('deny')
    .description(
      'Refuse effects that ask first: the model is shown the reason and goes on. Waits for the result.',
    )
    .argument('<id>', "the run's workflow id")
    .requiredOption('--reason <text>', 'why, in words for the model')
    .addOption(stepOption())
    .addOption(callOption()),
).action((id: string, options: RepairOptions & AddressedOptions & { reason: string }) =>
  repair(id, options, 'Denied in', (run) => run.deny(options.reason, addressOf(options))),
);
