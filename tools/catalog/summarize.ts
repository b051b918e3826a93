import { countRows, snapshotRows } from '../../src/catalog/catalog-rows.ts';
import type { Snapshot } from '../../src/catalog/snapshot.ts';
import type { Dropped } from './sources/source-row.ts';

/** The numbers by which one build is compared with the last. */
export function summarize(snapshot: Snapshot, dropped: readonly Dropped[], today: string) {
  const rows = snapshotRows(snapshot, [], today);
  return {
    version: snapshot.version,
    ...countRows(rows),
    providers: new Set(rows.map(({ provider }) => provider)).size,
    disputed: rows.filter(({ disputed }) => disputed).length,
    unknownOutputLimit: snapshot.models.filter(({ maxOutputTokens }) => maxOutputTokens === null).length,
    endpointsBy: sizes(rows, ({ notOffered = 'offered' }) => notOffered),
    pricedBy: sizes(rows, ({ price }) => price.source),
    droppedRows: dropped.length,
    dropped: sizes(dropped, ({ source, reason }) => `${source}: ${reason}`),
  };
}

/** How many rows each group has, the largest first. */
function sizes<Row>(rows: readonly Row[], groupOf: (row: Row) => string): Record<string, number> {
  const groups = [...Map.groupBy(rows, groupOf)].map(([group, { length }]) => [group, length] as const);
  return Object.fromEntries(groups.toSorted((a, b) => b[1] - a[1]));
}
