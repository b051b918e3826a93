import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CompiledQuery } from 'kysely';
import pg from 'pg';
import { readCosts } from '../../../src/store/costs.ts';
import { readLedger, writeLedger } from '../../../src/store/ledger.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { parseStoreUrl } from '../../../src/store/store-url.ts';
import { aLedgerRow } from '../../support/a-ledger-row.ts';
import { type Postgres, query, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const TABLES = ['signalbox_ledger', 'signalbox_budget', 'signalbox_reservation', 'signalbox_recorded'];

const open: Store[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});
async function opened(url: string): Promise<Store> {
  const store = await openStore({ url });
  open.push(store);
  return store;
}
async function errorOf(work: Promise<unknown>): Promise<StoreError> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (cause: unknown) => cause,
  );
  if (error instanceof StoreError) return error;
  throw error;
}

describe('an SQLite file', () => {
  let folder: string;
  let file: string;
  let url: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-bad-'));
    file = join(folder, 'signalbox.db');
    url = `sqlite:${file}`;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('locked for too long', async () => {
    const store = await opened(url);
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    const error = await errorOf(writeLedger(store, [aLedgerRow()]));
    expect(error.message).toContain(`${file} is locked by another process`);
    // Reading goes on all the while, and writing as soon as it may.
    expect(await readLedger(store, 'triage-1')).toEqual([]);
    other.exec('rollback');
    other.close();
    expect(await writeLedger(store, [aLedgerRow()])).toBe(1);
  });

  test('read-only: it can be read while others have it open, and says so when written', async () => {
    await writeLedger(await opened(url), [aLedgerRow()]);
    const { reading, writing } = await asNobody(async () => {
      const store = await opened(url);
      return {
        reading: await readCosts(store, 'run'),
        writing: await errorOf(writeLedger(store, [aLedgerRow({ activityId: '2' })])),
      };
    });
    expect(reading).toMatchObject([{ attempts: 1 }]);
    expect(writing.message).toContain(`${file} is read-only`);
    expect(writing.remedy).toContain('right to write');
  });

  test('read-only, and opened by nobody: SQLite cannot even read it without writing beside it', async () => {
    await opened(url);
    await open.pop()!.close();
    const error = await asNobody(() => errorOf(openStore({ url })));
    expect(error.message).toContain(`${file} is read-only`);
  });

  test('full: nothing of the batch is in it, and it goes on once there is room', async () => {
    const store = await opened(url);
    const pages = (most: number) =>
      store.run((db) => db.executeQuery(CompiledQuery.raw(`pragma max_page_count = ${most}`)));
    await pages(20);
    const rows = Array.from({ length: 2_000 }, (_, i) => aLedgerRow({ activityId: `${i}` }));
    const error = await errorOf(writeLedger(store, rows));
    expect(error.message).toContain(`${file} is full`);
    expect(await readLedger(store, 'triage-1')).toEqual([]);
    await pages(1_000_000);
    expect(await writeLedger(store, rows)).toBe(2_000);
  });

  test('deleted while it is open, and replaced', async () => {
    const store = await opened(url);
    renameSync(file, `${file}.away`);
    expect((await errorOf(writeLedger(store, [aLedgerRow()]))).message).toContain(`${file} is gone`);
    await opened(url);
    expect((await errorOf(writeLedger(store, [aLedgerRow()]))).message).toContain('deleted or replaced');
  });

  test('that is none, or not there', async () => {
    writeFileSync(file, 'These are the notes of a meeting.'.repeat(200));
    expect((await errorOf(openStore({ url }))).message).toContain(`${file} is no SQLite database`);
    const none = join(folder, 'none', 'signalbox.db');
    const error = await errorOf(openStore({ url: `sqlite:${none}`, create: false }));
    expect(error.message).toBe(`There is no database ${none}.`);
    mkdirSync(none, { recursive: true });
    expect((await errorOf(openStore({ url: `sqlite:${none}` }))).message).toContain('cannot be opened');
    expect((await errorOf(openStore({ url: `sqlite:${file}/in/a/file.db` }))).message).toContain(
      'cannot be opened',
    );
  });

  test('with tables of another kind under our names', async () => {
    const other = new DatabaseSync(file);
    other.exec('create table signalbox_ledger (note text)');
    other.close();
    expect((await errorOf(openStore({ url }))).message).toContain('half migrated');
  });

  /** Root may write anything; where the tests are root, they are somebody else for a while. */
  async function asNobody<T>(work: () => Promise<T>): Promise<T> {
    chmodSync(file, 0o444);
    chmodSync(folder, 0o555);
    const isRoot = process.geteuid!() === 0;
    if (isRoot) process.seteuid!(65_534);
    try {
      return await work();
    } finally {
      if (isRoot) process.seteuid!(0);
      chmodSync(folder, 0o755);
    }
  }
});

describe('a PostgreSQL server', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test('that is not there', async () => {
    const error = await errorOf(openStore({ url: 'postgres://ann:s3cret@127.0.0.1:1/ledger' }));
    expect(error.message).toContain('postgres://ann@127.0.0.1:1/ledger cannot be reached');
    expect(everythingOf(error)).not.toContain('s3cret');
  });

  test('without the database, and with a role that may only read', async () => {
    const url = await postgres.newDatabase();
    const none = new URL(url);
    none.pathname = '/none';
    const error = await errorOf(openStore({ url: none.href }));
    expect(error.message).toContain('/none does not exist');
    expect(everythingOf(error)).not.toMatch(/not:secret|not%3Asecret/);

    const store = await opened(url);
    await query(
      url,
      `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`,
    );
    await query(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'signalbox'`,
    );
    const readOnly = await opened(url);
    expect(await readCosts(readOnly, 'run')).toEqual([]);
    expect((await errorOf(writeLedger(readOnly, [aLedgerRow()]))).message).toContain('is read-only');
    expect((await errorOf(writeLedger(store, [aLedgerRow()]))).message).toMatch(
      /read-only|cannot be reached/,
    );
  });

  test('that went away and came back is used again', async () => {
    const url = await postgres.newDatabase();
    const store = await opened(url);
    await writeLedger(store, [aLedgerRow()]);
    await postgres.restart(async () => {
      expect((await errorOf(writeLedger(store, [aLedgerRow()]))).message).toContain('cannot be reached');
    });
    expect(await writeLedger(store, [aLedgerRow(), aLedgerRow({ activityId: '2' })])).toBe(1);
  });

  test('with a schema half made', async () => {
    const url = await postgres.newDatabase();
    await query(url, 'create table signalbox_ledger (note text)');
    expect((await errorOf(openStore({ url }))).message).toContain('half migrated');
  });

  test('whose schema another process finishes making just as this one looks', async () => {
    const url = await postgres.newDatabase();
    await opened(url);
    // As it stands in the middle of another's migration: the record is there and empty, the tables are not.
    await query(url, 'create table done as table signalbox_migration; delete from signalbox_migration');
    await query(url, TABLES.map((name) => `alter table ${name} rename to unseen_${name}`).join(';'));
    const other = new pg.Client(url);
    await other.connect();
    await other.query('begin; lock table signalbox_migration');
    const opening = opened(url);
    await until(async () => {
      const { rowCount } = await other.query('select from pg_locks where not granted');
      return rowCount === 1;
    });
    await other.query(TABLES.map((name) => `alter table unseen_${name} rename to ${name}`).join(';'));
    await other.query('insert into signalbox_migration table done; commit');
    await other.end();
    expect(await readLedger(await opening, 'triage-1')).toEqual([]);
  });
});

describe('a URL', () => {
  test.each([
    ['sqlite:a/b.db', { kind: 'sqlite', path: join(process.cwd(), 'a/b.db') }],
    ['sqlite:///var/lib/s.db', { kind: 'sqlite', path: '/var/lib/s.db' }],
    [
      'postgres://ann:pw@db.example:5433/ledger?sslmode=require&password=pw',
      expect.objectContaining({ place: 'postgres://ann@db.example:5433/ledger' }),
    ],
  ])('%s', (url, target) => {
    expect(parseStoreUrl(url)).toEqual(target);
  });

  test('comes from the option, then the environment, then is a file in .signalbox', () => {
    const env = { SIGNALBOX_DATABASE_URL: 'sqlite:/env.db' };
    expect(parseStoreUrl('sqlite:/option.db', env)).toMatchObject({ path: '/option.db' });
    expect(parseStoreUrl(undefined, env)).toMatchObject({ path: '/env.db' });
    const file = join(process.cwd(), '.signalbox', 'signalbox.db');
    expect(parseStoreUrl(undefined, {})).toMatchObject({ path: file });
  });

  test.each(['', 'sqlite:', 'signalbox.db', 'mysql://ann:s3cret@db/ledger', 'postgres://ann:s3cret@ho st/x'])(
    'that is wrong is not repeated: %j',
    (url) => {
      const wrong = () => parseStoreUrl(url);
      expect(wrong).toThrow(StoreError);
      expect(wrong).toThrow(/^(?!.*s3cret)/s);
    },
  );
});

const everythingOf = (error: StoreError): string => {
  const cause = error.cause instanceof Object ? Object.getOwnPropertyNames(error.cause) : [];
  return [
    error.message,
    error.remedy,
    error.stack,
    ...cause.map((name) => String((error.cause as never)[name])),
  ].join();
};
