import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { layerOf, ROOT, readLayers, readSources, targetOf } from './support/source.ts';

const layers = readLayers();
const sources = readSources();
const referencesOf = (path: string) => layers.find((layer) => layer.path === path)!.references;

test('every file belongs to a layer, and its imports follow the arrows', () => {
  const against = sources.flatMap((source) =>
    source.imports.flatMap((specifier) => {
      const from = layerOf(source.path, layers)?.path;
      const target = targetOf(source, specifier);
      if (from === undefined) return [`${source.path} belongs to no layer`];
      if (target === undefined) return [];
      const to = layerOf(target, layers)?.path;
      const allowed = to !== undefined && (to === from || referencesOf(from).includes(to));
      return allowed ? [] : [`${source.path} (${from}) imports ${target} (${to})`];
    }),
  );
  expect(sources.length).toBeGreaterThan(80);
  expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
  expect(against).toEqual([]);
});

test('the arrows are those of the design', () => {
  expect(referencesOf('src/core')).toEqual([]);
  expect(referencesOf('workflows')).toEqual(['src/core']);
  expect(referencesOf('activities')).toEqual(['src/core']);
  // Nothing that workflows or activities rest on may know of what is built over them.
  const above = ['src/worker', 'src/client', 'src/cli', 'src/testing', 'src/server'];
  for (const { path, references } of layers) {
    const upwards = references.filter((to) => above.includes(to));
    if (!['src/cli', 'src/testing', 'src'].includes(path)) expect([path, upwards]).toEqual([path, []]);
  }
});

test('the arrows run in no circle', () => {
  const placed = new Set<string>();
  let waiting = [...layers];
  while (waiting.length > 0) {
    const free = waiting.filter(({ references }) => references.every((to) => placed.has(to)));
    if (free.length === 0) break;
    for (const { path } of free) placed.add(path);
    waiting = waiting.filter((layer) => !free.includes(layer));
  }
  expect(waiting.map(({ path }) => path)).toEqual([]);
});

test('no file is in an import circle', () => {
  // Type imports vanish when compiled, so that only the others can bite.
  const edges = new Map(
    sources.map((source) => [
      source.path,
      valueImports(source.text).flatMap((to) => targetOf(source, to) ?? []),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const to of edges.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

const valueImports = (text: string) =>
  [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^'"`;]*?from\s*['"]([^'"]+)['"]/gm)].map(
    ([, to]) => to!,
  );

test('nothing inside imports an entry point', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string } | string>;
  };
  const entryPoints = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry.default.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts')],
  );
  expect(entryPoints).toContain('workflows/index.ts');
  const importing = sources.flatMap((source) =>
    source.imports
      .flatMap((specifier) => targetOf(source, specifier) ?? [])
      .filter((target) => entryPoints.includes(target))
      .map((target) => `${source.path} imports ${target}`),
  );
  expect(importing).toEqual([]);
});

test('workflows never import from activities, not even types', () => {
  const importing = sources
    .filter(({ path }) => path.startsWith('workflows/'))
    .filter((source) => source.imports.some((to) => targetOf(source, to)?.startsWith('activities/')));
  expect(importing.map(({ path }) => path)).toEqual([]);
});

/** The packages that a layer's files import. */
function packagesOf(layer: string): string[] {
  const specifiers = sources
    .filter(({ path }) => path.startsWith(`${layer}/`))
    .flatMap(({ imports }) => imports);
  const packages = specifiers.filter((to) => !to.startsWith('.'));
  return [
    ...new Set(
      packages.map((to) =>
        to
          .split('/')
          .slice(0, to.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    ),
  ].sort();
}

test('SQL is spoken in the store only', () => {
  const speaking = layers.filter(({ path }) =>
    packagesOf(path).some((name) => /^(kysely|pg|node:sqlite)$/.test(name)),
  );
  // `src` is the folder of them all.
  expect(speaking.map(({ path }) => path).filter((path) => path !== 'src')).toEqual(['src/store']);
  expect(referencesOf('src/store')).toEqual(['src/core', 'src/files']);
});

test('core and workflows import nothing that needs Node, and no zod', () => {
  expect(packagesOf('src/core').filter((name) => name !== '@noble/hashes')).toEqual([]);
  expect(packagesOf('workflows')).toEqual(['@temporalio/common', '@temporalio/workflow']);
});

test('the client needs no worker, and the CLI holds no provider', () => {
  expect(packagesOf('src/client')).not.toContain('@temporalio/worker');
  expect(packagesOf('src/cli').filter((name) => /ai-sdk|undici|hono/.test(name))).toEqual([]);
});

test('core and workflows keep nothing mutable between runs', () => {
  const mutable = sources
    .filter(({ path }) => /^(src\/core|workflows)\//.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter(
          (line) =>
            /^(export )?(let|var)\b/.test(line) ||
            // A Map, Set, array or object that says it is read only is a table.
            /^(export )?const \w+(: (?!Readonly|readonly)[^=]+)? = (new (Map|Set|WeakMap|WeakSet)\b|\[\];|\{\};)/.test(
              line,
            ),
        )
        .map((line) => `${path}: ${line}`),
    );
  expect(mutable).toEqual([]);
});
