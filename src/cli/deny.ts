import { Command } from 'commander';
import {
  addressOption,
  callOption,
  jsonOption,
  stepOption,
  taskQueueOption,
  withSignalbox,
} from './options.ts';
import { printResult } from './print-result.ts';

export const denyCommand = new Command('deny')
  .description(
    'Refuse effects that ask first: the model is shown the reason and goes on. Waits for the result.',
  )
  .argument('<id>', "the run's workflow id")
  .requiredOption('--reason <text>', 'why, in words for the model')
  .addOption(stepOption())
  .addOption(callOption())
  .option('--no-wait', 'return once it goes on')
  .addOption(jsonOption())
  .addOption(addressOption())
  .addOption(taskQueueOption())
  .action((id: string, { step, call, reason, ...options }: DenyOptions) =>
    withSignalbox(options, async (signalbox) => {
      const run = signalbox.run(id);
      const address = { ...(step !== undefined && { step }), ...(call !== undefined && { call }) };
      const steps = await run.deny(reason, address);
      process.stderr.write(`Denied in ${id}: ${steps.join(', ')}\n`);
      if (options.wait) await printResult(run, options);
    }),
  );

interface DenyOptions {
  step?: string;
  call?: string;
  reason: string;
  wait: boolean;
  json?: boolean;
  address?: string;
  taskQueue: string;
}
