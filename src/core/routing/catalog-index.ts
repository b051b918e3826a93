import { dearestInput, dearestOutput, ratesAt } from '../cost/price.ts';
import { SignalboxError } from '../vocabulary/errors.ts';
import type { Ability, Catalog, DataPolicy, Endpoint, Modality, Withheld } from '../vocabulary/model.ts';
import { priorByPrice } from './prior.ts';
import { type LearntColumns, layOutByModel } from './quality-index.ts';

/**
 * The catalog laid out by columns, once, so that a choice among thousands of endpoints takes tens of microseconds.
 * What endpoints share is numbered, so that a rule judges each value once; their own numbers stand in arrays.
 */
export interface IndexedCatalog extends Catalog {
  readonly traits: { readonly [Name in keyof TraitValues]: Trait<TraitValues[Name]> };
  /** Every endpoint is a model, served in one of a few hundred ways. */
  readonly models: Group;
  readonly servings: Group;
  readonly columns: Columns;
  /** By endpoint id. */
  readonly positionOf: ReadonlyMap<string, number>;
  /** By number of the model, where those of its endpoints stand that are offered. */
  readonly offeredOf: readonly (readonly number[])[];
  /** Numbers of the models by the highest output price that any of their hosts asks. */
  readonly dearestModels: readonly number[];
  /** The columns of a class of which nothing was learnt. */
  readonly nothingLearnt: LearntColumns;
  /** Rates that hold from some length of the request on, for each length at which any changes, ascending. */
  readonly tiers: readonly (RateColumns & { readonly above: number })[];
}

/** What endpoints have in common with others. */
export interface TraitValues {
  /** The number of a model's id is the number of the model. */
  readonly model: string;
  readonly family: string;
  /** '' where it is offered. */
  readonly withheld: Withheld | '';
  /** The day on which the host stops serving it, '' where it has not said so. */
  readonly retires: string;
  readonly provider: string;
  readonly quantization: string;
  readonly dataPolicy: DataPolicy;
  readonly abilities: readonly Ability[];
  readonly inputs: readonly Modality[];
}

export interface Trait<T> {
  readonly values: readonly T[];
  /** By the value itself where it is text, else by its JSON. */
  readonly numberOf: ReadonlyMap<string, number>;
}

/** Endpoints that have the same values of some traits. */
export interface Group {
  readonly size: number;
  /** Endpoint by endpoint, the number of its group. */
  readonly at: Uint16Array;
  /** Trait by trait, the number of the value that each group has. */
  readonly valuesOf: readonly (readonly [trait: keyof TraitValues, at: Uint16Array])[];
}

/** Endpoint by endpoint; prices in USD per million tokens. */
export interface Columns extends RateColumns {
  readonly contextTokens: Float64Array;
  readonly maxOutputTokens: Float64Array;
  readonly firstTokenMs: Float64Array;
  readonly tokensPerSecond: Float64Array;
  readonly msPerToken: Float64Array;
  readonly priorByPrice: Float64Array;
  /** 1 where the model reasons, 0 where not. */
  readonly reasons: Float64Array;
  /** 1 where the host caches prompts, 0 where not. */
  readonly caches: Float64Array;
}

export interface RateColumns {
  readonly inputPrice: Float64Array;
  readonly outputPrice: Float64Array;
  readonly cacheReadPrice: Float64Array;
  /** The most an input token can cost: where it is written to the cache. */
  readonly dearestInput: Float64Array;
  readonly dearestOutput: Float64Array;
}

const TEXT_ONLY: readonly Modality[] = ['text'];

/** Positions are 16 bits wide. */
const MOST_ENDPOINTS = 65_535;

/** @throws SignalboxError where the catalog has more endpoints than can be told apart, or one twice */
export function indexCatalog(catalog: Catalog): IndexedCatalog {
  const { endpoints } = catalog;
  assertTellable(endpoints);
  const column = (of: (endpoint: Endpoint) => number) => Float64Array.from(endpoints, of);
  const has = (ability: Ability) => column(({ model }) => (model.abilities.includes(ability) ? 1 : 0));
  const model = numberValues(endpoints, ({ model }) => model.id);
  const family = numberValues(endpoints, ({ model }) => model.family);
  const withheld = numberValues(endpoints, ({ withheld }): Withheld | '' => withheld ?? '');
  const retires = numberValues(endpoints, ({ retires }) => retires ?? '');
  const provider = numberValues(endpoints, ({ provider }) => provider);
  const quantization = numberValues(endpoints, ({ quantization = 'unknown' }) => quantization);
  const dataPolicy = numberValues(endpoints, ({ dataPolicy }) => dataPolicy);
  const abilities = numberValues(endpoints, ({ model }) => model.abilities);
  const inputs = numberValues(endpoints, ({ model }) => model.inputs ?? TEXT_ONLY);
  const offered = [...endpoints.keys()].filter((i) => !endpoints[i]!.withheld);
  const offeredOf = model.values.map((_, number) => offered.filter((i) => model.at[i] === number));
  const dearest = offeredOf.map((of) => Math.max(...of.map((i) => endpoints[i]!.price.output)));
  const lengths = new Set(endpoints.flatMap(({ price }) => (price.tiers ?? []).map(({ above }) => above)));
  return {
    ...catalog,
    traits: { model, family, withheld, retires, provider, quantization, dataPolicy, abilities, inputs },
    models: groupBy(endpoints, { model, family }),
    servings: groupBy(endpoints, {
      ...{ withheld, retires, provider, quantization, dataPolicy, abilities, inputs },
    }),
    columns: {
      ...rateColumns(endpoints, 0),
      contextTokens: column(({ model }) => model.contextTokens),
      maxOutputTokens: column(({ model }) => model.maxOutputTokens),
      firstTokenMs: column(({ speed }) => speed.firstTokenMs),
      tokensPerSecond: column(({ speed }) => speed.tokensPerSecond),
      msPerToken: column(({ speed }) => 1000 / speed.tokensPerSecond),
      priorByPrice: column(({ price }) => priorByPrice(price)),
      reasons: has('reasoning'),
      caches: has('caching'),
    },
    positionOf: new Map(endpoints.map(({ id }, i) => [id, i])),
    offeredOf,
    dearestModels: [...model.values.keys()].sort((a, b) => dearest[b]! - dearest[a]!),
    nothingLearnt: layOutByModel(model.values, new Map(), new Map()),
    tiers: [...lengths]
      .sort((a, b) => a - b)
      .map((above) => ({ above, ...rateColumns(endpoints, above + 1) })),
  };
}

function assertTellable(endpoints: readonly Endpoint[]): void {
  const remedy = 'Leave out what nobody will ask, and give each endpoint an id of its own.';
  if (endpoints.length > MOST_ENDPOINTS) {
    throw new SignalboxError(
      `The catalog has ${endpoints.length} endpoints; at most ${MOST_ENDPOINTS} can be routed over.`,
      remedy,
    );
  }
  const ids = new Set<string>();
  for (const { id } of endpoints) {
    if (ids.has(id)) throw new SignalboxError(`The catalog has the endpoint "${id}" twice.`, remedy);
    ids.add(id);
  }
}

type Numbered<T> = Trait<T> & { readonly at: Uint16Array };

function numberValues<From, T>(from: readonly From[], of: (one: From) => T): Numbered<T> {
  const numberOf = new Map<string, number>();
  const values: T[] = [];
  const at = Uint16Array.from(from, (one) => {
    const value = of(one);
    const key = typeof value === 'string' ? value : JSON.stringify(value);
    const known = numberOf.get(key);
    if (known !== undefined) return known;
    numberOf.set(key, values.length);
    return values.push(value) - 1;
  });
  return { values, numberOf, at };
}

function groupBy(
  endpoints: readonly Endpoint[],
  traits: { readonly [Name in keyof TraitValues]?: Numbered<TraitValues[Name]> },
): Group {
  const of = Object.entries(traits) as [keyof TraitValues, Numbered<unknown>][];
  const { values, at } = numberValues([...endpoints.keys()], (i) => of.map(([, trait]) => trait.at[i]!));
  return {
    size: values.length,
    at,
    valuesOf: of.map(([name], t) => [name, Uint16Array.from(values, (numbers) => numbers[t]!)]),
  };
}

function rateColumns(endpoints: readonly Endpoint[], inputTokens: number): RateColumns {
  const rates = endpoints.map(({ price }) => ratesAt(price, inputTokens));
  return {
    inputPrice: Float64Array.from(rates, ({ input }) => input),
    outputPrice: Float64Array.from(rates, ({ output }) => output),
    cacheReadPrice: Float64Array.from(rates, ({ cacheRead }) => cacheRead),
    dearestInput: Float64Array.from(rates, dearestInput),
    dearestOutput: Float64Array.from(rates, dearestOutput),
  };
}

/** What tokens cost in a request of that length. */
export function ratesFor({ columns, tiers }: IndexedCatalog, inputTokens: number): RateColumns {
  return tiers.findLast(({ above }) => inputTokens > above) ?? columns;
}
