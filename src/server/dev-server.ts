import { mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { type KeptProcessExit, spawnKept } from './kept-process.ts';
import { passLock, releaseLock, tryLock } from './process-lock.ts';
import { ensureSearchAttributes } from './search-attributes.ts';

export interface DevServerOptions {
  /** Path of the Temporal CLI, as `obtainTemporal` returns it. */
  binary: string;
  /** The database, made if it is not there. One server at a time may have it. */
  dbFile: string;
  /** Port of the server; default: 7233, or any free one if that or the UI's 8233 is taken. */
  port?: number | undefined;
  /** Port of Temporal UI; default: the server's + 1000 if that is free, else any free one. */
  uiPort?: number | undefined;
  /** Made if it is not there; default: `default`. */
  namespace?: string | undefined;
  /** Hears each line the server writes. */
  onLog?: ((line: string) => void) | undefined;
}

/** A running server, ready for workflows. It ends with this process at the latest, however this process ends. */
export interface DevServer {
  /** `host:port`, for a Temporal connection. */
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: string;
  /** Ends the server in good order, by force after 5 s. May be called again. */
  stop(): Promise<void>;
  /** Resolves when the server has ended, by `stop` or by itself. */
  readonly exited: Promise<KeptProcessExit>;
}

/** A port that was asked for is taken. */
export class PortInUse extends SignalboxError {
  readonly port: number;

  constructor(port: number, option: '--port' | '--ui-port') {
    super(
      `Port ${port} is in use by another program.`,
      `End that program, or choose another port with ${option}.`,
    );
    this.port = port;
  }
}

/** Another live server has the database file. */
export class DatabaseInUse extends SignalboxError {}

/** The server ended, or did not serve in time, while it was being started; the message has its last lines. */
export class DevServerNotStarted extends SignalboxError {}

const host = '127.0.0.1';
const retention = '2160h';
const START_LIMIT_MS = 60_000;
const STARTS_TRIED = 5;

/**
 * Starts Temporal's development server, tuned, and resolves once it serves: what closes stays in the namespace for 90
 * days, search attributes are usable, Temporal UI is up.
 *
 * @throws PortInUse, DatabaseInUse, DevServerNotStarted, SearchAttributesNotCreated
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  for (let start = 1; ; start++) {
    const ports = await choosePorts(options);
    try {
      return await startOn(ports, options);
    } catch (error) {
      // Between our finding ports free and the server's taking them, somebody else may have: it says so, or panics.
      const outrun =
        error instanceof DevServerNotStarted &&
        (error.message.includes('address already in use') || !(await areFree(ports)));
      if (!outrun || start === STARTS_TRIED) throw error;
    }
  }
}

async function startOn(ports: Ports, options: DevServerOptions): Promise<DevServer> {
  const { binary, namespace = 'default', onLog } = options;
  const dbFile = resolve(options.dbFile);
  const address = `${host}:${ports.port}`;

  const lock = lockDatabase(dbFile);
  let sayListening!: () => void;
  const listening = new Promise<void>((resolve) => {
    sayListening = resolve;
  });
  const server = spawnKept(binary, serverArguments(ports, dbFile, namespace), {
    onLine(line) {
      if (isBanner(line)) sayListening();
      onLog?.(line);
    },
  });
  // If we are killed, the server's keeper outlives us by an instant; so it is the keeper that holds the database.
  passLock(lock, server.pid, `a Temporal server at ${address}`);
  const exited = server.exited.then((exit) => {
    releaseLock(lock);
    return exit;
  });
  const stop = async () => {
    await server.stop();
    await exited;
  };

  const starting = new AbortController();
  try {
    await Promise.race([
      listening.then(() => prepare(address, ports.uiPort, namespace, starting.signal)),
      exited.then(({ code }) => Promise.reject(new Error(`it ended with code ${code}`))),
      sleep(START_LIMIT_MS, undefined, { signal: starting.signal }).then(() =>
        Promise.reject(new Error(`it did not serve within ${START_LIMIT_MS / 1000} s`)),
      ),
    ]);
  } catch (error) {
    await stop();
    if (error instanceof SignalboxError) throw error;
    throw notStarted(binary, dbFile, error as Error, await exited);
  } finally {
    starting.abort();
  }
  return { address, uiUrl: `http://${host}:${ports.uiPort}`, namespace, stop, exited };
}

/** Left to its defaults the server takes 200 ms for a turn of one model and one tool call; like this, 25 to 31 ms. */
function serverArguments({ port, uiPort }: Ports, dbFile: string, namespace: string): string[] {
  const settings = [
    'history.transferProcessorMaxPollRPS=2000',
    'history.timerProcessorMaxPollRPS=2000',
    'history.timerProcessorMaxTimeShift="10ms"',
    'matching.enableFairness=true',
    'frontend.WorkflowPauseEnabled=true',
  ];
  return [
    ...['server', 'start-dev', '--ip', host, '--port', `${port}`, '--ui-port', `${uiPort}`],
    ...['--namespace', namespace, '--db-filename', dbFile],
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=1'],
    ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

/** The server says this once it listens. By the port alone, another one that was faster to it would pass for ours. */
function isBanner(line: string): boolean {
  return /^(Temporal )?Server:/.test(line);
}

async function prepare(
  address: string,
  uiPort: number,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retention) },
    });
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
  while (!signal.aborted && !(await accepts(uiPort))) await sleep(20);
}

function notStarted(
  binary: string,
  dbFile: string,
  cause: Error,
  exit: KeptProcessExit,
): DevServerNotStarted {
  const lastLines = exit.lastLines.map((line) => `\n  ${line}`).join('');
  return new DevServerNotStarted(
    `The Temporal server (${binary}, database ${dbFile}) did not start: ${cause.message}.${lastLines}`,
    'See its last lines for the reason. If the database is damaged, move it away and start again.',
    { cause },
  );
}

function lockDatabase(dbFile: string): string {
  mkdirSync(dirname(dbFile), { recursive: true });
  const lock = `${dbFile}.lock`;
  const holder = tryLock(lock, 'a Temporal server about to start');
  if (!holder) return lock;
  throw new DatabaseInUse(
    `The database ${dbFile} is in use by process ${holder.pid}, ${holder.purpose}.`,
    'Connect to that server, end it, or choose another database file.',
  );
}

interface Ports {
  port: number;
  uiPort: number;
}

const usual: Ports = { port: 7233, uiPort: 8233 };

async function choosePorts({ port, uiPort }: DevServerOptions): Promise<Ports> {
  if (port && !(await isFree(port))) throw new PortInUse(port, '--port');
  if (uiPort && !(await isFree(uiPort))) throw new PortInUse(uiPort, '--ui-port');
  if (port && uiPort) return { port, uiPort };
  if (port) return { port, uiPort: (await isFree(port + 1000)) ? port + 1000 : await anyFreePort() };
  if (uiPort) return { port: (await isFree(usual.port)) ? usual.port : await anyFreePort(), uiPort };
  if (await areFree(usual)) return usual;
  return { port: await anyFreePort(), uiPort: await anyFreePort() };
}

async function areFree({ port, uiPort }: Ports): Promise<boolean> {
  return (await isFree(port)) && (await isFree(uiPort));
}

async function isFree(port: number): Promise<boolean> {
  try {
    (await listen(port)).close();
    return true;
  } catch {
    return false;
  }
}

async function anyFreePort(): Promise<number> {
  const server = await listen(0);
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host }, () => resolve(server));
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
