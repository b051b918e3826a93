// Makes sure of what `npm ci` cannot: a Node new enough for the scripts of package.json and, given --tests, a Chromium and
// a PostgreSQL.
// Each script has this run before it (`predemo`, `pretest`, …), in whatever Node there is, so it depends on nothing and
// is plain JavaScript for Node 20. It writes to stderr only.

import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestNode = '22.19.0';
const nodeToInstall = '24.21.0';
const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome'];

try {
  ensureNode();
  if (process.argv.includes('--tests')) {
    ensureChromium();
    ensurePostgres();
  }
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

/** npm scripts look for programs in node_modules/.bin first, so that is where a newer Node goes, by a link. */
function ensureNode() {
  if (!isOlder(process.versions.node, oldestNode)) return;
  const bin = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.bin');
  const link = join(bin, 'node');
  const draft = `${link}.${process.pid}`;
  mkdirSync(bin, { recursive: true });
  symlinkSync(cachedNode(), draft);
  renameSync(draft, link);
}

/** The path of a newer Node in the cache, which all checkouts share; installed first if it is not there. */
function cachedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cacheDir(), `${name}-${nodeToInstall}`);
  const node = (within) => join(within, 'node_modules', name, 'bin', 'node');
  if (existsSync(node(folder))) return node(folder);

  say(`Node ${process.versions.node} is too old: installing ${nodeToInstall} into ${folder}, once (200 MB)`);
  let draft;
  try {
    mkdirSync(cacheDir(), { recursive: true });
    draft = mkdtempSync(`${folder}.`);
    npmInstall(draft, `${name}@${nodeToInstall}`);
    run(node(draft), ['--version']);
    putInPlace(draft, folder);
    return node(folder);
  } catch (error) {
    throw new Error(
      `Signalbox needs Node ${oldestNode} or newer. This is ${process.versions.node}, and installing the npm package ` +
        `${name}@${nodeToInstall} failed: ${error.message}\nInstall Node 24 by hand and run the command again.`,
    );
  } finally {
    if (draft) rmSync(draft, { recursive: true, force: true });
  }
}

function npmInstall(prefix, what) {
  const options = [
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  run('npm', ['install', '--prefix', prefix, ...options, what], {
    cwd: prefix,
    env: withoutNpmRun(process.env),
  });
}

/**
 * npm hands a script its own settings as npm_config_…, where this install would take them up: its prefix, workspaces,
 * --omit, --dry-run, --global. Those on how to reach a registry are the user's, and stay.
 */
function withoutNpmRun(env) {
  const connection =
    /^npm_config_(.*registry|.*proxy|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|cache|\/\/.*)$/i;
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_/i.test(name) || connection.test(name)),
  );
}

/** Renaming is all or nothing. When another process was first, its copy is as good. */
function putInPlace(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  }
}

/** The tests look at runs in Temporal UI in a real browser; without one they would show nothing. */
function ensureChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named && !isExecutable(named))
    throw new Error(`CHROMIUM_PATH is '${named}', which cannot be run. Correct or unset it.`);
  if (named || chromiumNames.some(onPath)) return;

  aptInstall({
    what: `Chromium (none of ${chromiumNames.join(', ')} is on PATH)`,
    packages: ['chromium', 'fonts-dejavu-core'],
    byHand: 'Install Chromium (Debian: apt-get install chromium), or name one in CHROMIUM_PATH.',
  });
}

/** One suite runs over both databases; a server of the tests' own is started from these programs, without root. */
function ensurePostgres() {
  const programs = ['initdb', 'postgres'];
  const found = (name) =>
    onPath(name) || postgresFolders().some((folder) => isExecutable(join(folder, name)));
  if (programs.every(found)) return;
  aptInstall({
    what: 'PostgreSQL (initdb and postgres are neither on PATH nor in /usr/lib/postgresql)',
    packages: ['postgresql'],
    byHand: 'Install PostgreSQL 15 or newer (Debian: apt-get install postgresql).',
  });
}

/** Debian keeps these programs off PATH, one folder a version. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
}

function aptInstall({ what, packages, byHand }) {
  const [name] = what.split(' ');
  if (!onPath('apt-get') || process.getuid?.() !== 0) throw new Error(`The tests need ${what}.\n${byHand}`);
  say(`The tests need ${name}: installing it with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patient = ['-o', 'DPkg::Lock::Timeout=600'];
  try {
    run('apt-get', ['update'], { env });
    run('apt-get', [...patient, 'install', '-y', '--no-install-recommends', ...packages], { env });
  } catch (error) {
    throw new Error(`Installing ${name} failed: ${error.message}\n${byHand}`);
  }
}

/** The same rule as in src/server/cache-dir.ts. */
function cacheDir() {
  const { SIGNALBOX_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return SIGNALBOX_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox');
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder && isExecutable(join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command to its end with all its output on our stderr. */
function run(command, args, options = {}) {
  execFileSync(command, args, { stdio: ['ignore', 2, 2], ...options });
}

function isOlder(version, than) {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
