import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ROOT, readLayers } from './support/source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-layer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the compiler has against a file, were it in the layer. */
function compileIn(layer: string, source: string): { code: number | null; said: string } {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'snippet.ts'), source);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, layer, 'tsconfig.json'),
      compilerOptions: { composite: false, noEmit: true, rootDir: '/', tsBuildInfoFile: null },
      files: ['snippet.ts'],
      include: [],
      references: [],
    }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  return { code: status, said: stdout };
}

const LAYERS = ['src/core', 'workflows'];

test.each(LAYERS)('%s has no types of Node and no DOM', (path) => {
  const { types, lib } = readLayers().find((layer) => layer.path === path)!;
  expect(types).toEqual([]);
  expect(lib!.filter((name) => /dom|webworker/i.test(name))).toEqual([]);
});

test.each(LAYERS)('in %s plain code compiles', (layer) => {
  expect(compileIn(layer, 'export const double = (n: number): number => Math.max(n, 0) * 2;\n').said).toBe(
    '',
  );
});

test.each(
  LAYERS.flatMap((layer) =>
    ['process', 'fetch', 'Buffer', 'setTimeout', 'console', 'document'].map((name) => [layer, name]),
  ),
)('in %s there is no %s', (layer, name) => {
  const { code, said } = compileIn(layer, `export const found = ${name};\n`);
  expect(said).toContain(`Cannot find name '${name}'`);
  expect(code).not.toBe(0);
});
