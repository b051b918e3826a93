import type { Withheld } from '../core/vocabulary/model.ts';
import type { SnapshotEndpoint, SnapshotModel } from './snapshot.ts';

/** Why the router never picks an endpoint of the snapshot by itself; `undefined` where it may. */
export function withheldOf(
  { moving, contextTokens }: SnapshotModel,
  endpoint: SnapshotEndpoint,
): Withheld | undefined {
  if (endpoint.historical) return 'historical';
  if ((endpoint.contextTokens ?? contextTokens) === null) return 'unknown-window';
  if (endpoint.outlier) return 'outlier-price';
  if (endpoint.api && !speaks(endpoint)) return 'other-api';
  return moving ? 'moving-alias' : undefined;
}

/** OpenAI is asked by its responses, which serve its other models too. */
const speaks = ({ provider, api }: SnapshotEndpoint) => provider === 'openai' && api === 'responses';

export type NotOffered = Withheld | 'retired';

/** The same on a day, which decides who has retired. */
export function whyNotOffered(
  model: SnapshotModel,
  endpoint: SnapshotEndpoint,
  today: string,
): NotOffered | undefined {
  const retired = endpoint.retires !== undefined && endpoint.retires <= today && !endpoint.historical;
  return retired ? 'retired' : withheldOf(model, endpoint);
}
