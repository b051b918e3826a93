import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { Signalbox, type SignalboxOptions } from '../client/signalbox.ts';
import type { SignalboxConfig } from '../config/config.ts';
import { CONFIG_FILE, loadConfig } from '../config/load-config.ts';
import { type CallAddress, DEFAULT_TASK_QUEUE } from '../core/contract/run.ts';
import { isDay } from '../core/cost/day.ts';
import { openStore, type Store } from '../store/store.ts';
import { findDevEnvironment } from '../testing/dev-environment.ts';

/** Options that several verbs share, said in the same words everywhere. */
export const configOption = () => new Option('-c, --config <file>', 'the config file').default(CONFIG_FILE);
export const configIfAnyOption = () =>
  new Option('-c, --config <file>', `the config file; default: ${CONFIG_FILE} where there is one`);
export const jsonOption = () => new Option('--json', 'print JSON');
export const liveOption = () => new Option('--live', 'ask real vendors, with your keys and your money');
export const overLiveOption = () =>
  new Option('--live', 'over what real vendors serve, instead of the simulated ones').default(false);
export const directoryOption = () =>
  new Option('--directory <folder>', "where the dev server's database is").default('.signalbox');
export const databaseOption = () =>
  new Option(
    '--database <url>',
    "sqlite:PATH or postgres://…; default: the config's `database`, else SIGNALBOX_DATABASE_URL, else sqlite:.signalbox/signalbox.db",
  );
export const sinceOption = () =>
  new Option('--since <day>', 'from this day of UTC on, e.g. 2026-11-01').argParser(parseDay);
export const untilOption = () =>
  new Option('--until <day>', 'to the end of this day of UTC').argParser(parseDay);
export const addressOption = () =>
  new Option(
    '--address <host:port>',
    'the Temporal server; default: TEMPORAL_ADDRESS, else the one `signalbox dev` runs here',
  );
export const stepOption = () => new Option('--step <name>', 'only the calls of this step');
export const callOption = () =>
  new Option('--call <turn.number>', 'only this call, e.g. 2.1 for the first of turn 2');
export interface AddressedOptions {
  step?: string;
  call?: string;
}
/** Which calls are meant: all that wait, unless a step or one of them is named. */
export const addressOf = ({ step, call }: AddressedOptions): CallAddress => ({
  ...(step !== undefined && { step }),
  ...(call !== undefined && { call }),
});
export const taskQueueOption = () =>
  new Option('--task-queue <name>', 'where workers poll').default(DEFAULT_TASK_QUEUE);

/** What a person asks about routing, with or without a config of their own. */
export async function loadConfigIfAny(file: string | undefined): Promise<SignalboxConfig> {
  if (file !== undefined || existsSync(CONFIG_FILE)) return loadConfig(file);
  return { agents: 'none' };
}

/** Connects to the server that is meant, does the work, and closes. @throws ServerUnreachable */
export async function withSignalbox<T>(
  { address, taskQueue, config }: Pick<SignalboxOptions, 'taskQueue' | 'config'> & { address?: string },
  work: (signalbox: Signalbox) => Promise<T>,
): Promise<T> {
  const target = address ?? process.env.TEMPORAL_ADDRESS ?? findDevEnvironment()?.address;
  const signalbox = await Signalbox.connect({
    ...(target !== undefined && { address: target }),
    ...(taskQueue !== undefined && { taskQueue }),
    ...(config && { config }),
  });
  try {
    return await work(signalbox);
  } finally {
    await signalbox.close();
  }
}

/** Where a database is named, beside the environment. */
export interface DatabaseOptions {
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

/**
 * Opens the database that a worker of the same config writes, does the work, and closes it.
 * @throws StoreError where it is not there
 */
export async function withStore<T>(
  { config, database }: DatabaseOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore({ url: database ?? (await loadConfigIfAny(config)).database, create: false });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

export function parseTokens(text: string): number {
  const tokens = Number(text);
  if (text.trim() !== '' && Number.isInteger(tokens) && tokens >= 0) return tokens;
  throw new InvalidArgumentError('tokens are a whole number from 0, e.g. 12000.');
}

export function parseChance(text: string): number {
  const chance = Number(text);
  if (text.trim() !== '' && chance >= 0 && chance <= 1) return chance;
  throw new InvalidArgumentError('a chance is a number from 0 to 1.');
}

export function parseUsd(text: string): number {
  const usd = Number(text);
  if (usd > 0 && Number.isFinite(usd)) return usd;
  throw new InvalidArgumentError('dollars are a number above 0, e.g. 0.50.');
}

/** @param most the greatest port that serves the purpose */
export const portUpTo = (most: number) => (text: string) => {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= most) return port;
  throw new InvalidArgumentError(`a port is a whole number from 1 to ${most}.`);
};

function parseDay(text: string): string {
  if (isDay(text)) return text;
  throw new InvalidArgumentError('a day is written like 2026-11-25.');
}
