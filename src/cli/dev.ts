import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { loadConfig } from '../config/load-config.ts';
import { startDevEnvironment } from '../testing/dev-environment.ts';
import { configOption, directoryOption, liveOption, print } from './options.ts';
import { untilStopped } from './until-stopped.ts';

export const devCommand = new Command('dev')
  .description('Run server, Temporal UI, worker and simulated providers together, until Ctrl-C.')
  .addOption(configOption())
  .addOption(liveOption())
  .addOption(directoryOption())
  .option('--port <port>', "the server's port; the UI's is 1000 above", parsePort)
  .option('--no-worker', 'leave the worker out')
  .action(async ({ config, live = false, directory, port, worker }: DevOptions) => {
    const environment = await startDevEnvironment({
      config: await loadConfig(config),
      ...{ live, directory, worker },
      ...(port !== undefined && { port }),
    });
    const { address, uiUrl, simulated, signalbox } = environment;
    print(`${pc.bold('Temporal UI')}          ${uiUrl}`);
    print(`${pc.bold('Temporal server')}      ${address}`);
    if (simulated) print(`${pc.bold('Simulated providers')}  ${simulated.url}`);
    if (worker) print(`${pc.bold('Worker')}               polls task queue "${signalbox.taskQueue}"`);
    print('Ctrl-C ends all.');
    try {
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
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 64_536) return port;
  throw new InvalidArgumentError('a port is a whole number from 1 to 64535.');
}
