import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of Signalbox's own package.json: a few levels up, more from `dist/src/server` than from `src/server`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isSignalbox(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json of signalbox above ${import.meta.url}`);
    folder = parent;
  }
  return folder;
}

function isSignalbox(packageJson: string): boolean {
  return existsSync(packageJson) && JSON.parse(readFileSync(packageJson, 'utf8')).name === 'signalbox';
}
