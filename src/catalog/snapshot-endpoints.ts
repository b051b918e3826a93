import type { Endpoint } from '../core/vocabulary/model.ts';
import { dataPolicyOf, priceOf, UNMEASURED_SPEED } from './build-catalog.ts';
import { claimAbout, type DataPolicyClaim } from './data-policy-claims.ts';
import { withheldOf } from './offered.ts';
import {
  type Snapshot,
  type SnapshotEndpoint,
  type SnapshotModel,
  type SnapshotSource,
  snapshotEndpointId,
} from './snapshot.ts';

/**
 * Every endpoint that a snapshot knows, those that routing must not pick marked as such.
 * @param aliases moving aliases to offer all the same, because the deployment names them
 */
export function snapshotEndpoints(
  { sources, models }: Snapshot,
  claims: readonly DataPolicyClaim[],
  aliases: readonly string[] = [],
): Endpoint[] {
  const sourceOf = new Map(sources.map((source) => [source.id, source]));
  return models.flatMap((model) =>
    model.endpoints.map((endpoint) => toEndpoint(model, endpoint, { sourceOf, claims, aliases })),
  );
}

function toEndpoint(
  model: SnapshotModel,
  endpoint: SnapshotEndpoint,
  {
    sourceOf,
    claims,
    aliases,
  }: {
    readonly sourceOf: ReadonlyMap<string, SnapshotSource>;
    readonly claims: readonly DataPolicyClaim[];
    readonly aliases: readonly string[];
  },
): Endpoint {
  const [{ source, batch: _, ...rates }] = endpoint.prices as [SnapshotEndpoint['prices'][number]];
  const { name, version, date } = sourceOf.get(source)!;
  // An unknown window is marked as such, so that nobody asks what fits into it.
  const contextTokens = endpoint.contextTokens ?? model.contextTokens ?? 0;
  const why = withheldOf(model, endpoint);
  const withheld = why === 'moving-alias' && aliases.includes(model.id) ? undefined : why;
  const { quantization, retires } = endpoint;
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
      inputs: endpoint.inputs ?? model.inputs,
    },
    wireModel: endpoint.wireModels[0]!,
    price: priceOf({ ...rates, source: `${name} ${version}`, date }),
    speed: UNMEASURED_SPEED,
    dataPolicy: dataPolicyOf(claimAbout(claims, model, endpoint)),
    ...(quantization !== undefined && { quantization }),
    ...(withheld && { withheld }),
    ...(retires !== undefined && { retires }),
  };
}
