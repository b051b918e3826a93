import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How endpoints and keys are doing, as all workers see it. Times are milliseconds since the epoch. */
export const health: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('signalbox_health')
      .addColumn('endpoint', 'text', (column) => column.primaryKey())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('signalbox_quarantine')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'bigint', (column) => column.notNull())
      .addColumn('until_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('signalbox_quarantine_key', ['provider', 'key'])
      .execute();
  },
};
