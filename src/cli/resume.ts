import { Command } from 'commander';
import { addressOption, jsonOption, parseUsd, taskQueueOption, withSignalbox } from './options.ts';
import { printResult } from './print-result.ts';

export const resumeCommand = new Command('resume')
  .description('Let a parked run go on, and wait for its result.')
  .argument('<id>', "the run's workflow id")
  .option('--raise-cap <usd>', 'allow it to spend so much more first', parseUsd)
  .option('--no-wait', 'return once it goes on')
  .addOption(jsonOption())
  .addOption(addressOption())
  .addOption(taskQueueOption())
  .action((id: string, options: ResumeOptions) =>
    withSignalbox(options, async (signalbox) => {
      const run = signalbox.run(id);
      const { raiseCap, wait } = options;
      const unparked = await run.resume(raiseCap === undefined ? {} : { raiseCapUsd: raiseCap });
      process.stderr.write(`Resumed ${id}: ${unparked.join(', ')}\n`);
      if (!wait) return;
      await printResult(run, options);
    }),
  );

interface ResumeOptions {
  raiseCap?: number;
  wait: boolean;
  json?: boolean;
  address?: string;
  taskQueue: string;
}
