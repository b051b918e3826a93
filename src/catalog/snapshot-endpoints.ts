import type { Endpoint } from '../core/vocabulary/model.ts';
import { UNKNOWN_DATA_POLICY, UNMEASURED_SPEED } from './build-catalog.ts';
import { whyNotOffered } from './offered.ts';
import {
  type Snapshot,
  type SnapshotEndpoint,
  type SnapshotModel,
  type SnapshotSource,
  snapshotEndpointId,
} from './snapshot.ts';

/**
 * What routing may pick from a snapshot on a day. A moving alias is offered only where it is named, since no rule about
 * a model can hold for it.
 */
export function snapshotEndpoints(
  { sources, models }: Snapshot,
  today: string,
  named: readonly string[],
): Endpoint[] {
  const sourceOf = new Map(sources.map((source) => [source.id, source]));
  return models.flatMap((model) =>
    model.endpoints.flatMap((endpoint) => {
      const reason = whyNotOffered(model, endpoint, today);
      const offered = !reason || (reason === 'moving-alias' && named.includes(model.id));
      return offered ? toEndpoint(model, endpoint, sourceOf) : [];
    }),
  );
}

function toEndpoint(
  model: SnapshotModel,
  endpoint: SnapshotEndpoint,
  sourceOf: ReadonlyMap<string, SnapshotSource>,
): Endpoint {
  const [price] = endpoint.prices as [SnapshotEndpoint['prices'][number]];
  const source = sourceOf.get(price.source)!;
  const contextTokens = (endpoint.contextTokens ?? model.contextTokens)!;
  return {
    id: snapshotEndpointId(model.id, endpoint),
    provider: endpoint.provider,
    model: {
      id: model.id,
      family: model.family,
      contextTokens,
      // Where no source knows a limit, the window is one.
      maxOutputTokens: endpoint.maxOutputTokens ?? model.maxOutputTokens ?? contextTokens,
      abilities: endpoint.abilities ?? model.abilities,
    },
    wireModel: endpoint.wireModels[0]!,
    price: {
      input: price.input,
      output: price.output,
      cacheRead: price.cacheRead ?? price.input,
      source: `${source.name} ${source.version}`,
      date: source.date,
    },
    speed: UNMEASURED_SPEED,
    dataPolicy: UNKNOWN_DATA_POLICY,
  };
}
