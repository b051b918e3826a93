import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Money and times are whole numbers; token counts are `numeric`, which holds whatever a provider claims, and dates are
 * text in ISO 8601, which sorts the same on both databases.
 */
export const ledgerAndBudgets: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('signalbox_ledger')
      .addColumn('workflow_id', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('activity_id', 'text', (column) => column.notNull())
      .addColumn('activity_attempt', 'integer', (column) => column.notNull())
      .addColumn('first_run_id', 'text', (column) => column.notNull())
      .addColumn('lineage', 'text')
      .addColumn('agent', 'text', (column) => column.notNull())
      .addColumn('step', 'text', (column) => column.notNull())
      .addColumn('turn', 'integer', (column) => column.notNull())
      .addColumn('tenant', 'text')
      .addColumn('task_class', 'text', (column) => column.notNull())
      .addColumn('call_kind', 'text', (column) => column.notNull())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('requested_model', 'text', (column) => column.notNull())
      .addColumn('served_model', 'text')
      .addColumn('provider_request_id', 'text')
      .addColumn('failover', 'integer', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('usage', 'text', (column) => column.notNull())
      .addColumn('allotment_micros', 'bigint')
      .addColumn('input_tokens', 'numeric')
      .addColumn('output_tokens', 'numeric')
      .addColumn('cache_read_tokens', 'numeric')
      .addColumn('cache_write_tokens', 'numeric')
      .addColumn('reasoning_tokens', 'numeric')
      .addColumn('audio_tokens', 'numeric')
      .addColumn('image_tokens', 'numeric')
      .addColumn('flags', 'text', (column) => column.notNull())
      .addColumn('price_source', 'text')
      .addColumn('price_date', 'text')
      .addColumn('estimated_micros', 'bigint', (column) => column.notNull())
      .addColumn('reported_micros', 'bigint')
      .addColumn('started_at', 'text', (column) => column.notNull())
      .addColumn('first_token_ms', 'bigint')
      .addColumn('total_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('signalbox_ledger_key', [
        'workflow_id',
        'run_id',
        'activity_id',
        'activity_attempt',
      ])
      .execute();
    await db.schema
      .createIndex('signalbox_ledger_started')
      .on('signalbox_ledger')
      .column('started_at')
      .execute();
    await db.schema
      .createIndex('signalbox_ledger_request')
      .on('signalbox_ledger')
      .columns(['provider', 'provider_request_id'])
      .execute();

    await db.schema
      .createTable('signalbox_budget')
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('period', 'text', (column) => column.notNull())
      .addColumn('start', 'text', (column) => column.notNull())
      .addColumn('cap_micros', 'bigint', (column) => column.notNull())
      .addColumn('spent_micros', 'bigint', (column) => column.notNull())
      .addColumn('open_micros', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('signalbox_budget_key', ['scope', 'name', 'period', 'start'])
      .execute();
    await db.schema
      .createTable('signalbox_reservation')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('micros', 'bigint', (column) => column.notNull())
      .addColumn('reserved_at', 'text', (column) => column.notNull())
      .addColumn('counters', 'text', (column) => column.notNull())
      .addColumn('settled_micros', 'bigint')
      .addColumn('settled_at', 'text')
      .execute();
    await db.schema
      .createTable('signalbox_recorded')
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('recorded_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('signalbox_reservation_open')
      .on('signalbox_reservation')
      .columns(['settled_at', 'reserved_at'])
      .execute();
  },
};
