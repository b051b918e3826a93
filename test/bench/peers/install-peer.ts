import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The newest of `@temporalio/ai-sdk`, with what it needs, in a folder of its own: it pins another Temporal than we use. */
const FOLDER = fileURLToPath(new URL('./ai-sdk/', import.meta.url));

/** Installs the peer as its lock file has it, unless it is there. @returns its version */
export function installPeer(): string {
  const { dependencies } = JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8'));
  const wanted: string = dependencies[PEER];
  if (installedVersion() !== wanted) {
    process.stderr.write(`installing ${PEER} ${wanted} into ${FOLDER}\n`);
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      ...{ cwd: FOLDER, stdio: ['ignore', 2, 2] },
    });
    if (status !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${status}.`);
  }
  return wanted;
}

const PEER = '@temporalio/ai-sdk';

function installedVersion(): string | undefined {
  // Written last, so that a half-installed folder is installed again.
  if (!existsSync(`${FOLDER}node_modules/.package-lock.json`)) return undefined;
  return JSON.parse(readFileSync(`${FOLDER}node_modules/${PEER}/package.json`, 'utf8')).version;
}
