import { setTimeout as sleep } from 'node:timers/promises';
import { CamelCasePlugin, type Dialect, Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import { isPassing, storeErrorOf } from './store-error.ts';
import { parseStoreUrl, type StoreTarget } from './store-url.ts';
import type { Tables } from './tables.ts';

/** Ledger, budgets and health in SQL. Several processes may have the same one open. */
export interface Store {
  /** The database as it may be shown: a path, or a URL without its password. */
  readonly place: string;
  /**
   * Does `work`, which must be safe to do again: it is, while other processes keep the database locked.
   * @throws StoreError
   */
  run<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** `sqlite:PATH` or `postgres://…`; default `SIGNALBOX_DATABASE_URL`, else `sqlite:.signalbox/signalbox.db`. */
  readonly url?: string | undefined;
  /** Where that variable is read. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Make the SQLite file where there is none; one who only reads wants to hear that there is none. Default true. */
  readonly create?: boolean;
}

/** Opens the database and brings its schema up to date. @throws StoreError */
export async function openStore({ url, env, create = true }: StoreOptions = {}): Promise<Store> {
  const target = parseStoreUrl(url, env);
  const place = target.kind === 'sqlite' ? target.path : target.place;
  const db = await patiently(
    async () =>
      new Kysely<Tables>({ dialect: await dialectOf(target, create), plugins: [new CamelCasePlugin()] }),
    place,
  );
  try {
    await patiently(() => migrate(db, place), place);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    place,
    run: (work) => patiently(() => work(db), place),
    close: () => db.destroy(),
  };
}

/** Loads the one driver that is needed: it takes its time, and Node 22 warns of its SQLite. */
async function dialectOf(target: StoreTarget, create: boolean): Promise<Dialect> {
  if (target.kind === 'sqlite') {
    const { SharedSqliteDialect } = await import('./dialects/sqlite.ts');
    return new SharedSqliteDialect(target.path, { create });
  }
  const { postgresDialect } = await import('./dialects/postgres.ts');
  return postgresDialect(target.url);
}

/** How long a lock of others is waited for. Writes here take milliseconds. */
const PATIENCE_MS = 10_000;
const MOST_PAUSE_MS = 50;

async function patiently<T>(work: () => Promise<T>, place: string): Promise<T> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (!isPassing(cause) || performance.now() > giveUpMs) throw storeErrorOf(cause, place);
      await sleep(Math.random() * MOST_PAUSE_MS);
    }
  }
}
