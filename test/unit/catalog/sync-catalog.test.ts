import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readSnapshot } from '../../../src/catalog/read-snapshot.ts';
import { syncCatalog } from '../../../src/catalog/sync-catalog.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';

let folder: string;
let out: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-sync-'));
  out = join(folder, 'catalog.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  server?.close();
});

const model = (id: string) => ({
  id,
  context_length: 8_000,
  pricing: { prompt: '1e-6', completion: '2e-6' },
});
const write = (answer: unknown) => {
  const file = join(folder, 'answer.json');
  writeFileSync(file, typeof answer === 'string' ? answer : JSON.stringify(answer));
  return file;
};
const sync = (from: string) => syncCatalog({ from, provider: 'mine', out, today: '2026-11-23' });
const mine = () =>
  readSnapshot(out).models.flatMap(({ id, endpoints }) =>
    endpoints.some(({ provider }) => provider === 'mine') ? id : [],
  );

async function serve(pages: Record<string, unknown>): Promise<string> {
  server = createServer(({ url = '' }, response) => {
    response.writeHead(url in pages ? 200 : 404).end(JSON.stringify(pages[url] ?? {}));
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('from a file: the shipped catalog with what the provider serves', async () => {
  expect(await sync(write({ data: [model('a/one')] }))).toMatchObject({ models: 1, skipped: [] });
  expect(mine()).toEqual(['one']);
  expect(readSnapshot(out).models.length).toBeGreaterThan(1_000);
});

test('from a URL, every page of it', async () => {
  const url = await serve({
    '/models': { data: [model('a/one')], links: { next: '/models?page=2' } },
    '/models?page=2': { data: [model('a/two')] },
  });
  await sync(`${url}/models`);
  expect(mine()).toEqual(['one', 'two']);
  await expect(sync(`${url}/nowhere`)).rejects.toThrow(/cannot be read: it answers 404/);
});

test.each<[string, unknown, RegExp]>([
  ['half a file', '{"data": [{"id": "a', /not whole JSON/],
  ['nonsense', { error: 'no key' }, /no list of models/],
  [
    'a bad row',
    { data: [model('a/one'), { ...model('b'), pricing: { prompt: '-2', completion: '1' } }] },
    /row 2 \(b\), pricing\.prompt/,
  ],
  ['one page of several', { data: [model('a/one')], links: { next: '/2' } }, /one page of several/],
  ['nothing with a price', { data: [{ ...model('r'), pricing: { prompt: -1, completion: -1 } }] }, /no text/],
])('refuses %s, and the last good file stays', async (_, answer, wrong) => {
  await sync(write({ data: [model('a/one')] }));
  const good = readFileSync(out, 'utf8');
  await expect(sync(write(answer))).rejects.toThrow(wrong);
  expect(readFileSync(out, 'utf8')).toBe(good);
  expect(readdirSync(folder).sort()).toEqual(['answer.json', 'catalog.json']);
});

test('refuses to build on a damaged catalog file', async () => {
  writeFileSync(out, '{"format": 1');
  await expect(sync(write({ data: [model('a/one')] }))).rejects.toThrow(/catalog\.json is not JSON/);
});

test('a config that names the file routes over it', async () => {
  await sync(write({ data: [model('a/one')] }));
  const providers = { mine: { wire: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' } } as const;
  for (const catalog of [out, pathToFileURL(out).href]) {
    const resolved = resolveConfig({ agents: './agents.ts', catalog, providers }, 'live');
    expect(resolved.catalog.version).toMatch(/ \+ mine 2026-11-23-/);
    expect(resolved.catalog.endpoints.filter(({ provider }) => provider === 'mine')).toMatchObject([
      {
        id: 'mine/one',
        wireModel: 'a/one',
        price: { input: 1, output: 2, source: 'mine /models as answered' },
      },
    ]);
  }
});

test('a catalog file that is not there is refused with a remedy', () => {
  expect(() => resolveConfig({ agents: './agents.ts', catalog: out }, 'live')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(out),
      remedy: expect.stringContaining('signalbox catalog sync'),
    }),
  );
});
