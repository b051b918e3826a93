import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { closestNames } from '../config/closest-names.ts';
import { reportOn } from '../core/health/endpoint-report.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { readHealth, readQuarantines, resetHealth } from '../store/health.ts';
import type { Store } from '../store/store.ts';
import {
  configIfAnyOption,
  type DatabaseOptions,
  databaseOption,
  jsonOption,
  print,
  printJson,
  withStore,
} from './options.ts';
import { renderHealth, renderReset } from './render-health.ts';
import { untilStopped } from './until-stopped.ts';

const EVERY_MS = 1_000;
/** Moves to the top left and clears what is below. */
const CLEAR = '\u001b[H\u001b[J';

export const healthCommand = new Command('health')
  .description(
    'How endpoints and keys are doing, as all workers of a database see it; figures are of the last hour.',
  )
  .option('--watch', 'show it anew every second, until Ctrl-C')
  .addOption(
    new Option(
      '--reset <name>',
      'let an endpoint or a provider be asked again, and bring its keys out of quarantine',
    ).conflicts('watch'),
  )
  .addOption(jsonOption())
  .addOption(databaseOption())
  .addOption(configIfAnyOption())
  .action((options: HealthOptions) =>
    withStore(options, (store) => {
      if (options.reset !== undefined) return reset(store, options.reset, options);
      return options.watch ? watch(store, options) : show(store, options);
    }),
  );

interface HealthOptions extends DatabaseOptions {
  readonly watch?: boolean;
  readonly reset?: string;
  readonly json?: boolean;
}

async function show(store: Store, { json }: HealthOptions): Promise<void> {
  const nowMs = Date.now();
  const { endpoints, quarantines } = await read(store, nowMs);
  if (json) printJson({ endpoints, quarantines });
  else print(renderHealth(endpoints, quarantines, nowMs));
}

async function read(store: Store, nowMs: number) {
  const quarantines = await readQuarantines(store, nowMs);
  const stored = await readHealth(store);
  const endpoints = stored.map(({ endpoint, health }) => reportOn(endpoint, health, quarantines, nowMs));
  return { endpoints, quarantines };
}

async function watch(store: Store, options: HealthOptions): Promise<void> {
  const stopped = new AbortController();
  void untilStopped().then(() => stopped.abort());
  while (!stopped.signal.aborted) {
    if (process.stdout.isTTY && !options.json) process.stdout.write(CLEAR);
    await show(store, options);
    await sleep(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
  }
}

async function reset(store: Store, name: string, { json }: HealthOptions): Promise<void> {
  const nowMs = Date.now();
  const { endpoints, quarantines } = await read(store, nowMs);
  const ids = endpoints.map(({ endpoint }) => endpoint);
  const providers = [...ids.map((id) => id.split('/')[0]!), ...quarantines.map(({ provider }) => provider)];
  const known = [...new Set([...ids, ...providers])];
  if (!known.includes(name)) {
    throw new SignalboxError(
      `Nothing is recorded of an endpoint or a provider "${name}" in ${store.place}.`,
      known.length > 0
        ? `Did you mean ${closestNames(name, known).join(', ')}? \`signalbox health\` lists all.`
        : 'Name the database that your workers have with --database, or the config with --config.',
    );
  }
  const done = await resetHealth(store, name, nowMs);
  if (json) printJson(done);
  else print(renderReset(done));
}
