import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../../src/core/contract/run.ts';
import {
  DatabaseInUse,
  type DevServer,
  DevServerNotStarted,
  type DevServerOptions,
  PortInUse,
  startDevServer,
} from '../../../src/server/dev-server.ts';
import { searchAttributeCommands } from '../../../src/server/search-attributes.ts';
import { obtainTemporal } from '../../../src/server/temporal-binary.ts';
import { until } from '../../support/until.ts';

// The first run on a machine may have to build the server.
const SET_UP_LIMIT_MS = 600_000;
jest.setTimeout(60_000);

let binary: string;
let folder: string;
let dbFile: string;
let running: DevServer[];

beforeAll(async () => {
  binary = (await obtainTemporal({ onProgress: () => {} })).path;
}, SET_UP_LIMIT_MS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-server-'));
  dbFile = join(folder, 'state', 'temporal.db');
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<DevServerOptions> = {}): Promise<DevServer> {
  const server = await startDevServer({ binary, dbFile, ...options });
  running.push(server);
  return server;
}

async function withConnection<T>(
  server: DevServer,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Processes whose command line names the database: the server and its keeper. */
function processesOf(file: string): string[] {
  const all = execFileSync('ps', ['-eo', 'pid,stat,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(file) && line.includes('start-dev'));
}

const pidOf = (line: string) => line.trim().split(' ')[0]!;

/** One that is ending has lost its arguments before it has lost its files. */
function isThere(pid: string): boolean {
  const all = execFileSync('ps', ['-eo', 'pid,stat'], { encoding: 'utf8' }).split('\n');
  return all.some((line) => pidOf(line) === pid && !/Z/.test(line));
}

test('resolves with a server that is ready for workflows', async () => {
  const server = await start({ namespace: 'agents' });
  expect((await fetch(server.uiUrl)).status).toBe(200);
  await withConnection(server, async (connection) => {
    const { namespace } = server;
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));

    const { config } = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 3600);

    const status = defineSearchAttributeKey('SignalboxStatus', SEARCH_ATTRIBUTES.SignalboxStatus);
    const models = defineSearchAttributeKey('SignalboxModel', SEARCH_ATTRIBUTES.SignalboxModel);
    const { workflow } = new Client({ connection, namespace });
    await workflow.start('triage', {
      workflowId: 'first',
      taskQueue: 'nobody-listens',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: status, value: 'running' },
        { key: models, value: ['small', 'large'] },
      ]),
    });
    const query = `SignalboxStatus = 'running' AND SignalboxModel = 'large'`;
    await until(async () => (await workflow.count(query)).count === 1);
  });
});

test('keeps its workflows when started again on the same database', async () => {
  const first = await start();
  await withConnection(first, (connection) =>
    new Client({ connection }).workflow.start('triage', { workflowId: 'kept', taskQueue: 'nobody-listens' }),
  );
  await first.stop();
  expect((await first.exited).code).toBe(0);
  expect(processesOf(dbFile)).toEqual([]);

  const second = await start();
  const description = await withConnection(second, (connection) =>
    new Client({ connection }).workflow.getHandle('kept').describe(),
  );
  expect(description.status.name).toBe('RUNNING');
});

test('several started at once get ports of their own', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((name) => start({ dbFile: join(folder, name) })));
  expect(new Set(servers.flatMap(({ address, uiUrl }) => [address, uiUrl])).size).toBe(6);
});

test('a port that is taken is refused by its number', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    await expect(start({ port })).rejects.toMatchObject({ port, remedy: expect.stringContaining('--port') });
    await expect(start({ uiPort: port })).rejects.toThrow(PortInUse);
  } finally {
    other.close();
  }
  expect(existsSync(`${dbFile}.lock`)).toBe(false);
});

test('a database that a live server has is refused, naming that server', async () => {
  const server = await start();
  const error = await start().catch((error) => error);
  expect(error).toBeInstanceOf(DatabaseInUse);
  expect(error.message).toContain(dbFile);
  expect(error.message).toContain(server.address);
});

test('a server that ends while starting is reported with its last lines', async () => {
  const fake = join(folder, 'temporal');
  writeFileSync(fake, '#!/bin/sh\necho "sky has fallen" >&2\nexit 4\n');
  chmodSync(fake, 0o755);
  const error = await start({ binary: fake }).catch((error) => error);
  expect(error).toBeInstanceOf(DevServerNotStarted);
  expect(error.message).toMatch(/ended with code 4[\s\S]*sky has fallen/);
  expect(existsSync(`${dbFile}.lock`)).toBe(false);
});

test('a file that is no database is reported by the server itself', async () => {
  const file = join(folder, 'letter.txt');
  writeFileSync(file, 'Dear Sir or Madam, '.repeat(100));
  await expect(start({ dbFile: file })).rejects.toThrow(/not a database/);
});

test('does not outlive a parent killed by SIGKILL, and its database is free again', async () => {
  const module = fileURLToPath(new URL('../../../src/server/dev-server.ts', import.meta.url));
  const program = `
    const [module, binary, dbFile] = process.argv.slice(1);
    const { startDevServer } = await import(module);
    await startDevServer({ binary, dbFile });
    console.log('started');`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program, module, binary, dbFile]);
  try {
    await once(parent.stdout, 'data');
    const processes = processesOf(dbFile).map(pidOf);
    expect(processes).toHaveLength(2);
    parent.kill('SIGKILL');
    await until(() => !processes.some(isThere));
  } finally {
    parent.kill('SIGKILL');
  }
  await start();
});

test('a server killed from outside is seen to have ended', async () => {
  const server = await start();
  const [line] = processesOf(dbFile).filter((one) => !one.includes('keeper'));
  process.kill(Number(pidOf(line!)), 'SIGKILL');
  expect((await server.exited).code).toBe(137);
  expect(existsSync(`${dbFile}.lock`)).toBe(false);
});

test('the commands for other servers name each attribute with its type', () => {
  const commands = searchAttributeCommands('prod');
  expect(commands).toHaveLength(10);
  expect(commands).toContain(
    'temporal operator search-attribute create --namespace prod --name SignalboxTaskClass --type KeywordList',
  );
});
