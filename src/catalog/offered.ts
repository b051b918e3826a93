import type { Snapshot, SnapshotEndpoint, SnapshotModel } from './snapshot.ts';

/** Why the router never picks an endpoint of the snapshot by itself; `undefined` where it may. */
export function whyNotOffered(
  { moving, contextTokens }: SnapshotModel,
  endpoint: SnapshotEndpoint,
  today: string,
): NotOffered | undefined {
  if (endpoint.historical) return 'historical';
  if (endpoint.retires !== undefined && endpoint.retires <= today) return 'retired';
  if ((endpoint.contextTokens ?? contextTokens) === null) return 'unknown-window';
  if (endpoint.outlier) return 'outlier-price';
  if (endpoint.api) return 'other-api';
  return moving ? 'moving-alias' : undefined;
}

export type NotOffered =
  | 'historical'
  | 'retired'
  | 'unknown-window'
  | 'outlier-price'
  | 'other-api'
  | 'moving-alias';

export interface CatalogCounts {
  readonly models: number;
  readonly endpoints: number;
  /** Models that two or more providers serve. */
  readonly multiHostModels: number;
}

/** The whole snapshot, and the part of it that is offered on a day. */
export function countSnapshot(
  { models }: Snapshot,
  today: string,
): CatalogCounts & { readonly offered: CatalogCounts } {
  const offered = models.map((model) => ({
    ...model,
    endpoints: model.endpoints.filter((endpoint) => !whyNotOffered(model, endpoint, today)),
  }));
  return { ...count(models), offered: count(offered) };
}

function count(models: readonly SnapshotModel[]): CatalogCounts {
  const hosts = models.map(({ endpoints }) => new Set(endpoints.map(({ provider }) => provider)).size);
  return {
    models: hosts.filter((size) => size > 0).length,
    endpoints: models.reduce((sum, { endpoints }) => sum + endpoints.length, 0),
    multiHostModels: hosts.filter((size) => size > 1).length,
  };
}
