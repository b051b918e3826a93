import type { SnapshotEndpoint, SnapshotModel } from './snapshot.ts';

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
