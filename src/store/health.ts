/**
 * How endpoints and keys are doing, as all workers see it: one row an endpoint, changed under its lock by the reducer
 * that workers use in memory. So no two of them are the probe of one endpoint, and what one saw the others know.
 */
import { sql, type Transaction } from 'kysely';
import { CLOSED } from '../core/health/breaker.ts';
import { type EndpointHealth, UNHEARD_OF } from '../core/health/endpoint-health.ts';
import type { Quarantine } from '../core/health/quarantine.ts';
import type { Store } from './store.ts';
import type { HealthTable, Tables } from './tables.ts';

export interface StoredHealth {
  readonly endpoint: string;
  /** Rises by one with each change. */
  readonly version: number;
  readonly health: EndpointHealth;
}

export interface HealthChange {
  readonly endpoint: string;
  /** May be called again, where another process was in the way. */
  readonly change: (before: EndpointHealth) => EndpointHealth;
}

/** Makes all changes or none. @returns what they led to @throws StoreError */
export function changeHealth(store: Store, changes: readonly HealthChange[]): Promise<StoredHealth[]> {
  // One order for all, so that no two transactions wait for each other.
  const inOrder = changes.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  return store.run((db) =>
    db.transaction().execute(async (transaction) => {
      const changed: StoredHealth[] = [];
      for (const { endpoint, change } of inOrder) {
        const { version, health: before } = await lock(transaction, endpoint);
        const health = change(before);
        await transaction
          .updateTable('signalboxHealth')
          .set({ state: JSON.stringify(health) })
          .where('endpoint', '=', endpoint)
          .execute();
        changed.push({ endpoint, version, health });
      }
      return changed;
    }),
  );
}

/** Adds one to the version first, which makes others wait for the row on both databases. */
async function lock(transaction: Transaction<Tables>, endpoint: string): Promise<StoredHealth> {
  const row = await transaction
    .insertInto('signalboxHealth')
    .values({ endpoint, version: 1, state: JSON.stringify(UNHEARD_OF) })
    .onConflict((conflict) =>
      conflict.column('endpoint').doUpdateSet({ version: sql`signalbox_health.version + 1` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return storedIn(row);
}

/** What nobody can read is forgotten: it would say something of the last hour. */
function storedIn({ endpoint, version, state }: HealthTable): StoredHealth {
  return { endpoint, version, health: parse(state) ?? UNHEARD_OF };
}

function parse(state: string): EndpointHealth | undefined {
  try {
    const health = JSON.parse(state) as EndpointHealth;
    return health.breaker.state && health.keys && health.window.slices ? health : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param known versions that the caller has already
 * @returns the endpoints that changed since, and all that he does not know
 * @throws StoreError
 */
export function readHealth(
  store: Store,
  known: ReadonlyMap<string, number> = new Map(),
): Promise<StoredHealth[]> {
  return store.run(async (db) => {
    const versions = await db.selectFrom('signalboxHealth').select(['endpoint', 'version']).execute();
    const changed = versions.filter(({ endpoint, version }) => known.get(endpoint) !== version);
    if (changed.length === 0) return [];
    const rows = await db
      .selectFrom('signalboxHealth')
      .selectAll()
      .where(
        'endpoint',
        'in',
        changed.map(({ endpoint }) => endpoint),
      )
      .orderBy('endpoint')
      .execute();
    return rows.map(storedIn);
  });
}

/** Keys that are out at a moment, by provider. @throws StoreError */
export function readQuarantines(store: Store, nowMs: number): Promise<Quarantine[]> {
  return store.run((db) =>
    db
      .selectFrom('signalboxQuarantine')
      .selectAll()
      .where('untilMs', '>', nowMs)
      .orderBy('provider')
      .orderBy('key')
      .execute(),
  );
}

/** Those that are out already stay out, to the new date. @throws StoreError */
export async function writeQuarantine(store: Store, quarantine: Quarantine): Promise<void> {
  const { kind, sinceMs, untilMs } = quarantine;
  await store.run((db) =>
    db
      .insertInto('signalboxQuarantine')
      .values(quarantine)
      .onConflict((conflict) => conflict.columns(['provider', 'key']).doUpdateSet({ kind, sinceMs, untilMs }))
      .execute(),
  );
}

/** @throws StoreError */
export async function endQuarantine(
  store: Store,
  { provider, key }: Pick<Quarantine, 'provider' | 'key'>,
): Promise<void> {
  await store.run((db) =>
    db.deleteFrom('signalboxQuarantine').where('provider', '=', provider).where('key', '=', key).execute(),
  );
}

/** What a reset brought back. */
export interface HealthReset {
  readonly endpoints: readonly string[];
  readonly keys: readonly Quarantine[];
}

/**
 * Forgets what stands against an endpoint, or against all of a provider's, and against the provider's keys; what their
 * calls were like is kept.
 * @param name `provider/model`, or `provider`
 * @throws StoreError
 */
export async function resetHealth(store: Store, name: string, nowMs: number): Promise<HealthReset> {
  const provider = name.split('/')[0]!;
  const keys = (await readQuarantines(store, nowMs)).filter((out) => out.provider === provider);
  const endpoints = (await readHealth(store))
    .map(({ endpoint }) => endpoint)
    .filter((endpoint) => endpoint === name || endpoint.startsWith(`${name}/`));
  await changeHealth(
    store,
    endpoints.map((endpoint) => ({
      endpoint,
      change: (health) => ({ ...health, breaker: CLOSED, keys: {} }),
    })),
  );
  for (const key of keys) await endQuarantine(store, key);
  return { endpoints, keys };
}
