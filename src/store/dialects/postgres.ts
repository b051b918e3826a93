import { PostgresDialect } from 'kysely';
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const MOST_CONNECTIONS = 4;

/** Whole numbers and sums come as numbers: none of ours is above 2^53 micro-dollars, nine thousand million dollars. */
const NUMBER_TYPES: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

export function postgresDialect(url: string): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // Longer than the server's own: it speaks for a server that went silent.
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    keepAlive: true,
    application_name: 'signalbox',
    types: {
      getTypeParser: ((id: number, format: 'text') =>
        NUMBER_TYPES.includes(id)
          ? Number
          : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that breaks while idle is replaced at the next query, which says what is wrong if anything is.
  pool.on('error', () => {});
  return new PostgresDialect({ pool });
}
