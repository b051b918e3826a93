/** Everything an agent needs on one machine: Temporal server with its UI, simulated providers, worker, client. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Signalbox } from '../client/signalbox.ts';
import type { SignalboxConfig } from '../config/config.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { startDevServer } from '../server/dev-server.ts';
import { obtainTemporalVisibly } from '../server/obtain-temporal-visibly.ts';
import { simulatedControl } from '../simulated/client.ts';
import type { SimulatedControl } from '../simulated/control.ts';
import type { Answer } from '../simulated/models/conversation.ts';
import { startSimulatedProviders } from '../simulated/simulated-providers.ts';
import { DATABASE_ENV } from '../store/store-url.ts';
import { resolveProviders, SIMULATED_URL_ENV } from '../worker/resolve-providers.ts';
import { startWorker } from '../worker/start-worker.ts';
import { simulate } from './simulate.ts';

export interface DevEnvironmentOptions {
  readonly config: SignalboxConfig;
  /** Where the server's database and the note of the running environment are kept. Default `.signalbox`. */
  readonly directory?: string;
  /** Ask real vendors. Default false. */
  readonly live?: boolean;
  /** Port of the Temporal server; the UI's is 1000 above. Default 7233, or any free one. */
  readonly port?: number;
  /** Start a worker in this process. Default true. */
  readonly worker?: boolean;
  /** Multiplies the simulated models' latencies. Default 1. */
  readonly latencyScale?: number;
  /** What the simulated models answer, in the place of the modest work that they do. */
  readonly answer?: Answer;
  /** Draws which requests a simulated fault by rate strikes. Default 1. */
  readonly seed?: number;
}

export interface DevEnvironment {
  readonly signalbox: Signalbox;
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  /** Absent with `live`. */
  readonly simulated?: { readonly url: string; readonly control: SimulatedControl };
  /** Rejects where the server ends by itself, with `ServerLost`; settles in no other way. */
  readonly serverLost: Promise<never>;
  /** Ends what this process started, in order; nothing is left running. May be called again. */
  close(): Promise<void>;
}

/** The environment's server ended although nobody stopped it. */
export class ServerLost extends SignalboxError {}

/** @throws ConfigError, TemporalNotFound, PortInUse, DatabaseInUse, DevServerNotStarted */
export async function startDevEnvironment({
  config,
  directory = DEFAULT_DIRECTORY,
  live = false,
  port,
  worker: withWorker = true,
  latencyScale = 1,
  seed = 1,
  answer,
}: DevEnvironmentOptions): Promise<DevEnvironment> {
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeAll(closers.reverse());
    return closing;
  };
  try {
    const resolved = resolveConfig(config, live ? 'live' : 'simulated');
    if (live) resolveProviders(resolved, process.env); // a missing key is told before anything is started
    const folder = resolve(directory);
    mkdirSync(folder, { recursive: true });

    const { path: binary } = await obtainTemporalVisibly();
    const server = await startDevServer({ binary, dbFile: join(folder, 'temporal.db'), port });
    closers.push(() => server.stop());
    const serverLost = server.exited.then(({ code, lastLines }) => {
      if (closing) return never();
      throw new ServerLost(
        `The Temporal server at ${server.address} has ended, with code ${code}.${lastLines.map((line) => `\n  ${line}`).join('')}`,
        `Start again: the runs are kept in ${folder} and go on.`,
      );
    });
    serverLost.catch(() => {}); // for those who do not listen

    const providers = live
      ? undefined
      : await startSimulatedProviders({ providers: simulate(resolved), latencyScale, seed, answer });
    if (providers) closers.push(() => providers.close());

    const { address, namespace, uiUrl } = server;
    const note: Note = {
      pid: process.pid,
      address,
      namespace,
      uiUrl,
      ...(providers && { simulatedUrl: providers.url }),
    };
    writeFileSync(noteIn(folder), JSON.stringify(note));
    closers.push(async () => rmSync(noteIn(folder), { force: true }));

    if (withWorker) {
      const env = {
        [DATABASE_ENV]: `sqlite:${join(folder, 'signalbox.db')}`,
        ...process.env,
        ...(providers && { [SIMULATED_URL_ENV]: providers.url }),
      };
      const worker = await startWorker({ config, live, address, namespace, env });
      closers.push(() => worker.stop());
    }

    const signalbox = await Signalbox.connect({ address, namespace, taskQueue: resolved.taskQueue, config });
    closers.push(() => signalbox.close());
    return {
      ...{ signalbox, address, namespace, uiUrl, serverLost, close },
      ...(providers && { simulated: { url: providers.url, control: providers.control } }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In order, all of them, whatever one of them does; then rejects as the first that failed. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const closer of closers) await closer().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

const never = () => new Promise<never>(() => {});

/** What a running environment leaves in its directory, so that other processes find it. */
interface Note {
  readonly pid: number;
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  readonly simulatedUrl?: string;
}

const DEFAULT_DIRECTORY = '.signalbox';
const noteIn = (folder: string) => join(folder, 'dev.json');

/** The environment that another process (such as `signalbox dev`) runs over the directory; `undefined` where none does. */
export function findDevEnvironment(directory: string = DEFAULT_DIRECTORY): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(noteIn(resolve(directory)), 'utf8')) as Note;
    process.kill(note.pid, 0);
    return note;
  } catch {
    return undefined;
  }
}

/** Uses the environment that another process runs; `close` leaves it running. @throws SignalboxError where none does */
export async function connectDevEnvironment(
  directory: string = DEFAULT_DIRECTORY,
  taskQueue?: string,
): Promise<DevEnvironment> {
  const note = findDevEnvironment(directory);
  if (!note) {
    throw new SignalboxError(
      `No environment is running over ${resolve(directory)}.`,
      'Start one with `signalbox dev`.',
    );
  }
  const { address, namespace, uiUrl, simulatedUrl } = note;
  const signalbox = await Signalbox.connect({
    address,
    namespace,
    ...(taskQueue !== undefined && { taskQueue }),
  });
  return {
    ...{ signalbox, address, namespace, uiUrl, serverLost: never() },
    ...(simulatedUrl !== undefined && {
      simulated: { url: simulatedUrl, control: simulatedControl(simulatedUrl) },
    }),
    close: () => signalbox.close(),
  };
}
