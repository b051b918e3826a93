import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../support/postgres.ts';

/** Where the ledger of a bench is. */
export interface BenchDatabase {
  readonly kind: 'sqlite' | 'postgres';
  readonly url: string;
  /** Keeps every writer out for so long: a lock that nobody gives back, or a server that is down. */
  away(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function newBenchDatabase(kind: BenchDatabase['kind'], folder: string): Promise<BenchDatabase> {
  if (kind === 'sqlite') {
    const path = join(folder, 'ledger.db');
    return {
      ...{ kind, url: `sqlite:${path}` },
      async away(ms) {
        const intruder = new DatabaseSync(path);
        intruder.exec('pragma busy_timeout = 10000; begin exclusive');
        await sleep(ms);
        intruder.exec('rollback');
        intruder.close();
      },
      async close() {},
    };
  }
  const server = await startPostgres();
  return {
    ...{ kind, url: await server.newDatabase() },
    away: (ms) => server.restart(() => sleep(ms)),
    close: () => server.stop(),
  };
}
