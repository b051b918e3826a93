import { Command } from 'commander';
import { parseUsd } from './options.ts';
import { type RepairOptions, repair, withRepairOptions } from './repair.ts';

export const resumeCommand = withRepairOptions(
  new Command('resume')
    .description('Let a parked run go on, and wait for its result.')
    .argument('<id>', "the run's workflow id")
    .option('--raise-cap <usd>', 'allow it to spend so much more first', parseUsd),
).action((id: string, { raiseCap, ...options }: RepairOptions & { raiseCap?: number }) =>
  repair(id, options, 'Resumed', (run) =>
    run.resume(raiseCap === undefined ? {} : { raiseCapUsd: raiseCap }),
  ),
);
