import { countSnapshot, whyNotOffered } from '../../src/catalog/offered.ts';
import type { Snapshot } from '../../src/catalog/snapshot.ts';
import type { Dropped } from './sources/source-row.ts';

/** The numbers by which one build is compared with the last. */
export function summarize(snapshot: Snapshot, dropped: readonly Dropped[], today: string) {
  const rows = snapshot.models.flatMap((model) => model.endpoints.map((endpoint) => ({ model, endpoint })));
  return {
    version: snapshot.version,
    ...countSnapshot(snapshot, today),
    providers: new Set(rows.map(({ endpoint }) => endpoint.provider)).size,
    disputed: rows.filter(({ endpoint }) => endpoint.disputed).length,
    unknownOutputLimit: snapshot.models.filter(({ maxOutputTokens }) => maxOutputTokens === null).length,
    endpointsBy: sizes(rows, ({ model, endpoint }) => whyNotOffered(model, endpoint, today) ?? 'offered'),
    pricedBy: sizes(rows, ({ endpoint }) => endpoint.prices[0]!.source),
    droppedRows: dropped.length,
    dropped: sizes(dropped, ({ source, reason }) => `${source}: ${reason}`),
  };
}

/** How many rows each group has, the largest first. */
function sizes<Row>(rows: readonly Row[], groupOf: (row: Row) => string): Record<string, number> {
  const groups = [...Map.groupBy(rows, groupOf)].map(([group, { length }]) => [group, length] as const);
  return Object.fromEntries(groups.toSorted((a, b) => b[1] - a[1]));
}
