import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import { StoreError } from '../store-error.ts';

/** A call to SQLite waits so long for another process's write, and the whole worker with it: the rest is tried again. */
const BUSY_TIMEOUT_MS = 5;

/**
 * Kysely's own dialect over Node's own SQLite, with two differences that several processes on one file need: a
 * transaction takes the write lock as it begins (one that reads first and writes later is refused at once where another
 * wrote in between), and migrations run inside one.
 */
export class SharedSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(path: string, { create }: { create: boolean }) {
    const database = openDatabase(path, create);
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function openDatabase(path: string, create: boolean): SqliteDatabase {
  if (create) mkdirSync(dirname(path), { recursive: true });
  else assertThere(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Asked for only where it is not on yet: a file that may only be read can still be read.
    const mode = database.prepare('pragma journal_mode').get() as { journal_mode: string };
    if (mode.journal_mode !== 'wal') database.exec('pragma journal_mode = wal');
    // A commit is on the disk when it returns: what the workflow believes written survives a power cut too.
    database.exec('pragma synchronous = full');
  } catch (error) {
    database.close();
    throw error;
  }
  const file = statSync(path).ino;
  return {
    close: () => database.close(),
    prepare(text) {
      // SQLite writes on into a file that was deleted or replaced under it, and says nothing.
      if (statSync(path, { throwIfNoEntry: false })?.ino !== file) throw goneError(path);
      const statement = database.prepare(text);
      const parametersOf = (values: readonly unknown[]) => values as (string | number | bigint | null)[];
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...parametersOf(values)),
        run: (values) => statement.run(...parametersOf(values)),
        iterate: (values) => statement.iterate(...parametersOf(values)),
      };
    },
  };
}

function assertThere(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return;
  throw new StoreError(
    `There is no database ${path}.`,
    'A worker makes it with the first run it works on. Name the one meant with --database sqlite:PATH, or run this in its folder.',
  );
}

const goneError = (path: string) =>
  new StoreError(
    `The database ${path} is gone: its file was deleted or replaced while it was open.`,
    'Put the file back, or start this process again to begin a new one.',
  );
