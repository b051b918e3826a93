import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { ledgerAndBudgets } from './migrations/0001-ledger-and-budgets.ts';
import { health } from './migrations/0002-health.ts';
import { halfMigrated, StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** In the order of their names. A migration that was released is never changed: what follows is a new one. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-ledger-and-budgets': ledgerAndBudgets,
  '0002-health': health,
};

const TABLES = [
  ...['signalbox_ledger', 'signalbox_budget', 'signalbox_reservation', 'signalbox_recorded'],
  ...['signalbox_health', 'signalbox_quarantine'],
];
const MIGRATION_TABLE = 'signalbox_migration';

/**
 * Brings the schema up to this code's, in one transaction; several processes may do so at once. A database that is up to
 * date is only read.
 * @throws StoreError where the schema is newer than this code, or not whole
 */
export async function migrate(db: Kysely<Tables>, place: string): Promise<void> {
  const there = await tablesThere(db);
  const executed = there.has(MIGRATION_TABLE) ? await executedMigrations(db) : [];
  if (executed.length === 0 && TABLES.some((name) => there.has(name))) {
    throw halfMigrated(place, 'no record of how its tables were made');
  }
  const newer = executed.filter((name) => !(name in MIGRATIONS));
  if (newer.length > 0) {
    throw new StoreError(
      `The database ${place} was migrated by a newer Signalbox (${newer.join(', ')}); this one would misread it.`,
      'Update Signalbox here, or name another database in SIGNALBOX_DATABASE_URL.',
    );
  }
  if (executed.length < Object.keys(MIGRATIONS).length) await migrateToLatest(db);
  // Listed again, also by one who made nothing: another may have made them all since the first look.
  const now = await tablesThere(db);
  const missing = TABLES.filter((name) => !now.has(name));
  if (missing.length > 0) throw halfMigrated(place, `no table ${missing.join(', ')}`);
}

async function migrateToLatest(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

async function tablesThere(db: Kysely<Tables>): Promise<ReadonlySet<string>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return new Set(tables.map(({ name }) => name));
}

async function executedMigrations(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
  return rows.map(({ name }) => name);
}
