import { Command } from 'commander';
import pc from 'picocolors';
import { loadConfig } from '../config/load-config.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { startDevEnvironment } from '../testing/dev-environment.ts';
import { type FaultOrders, faultOption, setFaults } from './fault-option.ts';
import { configOption, directoryOption, liveOption, portUpTo, print } from './options.ts';
import { untilStopped } from './until-stopped.ts';

export const devCommand = new Command('dev')
  .description('Run server, Temporal UI, worker and simulated providers together, until Ctrl-C.')
  .addOption(configOption())
  .addOption(liveOption())
  .addOption(directoryOption())
  .option('--port <port>', "the server's port; the UI's is 1000 above", portUpTo(64_535))
  .option('--no-worker', 'leave the worker out')
  .addOption(faultOption())
  .action(async ({ config, live = false, directory, port, worker, fault }: DevOptions) => {
    if (live && fault)
      throw new SignalboxError('--fault breaks simulated providers only.', 'Leave out --fault or --live.');
    const environment = await startDevEnvironment({
      config: await loadConfig(config),
      ...{ live, directory, worker },
      ...(port !== undefined && { port }),
    });
    const { address, uiUrl, simulated, signalbox } = environment;
    try {
      if (simulated) await setFaults(simulated.control, fault);
      print(`${pc.bold('Temporal UI')}          ${uiUrl}`);
      print(`${pc.bold('Temporal server')}      ${address}`);
      if (simulated) print(`${pc.bold('Simulated providers')}  ${simulated.url}`);
      if (worker) print(`${pc.bold('Worker')}               polls task queue "${signalbox.taskQueue}"`);
      print('Ctrl-C ends all.');
      await Promise.race([untilStopped(), environment.serverLost]);
      print('\nStopping…');
    } finally {
      await environment.close();
    }
  });

interface DevOptions {
  config: string;
  live?: boolean;
  directory: string;
  port?: number;
  worker: boolean;
  fault?: FaultOrders;
}
