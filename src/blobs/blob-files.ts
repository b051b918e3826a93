import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobStore } from '../core/vocabulary/blob.ts';

/** Blobs as files of a folder, which several workers may share. */
export class BlobFiles implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(digest);
    if (await isThere(path, bytes.length)) return;
    await mkdir(dirname(path), { recursive: true });
    // Under a name of its own until all of it is on disk, so that nobody ever reads half.
    const unfinished = `${path}.${randomUUID()}.part`;
    try {
      await write(unfinished, bytes);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async get(digest: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(digest));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #pathOf(digest: string): string {
    return join(this.#folder, digest.slice(0, 2), `${digest}.json`);
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  // For the worker's user alone: it is what a run was told.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isThere(path: string, bytes: number): Promise<boolean> {
  try {
    return (await stat(path)).size === bytes;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';
