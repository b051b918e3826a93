import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { AGENTS, CONFIG, type Exit, type Running, type Sandbox, useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();
const listeners: Server[] = [];
afterEach(() => {
  for (const server of listeners.splice(0)) server.close();
});

/** Told what is wrong and what to do, in a few lines and without a stack. */
function expectRefusal({ code, stdout, stderr }: Exit, wrong: RegExp, remedy: RegExp): void {
  expect(stderr).toMatch(wrong);
  expect(stderr.slice(stderr.indexOf('Remedy:'))).toMatch(remedy);
  expect(stderr).not.toMatch(/^ +at /m);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
}

const CONTRACT = JSON.stringify({ path: '/dev/null', text: 'The Seller shall deliver.' });
const LATIN_1 = Buffer.from('{"text": "caf\xe9"}', 'latin1');
const BINARY = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff]);

describe('the demo refuses before it starts anything', () => {
  const cases: [string, (sandbox: Sandbox) => string[], RegExp, RegExp][] = [
    ['an empty file', (s) => [s.write('empty.txt', ' \n')], /empty\.txt is empty/, /a file with a contract/],
    ['a binary file', (s) => [s.write('tool.bin', BINARY)], /tool\.bin is binary/, /plain text/],
    [
      'a file that is not UTF-8',
      (s) => [s.write('latin1.txt', LATIN_1)],
      /latin1\.txt is not UTF-8/,
      /iconv -f latin1 -t utf-8 \S+latin1\.txt/,
    ],
    ['a file that is missing', () => ['nosuch.txt'], /nosuch\.txt cannot be read: ENOENT/, /that is there/],
    ['a folder', () => ['.'], /cannot be read: EISDIR/, /text file/],
    ['no money', () => ['--max-usd', '0'], /--max-usd 0 is not an amount/, /above 0/],
    [
      '--live without a key',
      () => ['--live'],
      /none of .*OPENROUTER_API_KEY.* is set/,
      /export \S+_API_KEY=/,
    ],
    ['a fault without a target', () => ['--fault', '503'], /--fault 503 is not target=fault/, /primary=503/],
    [
      'a fault for real vendors',
      () => ['--live', '--fault', 'all=503'],
      /--fault breaks simulated/,
      /Leave out/,
    ],
    ['an unknown fault', () => ['--fault', 'primary=999'], /"999" is not a fault/, /503/],
    ['an unknown target', () => ['--fault', 'nosuch=503'], /no fault target "nosuch"/, /sim-aurora/],
  ];
  test.each(cases)('%s', async (_, args, wrong, remedy) => {
    const sandbox = newSandbox();
    expectRefusal(await sandbox.demo(...args(sandbox)).exited, wrong, remedy);
    expect(sandbox.processes()).toEqual([]);
  });
});

describe('dev refuses', () => {
  const config = (fields: string) => `export default { agents: ${JSON.stringify(AGENTS)}, ${fields} };\n`;
  const configs: [string, string, RegExp, RegExp][] = [
    [
      'a config that does not parse',
      'export default {',
      /bad\.config\.ts cannot be loaded.*SyntaxError/,
      /Mend/,
    ],
    ['a config without a default export', 'export const agents = 1;', /no default export/, /defineConfig/],
    ['a field nobody knows', config('polcy: {}'), /polcy/, /signalbox\.config\.ts/],
    ['a field of a wrong type', config('taskQueue: 7'), /taskQueue: .*got 7/, /signalbox\.config\.ts/],
    [
      'an unknown provider in a policy',
      config("policy: { providers: { deny: ['sim-zephyr'] } }"),
      /policy\.providers\.deny\.0: there is no provider "sim-zephyr"/,
      /sim-aurora/,
    ],
    [
      'an unknown model in a policy',
      config("policy: { models: { allow: ['sim-atlas-huge'] } }"),
      /policy\.models\.allow\.0: there is no model "sim-atlas-huge"/,
      /sim-atlas-large/,
    ],
    [
      'agents that are not there',
      "export default { agents: './nosuch.ts' };",
      /nosuch\.ts/,
      /exports your agents/,
    ],
  ];
  test.each(configs)('%s', async (_, source, wrong, remedy) => {
    const sandbox = newSandbox();
    const file = sandbox.write('bad.config.ts', source);
    expectRefusal(await sandbox.signalbox('dev', '--config', file).exited, wrong, remedy);
    expect(sandbox.processes()).toEqual([]);
  });

  test('a config that is not there', async () => {
    const exit = await newSandbox().signalbox('dev', '--config', 'nosuch.ts').exited;
    expectRefusal(exit, /no config file \S+nosuch\.ts/, /--config FILE/);
  });

  test('--live without a key', async () => {
    const sandbox = newSandbox();
    const exit = await sandbox.signalbox('dev', '--config', CONFIG, '--live').exited;
    expectRefusal(exit, /none of .*ANTHROPIC_API_KEY.* is set/, /leave --live out/);
    expect(sandbox.processes()).toEqual([]);
  });

  test('a port that is no port, in one line', async () => {
    const { code, stderr } = await newSandbox().signalbox('dev', '--port', '99999').exited;
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toMatch(/'99999' is invalid.*from 1 to 64535/);
  });

  test('a port in use', async () => {
    const sandbox = newSandbox();
    const port = await takePort();
    const exit = await sandbox.signalbox('dev', '--config', CONFIG, '--port', `${port}`).exited;
    expectRefusal(exit, new RegExp(`Port ${port} is in use`), /--port/);
    expect(sandbox.processes()).toEqual([]);
  });

  test('a folder that another one runs over', async () => {
    const sandbox = newSandbox();
    const { address } = await sandbox.dev();
    const exit = await sandbox.signalbox('dev', '--config', CONFIG).exited;
    expectRefusal(
      exit,
      new RegExp(`in use by process \\d+, a Temporal server at ${address}`),
      /another database/,
    );
  });
});

async function takePort(): Promise<number> {
  const server = createServer();
  listeners.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

describe('where there is no server', () => {
  const verbs: [string, string[]][] = [
    ['run', ['run', 'contractReview', '--input', CONTRACT]],
    ['list', ['list']],
    ['worker', ['worker', '--config', CONFIG]],
  ];
  test.each(verbs)('%s says so', async (_, args) => {
    const exit = await newSandbox({ TEMPORAL_ADDRESS: '127.0.0.1:1' }).signalbox(...args).exited;
    expectRefusal(exit, /No Temporal server answers at 127\.0\.0\.1:1/, /signalbox dev.*TEMPORAL_ADDRESS/);
  });
});

test('run refuses input it cannot use, and agents nobody knows', async () => {
  const sandbox = newSandbox();
  await sandbox.dev();
  const run = (...args: string[]): Running => sandbox.signalbox('run', 'contractReview', ...args);
  const file = (name: string, content: string | Uint8Array) => ['--input-file', sandbox.write(name, content)];

  expectRefusal(await run('--input', '{bad').exited, /--input is not JSON/, /as JSON/);
  expectRefusal(await run('--input-file', 'nosuch').exited, /nosuch cannot be read/, /that is there/);
  expectRefusal(await run(...file('empty.json', '')).exited, /empty\.json is empty/, /as JSON/);
  expectRefusal(await run(...file('tool.bin', BINARY)).exited, /tool\.bin is not UTF-8/, /JSON/);
  expectRefusal(await run(...file('latin1.json', LATIN_1)).exited, /latin1\.json is not UTF-8/, /iconv/);
  expectRefusal(await run('--input', '{}').exited, /input does not fit its schema: path: .*; text: /, /show/);
  expectRefusal(await run().exited, /input does not fit its schema/, /show/);
  expectRefusal(
    await run('--task-queue', 'elsewhere', '--input', CONTRACT).exited,
    /No worker polls task queue "elsewhere"/,
    /signalbox dev/,
  );
});

test('show, resume and cancel name a run that they cannot serve', async () => {
  const sandbox = newSandbox();
  const { control } = await sandbox.dev();
  const signalbox = (...args: string[]) => sandbox.signalbox(...args).exited;
  const run = (...args: string[]) => signalbox('run', 'contractReview', '--input', CONTRACT, ...args);

  for (const verb of ['show', 'resume', 'cancel']) {
    expectRefusal(await signalbox(verb, 'nosuch'), /There is no run "nosuch" in namespace "default"/, /list/);
  }
  expect(await run('--id', 'done')).toMatchObject({ code: 0 });
  expectRefusal(await run('--id', 'done'), /A run "done" is there already/, /another id.*show done/);
  expectRefusal(await signalbox('resume', 'done'), /Run done is closed \(completed\)/, /show done/);

  await control.setFault('*', { kind: 'timeout' });
  await run('--id', 'busy', '--no-wait');
  expectRefusal(
    await signalbox('resume', 'busy'),
    /Run busy is running and no step of it is parked/,
    /show busy/,
  );
});

test('a worker that does not know the agent is told of, not waited for', async () => {
  const sandbox = newSandbox();
  await sandbox.dev();
  const exit = await sandbox.signalbox('run', 'nosuch', '--input', '{}').exited;
  expectRefusal(exit, /nosuch/, /\S/);
});

test('a task class nobody knows parks the step, naming those there are', async () => {
  const sandbox = newSandbox();
  sandbox.installSignalbox();
  sandbox.write(
    'agents.ts',
    `import { agent } from 'signalbox/workflow';
     import { z } from 'zod';
     export const odd = agent({ name: 'odd', input: z.object() }, (run) =>
       run.step('guess', { task: 'guessing', prompt: 'Hm?' }));`,
  );
  const config = sandbox.write('odd.config.ts', "export default { agents: './agents.ts' };");
  await sandbox.dev({ config });
  const exit = await sandbox.signalbox('run', 'odd', '--input', '{}').exited;
  expectRefusal(exit, /no task class "guessing"\. Use one of default, extraction, /, /resume/);
});

test('a server that goes away under a waiting run is told of', async () => {
  const sandbox = newSandbox();
  const { control, address } = await sandbox.dev();
  await control.setFault('*', { kind: 'timeout' });
  const run = sandbox.signalbox('run', 'contractReview', '--input', CONTRACT);
  await until(async () => (await control.log()).length > 0);
  process.kill(sandbox.serverPid(), 'SIGKILL');
  expectRefusal(
    await run.exited,
    new RegExp(`No Temporal server answers at ${address}`),
    /kept by the server/,
  );
});
