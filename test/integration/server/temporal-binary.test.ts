import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CacheNotWritable,
  obtainTemporal,
  TemporalCliPathWrong,
  TemporalNotFound,
  TemporalTooOld,
} from '../../../src/server/temporal-binary.ts';
import { until } from '../../support/until.ts';

const goodVersion = 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)';
const oldVersion = 'temporal version 1.3.0 (Server 1.27.1, UI 2.36.0)';

let folder: string;
let env: NodeJS.ProcessEnv;
let steps: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-temporal-'));
  mkdirSync(join(folder, 'bin'));
  for (const tool of ['cat', 'chmod', 'sleep']) symlinkSync(`/bin/${tool}`, join(folder, 'bin', tool));
  steps = [];
  // Nothing answers at the proxy, so the SDK's download fails here whether or not there is an internet.
  env = {
    PATH: join(folder, 'bin'),
    SIGNALBOX_CACHE_DIR: join(folder, 'cache'),
    HTTPS_PROXY: 'http://127.0.0.1:1',
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const obtain = () => obtainTemporal({ onProgress: (step) => steps.push(step), env });

function script(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const fakeTemporal = (name: string, version = goodVersion) => script(name, `echo '${version}'`);

/** A `go` on PATH that notes each build, waits until it may go on, and "builds" a fake temporal. */
function fakeGo(): { builds: () => number; letGo: () => void } {
  const log = join(folder, 'builds');
  const gate = join(folder, 'gate');
  script(
    'bin/go',
    `if [ "$1" = version ]; then echo 'go version go1.26.8 linux/amd64'; exit; fi
echo "$@" >> ${log}
while [ ! -e ${gate} ]; do sleep 0.02; done
cat > "$5" <<'END'
#!/bin/sh
echo '${goodVersion}'
END
chmod 755 "$5"`,
  );
  return {
    builds: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0),
    letGo: () => writeFileSync(gate, ''),
  };
}

describe('where it looks', () => {
  test('TEMPORAL_CLI_PATH comes before PATH', async () => {
    const named = fakeTemporal('named');
    fakeTemporal('bin/temporal');
    env.TEMPORAL_CLI_PATH = named;
    expect(await obtain()).toEqual({ path: named, source: 'environment', version: '1.8.2' });
  });

  test('PATH comes before anything that has to be made', async () => {
    const onPath = fakeTemporal('bin/temporal');
    expect(await obtain()).toEqual({ path: onPath, source: 'path', version: '1.8.2' });
  });

  test('what was built once comes from the cache', async () => {
    const go = fakeGo();
    go.letGo();
    const built = await obtain();
    expect(built).toMatchObject({ source: 'built', version: '1.8.2' });
    expect(await obtain()).toEqual({ ...built, source: 'cache' });
    expect(go.builds()).toBe(1);
  });

  test('a cached copy that changed is made anew, and said to be', async () => {
    const go = fakeGo();
    go.letGo();
    const { path } = await obtain();
    appendFileSync(path, '# not what was built');
    expect(await obtain()).toMatchObject({ source: 'built', path });
    expect(steps).toContainEqual(expect.stringContaining('does not match its checksum'));
    expect(go.builds()).toBe(2);
  });
});

describe('what it refuses', () => {
  test('TEMPORAL_CLI_PATH that names no Temporal CLI', async () => {
    env.TEMPORAL_CLI_PATH = join(folder, 'missing');
    await expect(obtain()).rejects.toThrow(TemporalCliPathWrong);
    env.TEMPORAL_CLI_PATH = fakeTemporal('other', 'other program 3');
    await expect(obtain()).rejects.toThrow(`TEMPORAL_CLI_PATH is '${env.TEMPORAL_CLI_PATH}'`);
  });

  test('a server that is too old, named with its path and version', async () => {
    const path = fakeTemporal('bin/temporal', oldVersion);
    const error = await obtain().catch((error) => error);
    expect(error).toBeInstanceOf(TemporalTooOld);
    expect(error.message).toContain(`${path} is version 1.3.0 with server 1.27.1`);
  });

  test('a cache folder that cannot be made', async () => {
    env.SIGNALBOX_CACHE_DIR = join(fakeTemporal('a-file'), 'cache');
    await expect(obtain()).rejects.toThrow(CacheNotWritable);
  });

  test('to go on when every way has failed, and lists them', async () => {
    script('bin/temporal', 'exit 3');
    script(
      'bin/go',
      `if [ "$1" = version ]; then echo 'go version go1.20.3 linux/amd64'; else echo 'go: errors parsing go.mod' >&2; exit 1; fi`,
    );
    const error = await obtain().catch((error) => error);
    expect(error).toBeInstanceOf(TemporalNotFound);
    expect(error.message).toContain('TEMPORAL_CLI_PATH: not set');
    expect(error.message).toContain('temporal on PATH: Command failed');
    expect(error.message).toContain('temporal-1.8.2): empty');
    expect(error.message).toContain('download by the Temporal SDK: Failed to start ephemeral server');
    expect(error.message).toContain('is version 1.20.3, and 1.26.4 or newer is needed');
    expect(error.message).toContain('go: errors parsing go.mod');
    expect(error.remedy).toContain('Install the Temporal CLI');
  });
});

describe('two processes at once', () => {
  const program = `
    const { obtainTemporal } = await import(process.argv[1]);
    const binary = await obtainTemporal({ onProgress: (step) => console.log(step) });
    console.log('RESULT ' + JSON.stringify(binary));`;
  const module = fileURLToPath(new URL('../../../src/server/temporal-binary.ts', import.meta.url));

  function obtainElsewhere() {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, module], { env });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    return { child, closed: once(child, 'close'), output: () => output };
  }

  const sourceOf = (output: string) => JSON.parse(output.split('RESULT ')[1] ?? `"${output}"`).source;

  test('one builds, the other waits and takes its result', async () => {
    const go = fakeGo();
    const first = obtainElsewhere();
    await until(() => go.builds() === 1);
    const second = obtainElsewhere();
    await until(() => second.output().includes(`Waiting for process ${first.child.pid}`));
    go.letGo();
    await Promise.all([first.closed, second.closed]);
    expect(sourceOf(first.output())).toBe('built');
    expect(sourceOf(second.output())).toBe('cache');
    expect(go.builds()).toBe(1);
  });

  test('when the one that builds is killed, the other takes over', async () => {
    const go = fakeGo();
    const first = obtainElsewhere();
    await until(() => go.builds() === 1);
    const second = obtainElsewhere();
    await until(() => second.output().includes('Waiting for process'));
    first.child.kill('SIGKILL');
    await until(() => go.builds() === 2);
    go.letGo();
    await second.closed;
    expect(sourceOf(second.output())).toBe('built');
  });
});
