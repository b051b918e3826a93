import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readQuickStart, readShellLines } from './support/quick-start.ts';
import { ROOT } from './support/source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-readme-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the quick start is three files of 25 lines together', () => {
  const files = readQuickStart();
  expect(files.map(({ name }) => name).sort()).toEqual(['agents.ts', 'backend.ts', 'signalbox.config.ts']);
  const lines = files.flatMap(({ text }) => text.split('\n').filter((line) => line.trim() !== ''));
  expect(lines.length).toBeLessThanOrEqual(25);
});

test('the quick start compiles, strictly', () => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(ROOT, join(modules, 'signalbox'));
  for (const name of ['@temporalio', '@types', 'zod'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...{ target: 'es2024', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true },
        ...{ allowImportingTsExtensions: true, types: ['node'] },
      },
    }),
  );
  for (const { name, text } of readQuickStart()) writeFileSync(join(folder, name), text);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('the first two shell lines are the demo and the tests', () => {
  // `.ci/run` takes the second of them as the test command.
  const [first, second] = readShellLines();
  expect(first).toMatch(/npm .*demo/);
  expect(second).toMatch(/npm .*test/);
});
