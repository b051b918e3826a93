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

export const approveCommand = new Command('approve')
  .description(
    'Allow effects that ask first (`signalbox show` lists their arguments), and wait for the result.',
  )
  .argument('<id>', "the run's workflow id")
  .addOption(stepOption())
  .addOption(callOption())
  .option('--no-wait', 'return once it goes on')
  .addOption(jsonOption())
  .addOption(addressOption())
  .addOption(taskQueueOption())
  .action((id: string, { step, call, ...options }: ApproveOptions) =>
    withSignalbox(options, async (signalbox) => {
      const run = signalbox.run(id);
      const address = { ...(step !== undefined && { step }), ...(call !== undefined && { call }) };
      const steps = await run.approve(address);
      process.stderr.write(`Approved in ${id}: ${steps.join(', ')}\n`);
      if (options.wait) await printResult(run, options);
    }),
  );

interface ApproveOptions {
  step?: string;
  call?: string;
  wait: boolean;
  json?: boolean;
  address?: string;
  taskQueue: string;
}
