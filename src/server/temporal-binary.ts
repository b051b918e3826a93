import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { cacheDir } from './cache-dir.ts';
import { findOnPath, isExecutableFile } from './find-on-path.ts';
import { siblingScript, spawnKept } from './kept-process.ts';
import { packageRoot } from './package-root.ts';
import { withLock } from './process-lock.ts';

/** A Temporal CLI: its `server start-dev` is the server Signalbox runs on a developer's machine. */
export interface TemporalBinary {
  path: string;
  /** Where it was: `TEMPORAL_CLI_PATH`, a folder of PATH, our cache; or how it got there just now. */
  source: 'environment' | 'path' | 'cache' | 'download' | 'built';
  /** Of the CLI, such as `1.8.2`. */
  version: string;
}

/** Hears what is being done and for how long so far: when a step starts, then once a second while it lasts. */
export type OnProgress = (step: string, elapsedMs: number) => void;

export interface ObtainTemporalOptions {
  onProgress: OnProgress;
  /** The environment that says where to look; default: this process's own. */
  env?: NodeJS.ProcessEnv;
}

/** `TEMPORAL_CLI_PATH` names something that is not a Temporal CLI. */
export class TemporalCliPathWrong extends SignalboxError {}

/** A Temporal CLI was found whose server lacks what Signalbox needs. */
export class TemporalTooOld extends SignalboxError {}

/** The cache folder cannot be written to. */
export class CacheNotWritable extends SignalboxError {}

/** No way to a Temporal CLI worked; the message lists each and why it failed. */
export class TemporalNotFound extends SignalboxError {}

const oldestServer = '1.29';
const oldestCli = '1.5';

/**
 * Finds a Temporal CLI, or gets one into the cache: the first that works of `TEMPORAL_CLI_PATH`, `temporal` on PATH,
 * the cache, the SDK's own download, a build with Go (3 to 5 minutes, once). Of several processes at once, one does
 * the work and the others wait for its result.
 *
 * @throws TemporalCliPathWrong, TemporalTooOld, CacheNotWritable, TemporalNotFound
 */
export async function obtainTemporal(options: ObtainTemporalOptions): Promise<TemporalBinary> {
  const { onProgress, env = process.env } = options;
  const wanted = wantedVersions();
  const cached = join(writableCacheDir(env), `temporal-${wanted.cli}`);
  const failures: string[] = [];

  const present = await firstThatWorks(failures, {
    TEMPORAL_CLI_PATH: () => fromEnvironment(env),
    'temporal on PATH': () => fromPath(env),
  });
  if (present) return present;

  const kept = await alone(cached, onProgress, () =>
    firstThatWorks(failures, {
      [`cache (${cached})`]: () => fromCache(cached, onProgress),
      'download by the Temporal SDK': () => byDownload(cached, env, onProgress),
      'build with Go': () => byBuilding(cached, wanted, env, onProgress),
    }),
  );
  if (kept) return kept;

  throw new TemporalNotFound(
    `No Temporal server was found, and none could be made:\n${failures.map((line) => `  - ${line}`).join('\n')}`,
    `Install the Temporal CLI ${oldestCli} or newer and put it on PATH or name it in TEMPORAL_CLI_PATH; ` +
      `or install Go ${wanted.go} or newer, so that it can be built.`,
  );
}

type Way = () => Promise<TemporalBinary>;

/** Tries each way in turn. Only plain errors mean "not this way"; ours are for the user, and end the search. */
async function firstThatWorks(
  failures: string[],
  ways: Record<string, Way>,
): Promise<TemporalBinary | undefined> {
  for (const [name, way] of Object.entries(ways)) {
    try {
      return await way();
    } catch (error) {
      if (error instanceof SignalboxError) throw error;
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  return undefined;
}

async function fromEnvironment(env: NodeJS.ProcessEnv): Promise<TemporalBinary> {
  const path = env.TEMPORAL_CLI_PATH;
  if (!path) throw new Error('not set');
  try {
    return { path, source: 'environment', version: await checkedVersion(path) };
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    throw new TemporalCliPathWrong(
      `TEMPORAL_CLI_PATH is '${path}', which is not a Temporal CLI: ${(error as Error).message}`,
      'Set it to the path of a Temporal CLI, or unset it.',
      { cause: error },
    );
  }
}

async function fromPath(env: NodeJS.ProcessEnv): Promise<TemporalBinary> {
  const path = findOnPath('temporal', env);
  if (!path) throw new Error('not there');
  return { path, source: 'path', version: await checkedVersion(path) };
}

async function fromCache(cached: string, onProgress: OnProgress): Promise<TemporalBinary> {
  const path = join(cached, 'temporal');
  if (!isExecutableFile(path)) throw new Error('empty');
  const { version, sha256 } = readSeal(cached);
  if (sha256 !== (await sha256Of(path))) {
    onProgress(`The Temporal server in ${cached} does not match its checksum: getting it anew`, 0);
    throw new Error('the copy there does not match its checksum');
  }
  return { path, source: 'cache', version };
}

/** A download that moves by not one byte for so long is given up: where there is no internet some never end. */
const STALLED_MS = 10_000;
const LOOK_AT_DOWNLOAD_MS = 250;

async function byDownload(
  cached: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<TemporalBinary> {
  return during('Downloading the Temporal server', onProgress, () =>
    keep(cached, 'download', async (draft, binary) => {
      const folder = join(draft, 'download');
      await mkdir(folder);
      const download = spawnKept(process.execPath, [siblingScript('sdk-download'), folder], { env });

      let movedAt = Date.now();
      let bytesBefore = 0;
      let exit: Awaited<typeof download.exited> | undefined;
      while (!exit) {
        exit = await Promise.race([download.exited, sleep(LOOK_AT_DOWNLOAD_MS, undefined)]);
        const bytes = bytesIn(folder);
        if (bytes !== bytesBefore) movedAt = Date.now();
        bytesBefore = bytes;
        if (Date.now() - movedAt > STALLED_MS) {
          await download.kill();
          throw new Error(`nothing came for ${STALLED_MS / 1000} s`);
        }
      }
      if (exit.code !== 0) throw new Error(exit.lastLines.join(' '));
      await rename(join(folder, readdirSync(folder)[0]!), binary);
      await rm(folder, { recursive: true });
    }),
  );
}

async function byBuilding(
  cached: string,
  wanted: WantedVersions,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<TemporalBinary> {
  const go = findOnPath('go', env);
  if (!go) throw new Error('no go on PATH');
  const step = `Building the Temporal server ${wanted.cli} with Go (3 to 5 minutes, the first time only)`;
  return during(step, onProgress, () =>
    keep(cached, 'built', async (_draft, binary) => {
      const version = `-X github.com/temporalio/cli/internal/temporalcli.Version=${wanted.cli}`;
      const flags = ['-trimpath', `-ldflags=-s -w ${version}`, '-o', binary];
      const build = spawnKept(go, ['build', ...flags, 'github.com/temporalio/cli/cmd/temporal'], {
        cwd: temporalModule(),
        // A workspace of the user's above the package would hide our module.
        env: { ...env, GOWORK: 'off' },
      });
      const { code, lastLines } = await build.exited;
      if (code !== 0) throw new Error([await tooOldGo(go, wanted, env), ...lastLines].join('\n    '));
    }),
  );
}

/** What Go itself says about its age differs from release to release, so say it plainly first. */
async function tooOldGo(go: string, wanted: WantedVersions, env: NodeJS.ProcessEnv): Promise<string> {
  // Outside the module, so that this Go answers and not the one it would fetch for it.
  const { stdout } = await promisify(execFile)(go, ['version'], { cwd: tmpdir(), env });
  const installed = /go(\d+(\.\d+)*)/.exec(stdout)?.[1] ?? stdout.trim();
  if (!isOlder(installed, wanted.go)) return `go build failed, with Go ${installed}:`;
  return `${go} is version ${installed}, and ${wanted.go} or newer is needed:`;
}

/** Lets `work` run in one process at a time, for this version and cache. */
function alone<T>(cached: string, onProgress: OnProgress, work: () => Promise<T>): Promise<T> {
  const askedAt = Date.now();
  const lock = `${cached}.lock`;
  return withLock(
    lock,
    'getting the Temporal server',
    ({ pid, purpose }) => onProgress(`Waiting for process ${pid}, which is ${purpose}`, Date.now() - askedAt),
    work,
  );
}

/** Has `make` put a binary into a draft folder, checks and seals it, and puts the folder in the cache as one. */
async function keep(
  cached: string,
  source: TemporalBinary['source'],
  make: (draft: string, binary: string) => Promise<void>,
): Promise<TemporalBinary> {
  const draft = `${cached}.draft`;
  await rm(draft, { recursive: true, force: true }); // left by a process that was killed
  await mkdir(draft);
  try {
    const binary = join(draft, 'temporal');
    await make(draft, binary);
    const version = await checkedVersion(binary);
    await writeFile(sealFile(draft), JSON.stringify({ version, sha256: await sha256Of(binary) }));
    await rm(cached, { recursive: true, force: true });
    await rename(draft, cached);
    return { path: join(cached, 'temporal'), source, version };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Written beside a binary when it was made, to tell later whether it is still that one. */
interface Seal {
  version: string;
  sha256: string;
}

const sealFile = (folder: string) => join(folder, 'seal.json');

function readSeal(folder: string): Seal {
  try {
    return JSON.parse(readFileSync(sealFile(folder), 'utf8'));
  } catch {
    return { version: '', sha256: '' }; // matches nothing
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

const VERSION_LIMIT_MS = 15_000;

/** The version of the CLI at `path`, once its server is known to be new enough. */
async function checkedVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: VERSION_LIMIT_MS });
  const [, cli, server] = /temporal version (\S+) \(server (\d+\.\d+[^\s,)]*)/i.exec(stdout) ?? [];
  if (!cli || !server) throw new Error(`${path} --version says '${stdout.trim()}'`);
  if (isOlder(server, oldestServer)) {
    throw new TemporalTooOld(
      `The Temporal CLI at ${path} is version ${cli} with server ${server}; Signalbox needs server ${oldestServer} or newer.`,
      `Update it to the Temporal CLI ${oldestCli} or newer, or point TEMPORAL_CLI_PATH to such a one.`,
    );
  }
  return cli;
}

interface WantedVersions {
  /** Of the Temporal CLI that is built and cached. */
  cli: string;
  /** The oldest Go that builds it. */
  go: string;
}

/** Our Go module says both, and nothing else does. */
function wantedVersions(): WantedVersions {
  const goMod = readFileSync(join(temporalModule(), 'go.mod'), 'utf8');
  const [, cli] = /\sgithub\.com\/temporalio\/cli v(\S+)/.exec(goMod) ?? [];
  const [, go] = /^go (\S+)/m.exec(goMod) ?? [];
  return { cli: cli!, go: go! };
}

function temporalModule(): string {
  return join(packageRoot(), 'tools', 'temporal');
}

function writableCacheDir(env: NodeJS.ProcessEnv): string {
  const folder = cacheDir(env);
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch (error) {
    throw new CacheNotWritable(
      `The cache folder ${folder} cannot be made: ${(error as Error).message}`,
      'Name one that can be written to in SIGNALBOX_CACHE_DIR.',
      { cause: error },
    );
  }
}

/** Does `work`, reporting it as `step` every second. */
async function during<T>(step: string, onProgress: OnProgress, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const report = () => onProgress(step, Date.now() - startedAt);
  report();
  const timer = setInterval(report, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
