import { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { findDevEnvironment } from '../testing/dev-environment.ts';
import { SIMULATED_URL_ENV } from '../worker/resolve-providers.ts';
import { startWorker } from '../worker/start-worker.ts';
import { addressOption, configOption, liveOption, print, withSignalbox } from './options.ts';
import { untilStopped } from './until-stopped.ts';

export const workerCommand = new Command('worker')
  .description('Run a worker for your agents, until Ctrl-C.')
  .addOption(configOption())
  .addOption(liveOption())
  .addOption(addressOption())
  .action(async ({ config, live = false, address }: { config: string; live?: boolean; address?: string }) => {
    const dev = findDevEnvironment();
    const target = address ?? process.env.TEMPORAL_ADDRESS ?? dev?.address ?? '127.0.0.1:7233';
    // A worker's own connection reports a server that is not there in the transport's words only.
    await withSignalbox({ address: target }, async () => {});
    const worker = await startWorker({
      config: await loadConfig(config),
      live,
      address: target,
      namespace: process.env.TEMPORAL_NAMESPACE ?? 'default',
      env: {
        ...(dev?.simulatedUrl !== undefined && { [SIMULATED_URL_ENV]: dev.simulatedUrl }),
        ...process.env,
      },
    });
    print(`Worker polls task queue "${worker.taskQueue}" at ${target}. Ctrl-C ends it.`);
    await Promise.race([untilStopped(), worker.ended]);
    await worker.stop();
  });
