import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BlobFiles } from '../../../src/blobs/blob-files.ts';
import { Blobs } from '../../../src/blobs/blobs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-blobs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const newBlobs = () => new Blobs(new BlobFiles(join(folder, 'made', 'when needed')));
const filesIn = async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

it('what one worker puts another gets, whatever JSON it is', async () => {
  for (const value of ['漢字 and \ud800', { rows: [1, null, 'x'] }, null, 7]) {
    const reference = await newBlobs().put(value);
    expect(await newBlobs().get(reference)).toEqual(value);
    expect(reference.bytes).toBe(Buffer.byteLength(JSON.stringify(value)));
  }
});

it('the same content is there once, whole, for the worker alone to read', async () => {
  const value = 'x'.repeat(1_000_000);
  const references = await Promise.all(Array.from({ length: 20 }, () => newBlobs().put(value)));
  expect(new Set(references.map(({ digest }) => digest)).size).toBe(1);
  const files = await filesIn();
  expect(files).toHaveLength(1);
  expect(await readFile(files[0]!, 'utf8')).toBe(JSON.stringify(value));
  expect((await stat(files[0]!)).mode & 0o777).toBe(0o600);
});

it('what was deleted or changed is told as lost, and putting it again brings it back', async () => {
  const reference = await newBlobs().put('a result');
  const lost = (message: RegExp) => ({
    ...{ name: 'BlobLost', message: expect.stringMatching(message) },
    remedy: expect.stringContaining('`blobs` in the config'),
  });
  const [file] = await filesIn();
  await writeFile(file!, '"a rumour"');
  await expect(newBlobs().get(reference)).rejects.toMatchObject(lost(/is damaged/));
  await rm(file!);
  await expect(newBlobs().get(reference)).rejects.toMatchObject(lost(/10 bytes, is not there/));
  await newBlobs().put('a result');
  expect(await newBlobs().get(reference)).toBe('a result');
});

it('where nothing can be written, that is told, and nothing is left behind', async () => {
  await writeFile(join(folder, 'made'), 'in the way');
  await expect(newBlobs().put('a result')).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(await filesIn()).toEqual([join(folder, 'made')]);
});
