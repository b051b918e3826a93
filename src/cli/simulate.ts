import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { resolveConfig } from '../config/resolve-config.ts';
import { LatencyReplay } from '../simulated/latency-replay.ts';
import { OutageReplay } from '../simulated/outage-replay.ts';
import { type SimulatedProvider, startSimulatedProviders } from '../simulated/simulated-providers.ts';
import { simulate } from '../testing/simulate.ts';
import { SIMULATED_URL_ENV } from '../worker/resolve-providers.ts';
import { type FaultOrders, faultOption, setFaults } from './fault-option.ts';
import { configIfAnyOption, loadConfigIfAny, portUpTo, print } from './options.ts';
import { newTable } from './table.ts';
import { untilStopped } from './until-stopped.ts';

export const simulateCommand = new Command('simulate')
  .description('Run the simulated providers alone, for any client to talk to, until Ctrl-C.')
  .addOption(configIfAnyOption())
  .option('--port <port>', 'where they listen on 127.0.0.1; default: any free one', portUpTo(65_535))
  .addOption(faultOption())
  .option('--replay-latency <file>', 'answer as fast as recorded: a CSV, as it is or gzipped')
  .option('--replay-outages <file>', 'fail as recorded: a CSV of incidents, as it is or gzipped')
  .option('--scale <number>', 'seconds of recorded outages that pass in a second', parseScale, 1)
  .option('--seed <number>', 'draws which requests a fault by rate strikes', parseSeed, 1)
  .action(async ({ config, fault, replayLatency, replayOutages, scale, ...options }: SimulateOptions) => {
    const providers = simulate(resolveConfig(await loadConfigIfAny(config), 'simulated'));
    const play = { providers: providers.map(({ name }) => name), scale, startMs: Date.now() };
    const running = await startSimulatedProviders({
      ...{ ...options, providers },
      ...(replayLatency !== undefined && { latencies: new LatencyReplay(replayLatency) }),
      ...(replayOutages !== undefined && { outages: new OutageReplay(replayOutages, play) }),
    });
    try {
      await setFaults(running.control, fault);
      print(renderProviders(providers, running.baseUrl));
      print(`${pc.bold('Control')}  ${running.url}/control (faults, log, counts)`);
      print(`${pc.bold('Workers')}  ${SIMULATED_URL_ENV}=${running.url}`);
      print('Any key will do. Ctrl-C ends them.');
      await untilStopped();
    } finally {
      await running.close();
    }
  });

interface SimulateOptions {
  config?: string;
  port?: number;
  fault?: FaultOrders;
  replayLatency?: string;
  replayOutages?: string;
  scale: number;
  seed: number;
}

function renderProviders(
  providers: readonly SimulatedProvider[],
  baseUrl: (provider: string) => string,
): string {
  const table = newTable(['Provider', 'Wire', 'Base URL', 'Models']);
  for (const { name, wire, models } of providers)
    table.push([name, wire, baseUrl(name), models.map(({ id }) => id).join(', ')]);
  return table.toString();
}

function parseScale(text: string): number {
  const scale = Number(text);
  if (scale > 0 && Number.isFinite(scale)) return scale;
  throw new InvalidArgumentError('a scale is a number above 0, e.g. 3600 for an hour a second.');
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('a seed is a whole number.');
}
