import { readDataPolicyClaims } from '../../../../src/catalog/data-policy-claims.ts';
import { readSnapshot } from '../../../../src/catalog/read-snapshot.ts';
import { snapshotEndpoints } from '../../../../src/catalog/snapshot-endpoints.ts';
import { type IndexedCatalog, indexCatalog } from '../../../../src/core/routing/catalog-index.ts';

const snapshot = readSnapshot();

/** Every endpoint that comes with the package, whoever is configured. */
export const shipped: IndexedCatalog = indexCatalog({
  version: snapshot.version,
  endpoints: snapshotEndpoints(snapshot, readDataPolicyClaims()),
});
/** A day on which the snapshot was current. */
export const TODAY_MS = Date.parse('2026-11-23');

/**
 * A quarter of it, for properties that choose thousands of times.
 */
export const quarter: IndexedCatalog = indexCatalog({
  version: snapshot.version,
  endpoints: shipped.endpoints.filter((_, i) => i % 4 === 0),
});
