import { Command } from 'commander';
import { type AddressedOptions, addressOf, callOption, stepOption } from './options.ts';
import { type RepairOptions, repair, withRepairOptions } from './repair.ts';

export const approveCommand = withRepairOptions(
  new Command('approve')
    .description(
      'Allow effects that ask first (`signalbox show` lists their arguments), and wait for the result.',
    )
    .argument('<id>', "the run's workflow id")
    .addOption(stepOption())
    .addOption(callOption()),
).action((id: string, options: RepairOptions & AddressedOptions) =>
  repair(id, options, 'Approved in', (run) => run.approve(addressOf(options))),
);
