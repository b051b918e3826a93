import type { Ability, DataPolicy, Endpoint, Modality } from '../core/vocabulary/model.ts';
import { dataPolicyOf } from './build-catalog.ts';
import { claimAbout, type DataPolicyClaim } from './data-policy-claims.ts';
import { type NotOffered, whyNotOffered } from './offered.ts';
import { type Snapshot, type SnapshotPrice, snapshotEndpointId } from './snapshot.ts';

/** One endpoint as a catalog shows it, whether or not routing may pick it. */
export interface CatalogRow {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly wireModel: string;
  /** Null where no source says. */
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** What it takes beside text; absent where nobody says. */
  readonly inputs: readonly Modality[];
  readonly abilities: readonly Ability[];
  /** USD per million tokens; what no source says is absent. */
  readonly price: Omit<SnapshotPrice, 'source'> & { readonly source: string; readonly date: string };
  readonly dataPolicy: DataPolicy;
  /** Which rates the sources disagree about. */
  readonly disputed?: readonly string[];
  readonly retires?: string;
  readonly notOffered?: NotOffered;
}

export function snapshotRows(
  { sources, models }: Snapshot,
  claims: readonly DataPolicyClaim[],
  today: string,
): CatalogRow[] {
  const sourceOf = new Map(sources.map((source) => [source.id, source]));
  return models.flatMap((model) =>
    model.endpoints.map((endpoint) => {
      const { source, ...rates } = endpoint.prices[0]!;
      const { name, version, date } = sourceOf.get(source)!;
      const notOffered = whyNotOffered(model, endpoint, today);
      const { disputed, retires } = endpoint;
      return {
        id: snapshotEndpointId(model.id, endpoint),
        provider: endpoint.provider,
        model: model.id,
        wireModel: endpoint.wireModels[0]!,
        contextTokens: endpoint.contextTokens ?? model.contextTokens,
        maxOutputTokens: endpoint.maxOutputTokens ?? model.maxOutputTokens,
        inputs: endpoint.inputs ?? model.inputs,
        abilities: endpoint.abilities ?? model.abilities,
        price: { ...rates, source: `${name} ${version}`, date },
        dataPolicy: dataPolicyOf(claimAbout(claims, model, endpoint)),
        ...(disputed && { disputed }),
        ...(retires && { retires }),
        ...(notOffered && { notOffered }),
      };
    }),
  );
}

export const endpointRow = ({ id, provider, model, wireModel, price, dataPolicy }: Endpoint): CatalogRow => ({
  ...{ id, provider, wireModel, price, dataPolicy },
  model: model.id,
  contextTokens: model.contextTokens,
  maxOutputTokens: model.maxOutputTokens,
  inputs: model.inputs ?? ['text'],
  abilities: model.abilities,
});

export interface CatalogCounts {
  readonly models: number;
  readonly endpoints: number;
  /** Models that two or more providers serve. */
  readonly multiHostModels: number;
}

/** All rows, and those that are offered. */
export function countRows(rows: readonly CatalogRow[]): CatalogCounts & { readonly offered: CatalogCounts } {
  return { ...count(rows), offered: count(rows.filter(({ notOffered }) => !notOffered)) };
}

function count(rows: readonly CatalogRow[]): CatalogCounts {
  const hosts = [...Map.groupBy(rows, ({ model }) => model).values()].map(
    (own) => new Set(own.map(({ provider }) => provider)).size,
  );
  return {
    models: hosts.length,
    endpoints: rows.length,
    multiHostModels: hosts.filter((size) => size > 1).length,
  };
}
