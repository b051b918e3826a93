/** Fresh databases of both kinds, so that one suite runs over each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { openStore, type Store } from '../../src/store/store.ts';
import { type Postgres, startPostgres } from './postgres.ts';

export const DATABASES = ['sqlite', 'postgres'] as const;
export type DatabaseKind = (typeof DATABASES)[number];

export interface Databases {
  /** The URL of an empty database. */
  newUrl(): Promise<string>;
  /** A store on it, or on one that is there, closed when the case ends. */
  open(url?: string): Promise<Store>;
}

/** For use in a `describe`: what it makes ends with the case, its server with the suite. */
export function useDatabases(kind: DatabaseKind): Databases {
  let postgres: Postgres | undefined;
  const folders: string[] = [];
  const stores: Store[] = [];
  beforeAll(async () => {
    if (kind === 'postgres') postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const newUrl = async () => {
    if (postgres) return postgres.newDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-store-'));
    folders.push(folder);
    return `sqlite:${join(folder, 'signalbox.db')}`;
  };
  return {
    newUrl,
    async open(url) {
      const store = await openStore({ url: url ?? (await newUrl()) });
      stores.push(store);
      return store;
    },
  };
}
