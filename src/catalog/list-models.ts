import { ABILITIES, type Ability, type Modality } from '../core/vocabulary/model.ts';
import type { CatalogRow } from './catalog-rows.ts';

export interface ModelFilter {
  /** A model must have all of them. */
  readonly abilities?: readonly Ability[] | undefined;
  /** A model must take all of them. */
  readonly inputs?: readonly Modality[] | undefined;
  /** One of them must serve it. */
  readonly providers?: readonly string[] | undefined;
  /** USD per million input tokens, at most. */
  readonly maxInputPrice?: number | undefined;
  /** Part of the model's id. */
  readonly model?: string | undefined;
  /** Endpoints that a policy admits. */
  readonly admitted?: ReadonlySet<string> | undefined;
}

/** The rows that pass every filter. */
export function filterRows(
  rows: readonly CatalogRow[],
  { abilities = [], inputs = [], providers, maxInputPrice = Infinity, model = '', admitted }: ModelFilter,
): CatalogRow[] {
  return rows.filter(
    (row) =>
      row.model.includes(model) &&
      row.price.input <= maxInputPrice &&
      (!admitted || admitted.has(row.id)) &&
      (!providers || providers.includes(row.provider)) &&
      inputs.every((input) => row.inputs.includes(input)) &&
      abilities.every((ability) => row.abilities.includes(ability)),
  );
}

/** A model with all its hosts in one line. */
export interface ListedModel {
  readonly id: string;
  readonly providers: readonly string[];
  /** The largest of any host; null where no source says. */
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** Of any host. */
  readonly abilities: readonly Ability[];
  /** USD per million tokens. */
  readonly price: { readonly input: PriceRange; readonly output: PriceRange };
  readonly endpoints: readonly CatalogRow[];
}

export interface PriceRange {
  readonly from: number;
  readonly to: number;
}

/** Rows gathered by model, in the order of their ids. */
export function listModels(rows: readonly CatalogRow[]): ListedModel[] {
  return [...Map.groupBy(rows, ({ model }) => model)]
    .map(([id, endpoints]) => ({
      id,
      providers: [...new Set(endpoints.map(({ provider }) => provider))].sort(),
      contextTokens: largest(endpoints.map(({ contextTokens }) => contextTokens)),
      maxOutputTokens: largest(endpoints.map(({ maxOutputTokens }) => maxOutputTokens)),
      abilities: ABILITIES.filter((ability) => endpoints.some((row) => row.abilities.includes(ability))),
      price: {
        input: rangeOf(endpoints.map(({ price }) => price.input)),
        output: rangeOf(endpoints.map(({ price }) => price.output)),
      },
      endpoints,
    }))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

const rangeOf = (prices: readonly number[]): PriceRange => ({
  from: Math.min(...prices),
  to: Math.max(...prices),
});

function largest(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
