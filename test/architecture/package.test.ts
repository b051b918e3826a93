import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from './support/source.ts';

interface Manifest {
  exports: Record<string, { types: string; default: string } | string>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** What each entry point is for, by the names of it that are documented. */
const DOCUMENTED: Record<string, string[]> = {
  signalbox: ['defineConfig', 'tool', 'ConfigError', 'SignalboxError'],
  'signalbox/workflow': ['agent', 'retryUpdate', 'raiseCapUpdate', 'abortUpdate'],
  'signalbox/worker': ['SignalboxPlugin'],
  'signalbox/client': ['Signalbox', 'RunHandle', 'RunParked', 'RunFailed', 'SignalboxError', 'renderRun'],
  'signalbox/testing': [
    'startDevEnvironment',
    'connectDevEnvironment',
    'startSimulatedProviders',
    'firstChoice',
    'parseFault',
  ],
};

test('each entry point gives the names it is documented with', () => {
  const program = `
    const names = {};
    for (const entry of ${JSON.stringify(Object.keys(DOCUMENTED))}) names[entry] = Object.keys(await import(entry));
    console.log(JSON.stringify(names));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const names = JSON.parse(printed) as Record<string, string[]>;
  for (const [entry, documented] of Object.entries(DOCUMENTED)) {
    expect(names[entry]).toEqual(expect.arrayContaining(documented));
  }
});

test('what the package exports is what is documented, and it is there', () => {
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
  expect(entries.map((entry) => entry.replace(/^\./, 'signalbox')).sort()).toEqual(
    Object.keys(DOCUMENTED).sort(),
  );
  for (const entry of Object.values(manifest.exports)) {
    const files = typeof entry === 'string' ? [entry] : Object.values(entry);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  }
});

test('the command answers', () => {
  const help = execFileSync(process.execPath, [join(ROOT, manifest.bin.signalbox!), '--help'], {
    encoding: 'utf8',
  });
  const verbs = ['dev', 'worker', 'run', 'list', 'show', 'resume', 'cancel', 'models', 'catalog'];
  for (const verb of [...verbs, 'cost', 'budgets', 'reconcile', 'health'])
    expect(help).toContain(`  ${verb} `);
});

test("Temporal is the user's: a peer, never a dependency", () => {
  const temporal = (names: object) => Object.keys(names).filter((name) => name.startsWith('@temporalio/'));
  expect(temporal(manifest.dependencies)).toEqual([]);
  expect(temporal(manifest.peerDependencies)).toEqual(
    expect.arrayContaining(['@temporalio/client', '@temporalio/worker', '@temporalio/workflow']),
  );
  expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith('node-'))).toEqual([]);
});
