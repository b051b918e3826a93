/** A PostgreSQL server of the tests' own: empty, on a free port, gone when the tests end or die. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export interface Postgres {
  /** Makes an empty database. @returns its URL */
  newDatabase(): Promise<string>;
  /** Takes the server down as `kill -9` would, does `meanwhile`, and brings it up again. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = 'not:secret@all';

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-postgres-'));
  const asUser = serverUser();
  if (asUser.uid !== undefined) chownSync(folder, asUser.uid, asUser.gid!);
  const data = join(folder, 'data');
  execFileSync(program('initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
    ...asUser,
    stdio: 'pipe',
  });

  const port = await freePort();
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: folder, fsync: 'off' };
  const options = Object.entries({ ...settings, max_connections: 200 }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [program('postgres'), '-D', data, ...options];
  const admin = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server = await launch(command, asUser, admin);
  await query(admin, `create role tester login superuser password '${PASSWORD}'`);

  let databases = 0;
  return {
    async newDatabase() {
      databases += 1;
      await query(admin, `create database test${databases}`);
      return `postgres://tester:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/test${databases}`;
    },
    async restart(meanwhile) {
      await end(server);
      await meanwhile();
      server = await launch(command, asUser, admin);
    },
    async stop() {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the server and waits until it takes connections; it ends with this process, however that ends. */
async function launch(command: string[], options: SpawnOptions, url: string): Promise<ChildProcess> {
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { ...options, stdio: 'pipe' });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  server.on('error', (error) => {
    said += error.message;
  });
  await until(async () => {
    if (hasEnded(server)) throw new Error(`PostgreSQL ended:\n${said}`);
    return accepts(url);
  });
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return;
  server.kill('SIGQUIT');
  await once(server, 'exit');
}

const hasEnded = (server: ChildProcess) => server.exitCode !== null || server.signalCode !== null;

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
function serverUser(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The same places as tools/setup.mjs looks in. Debian keeps these programs off PATH, one folder a version. */
function program(name: string): string {
  const versions = '/usr/lib/postgresql';
  const folders = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  const paths = folders.map((version) => join(versions, version, 'bin', name));
  return paths.find((path) => existsSync(path)) ?? name;
}

async function accepts(url: string): Promise<boolean> {
  try {
    await query(url, 'select 1');
    return true;
  } catch {
    return false;
  }
}

/** For what the store itself would not do. */
export async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
