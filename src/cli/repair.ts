/** What the verbs that let a parked run go on have in common. */
import type { Command } from 'commander';
import type { RunHandle } from '../client/run-handle.ts';
import { addressOption, jsonOption, taskQueueOption, withSignalbox } from './options.ts';
import { printResult } from './print-result.ts';

export interface RepairOptions {
  wait: boolean;
  json?: boolean;
  address?: string;
  taskQueue: string;
}

export const withRepairOptions = (command: Command): Command =>
  command
    .option('--no-wait', 'return once it goes on')
    .addOption(jsonOption())
    .addOption(addressOption())
    .addOption(taskQueueOption());

/** Decides, says of which steps under `said`, and waits for the result unless told not to. */
export function repair(
  id: string,
  options: RepairOptions,
  said: string,
  decide: (run: RunHandle) => Promise<string[]>,
): Promise<void> {
  return withSignalbox(options, async (signalbox) => {
    const run = signalbox.run(id);
    const steps = await decide(run);
    process.stderr.write(`${said} ${id}: ${steps.join(', ')}\n`);
    if (options.wait) await printResult(run, options);
  });
}
