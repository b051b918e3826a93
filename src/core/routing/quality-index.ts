import type { Estimate, Quality } from '../vocabulary/quality.ts';
import type { IndexedCatalog } from './catalog-index.ts';
import { DEFAULT_TASK_CLASS } from './infer-task-class.ts';
import { mixClasses } from './quality/mix-classes.ts';

/** What was learnt, laid out by columns for a catalog, once. */
export interface IndexedQuality {
  readonly version: string;
  readonly failureCorrelation?: number;
  /** By task class. */
  readonly ofClass: ReadonlyMap<string, LearntColumns>;
}

/** Of one task class, by number of the model; NaN where nothing was learnt of it. */
export interface LearntColumns {
  readonly success: Float64Array;
  readonly costMicros: Float64Array;
  /** The prices that `costMicros` was paid at, USD per million tokens; 0 where every endpoint costs what was observed. */
  readonly listInput: Float64Array;
  readonly listOutput: Float64Array;
  readonly estimates: readonly (Estimate | undefined)[];
  /** Numbers of the models of which something was learnt. */
  readonly models: readonly number[];
  /** By position: endpoints that were seen themselves. */
  readonly endpoints: ReadonlyMap<number, Estimate>;
}

/** Models and endpoints that the catalog does not have are left out. */
export function indexQuality(quality: Quality, catalog: IndexedCatalog): IndexedQuality {
  const { version, failureCorrelation, estimates, endpointEstimates, listPrices } = quality;
  const columnsOf = (taskClass: string, ofModels: ReadonlyMap<string, Estimate>): LearntColumns => ({
    ...layOutByModel(catalog.traits.model.values, ofModels, listPrices),
    endpoints: new Map(
      [...(endpointEstimates?.get(taskClass) ?? [])].flatMap(([id, estimate]) => {
        const i = catalog.positionOf.get(id);
        return i === undefined ? [] : [[i, estimate] as const];
      }),
    ),
  });
  return {
    version,
    ...(failureCorrelation !== undefined && { failureCorrelation }),
    ofClass: new Map([...estimates].map(([taskClass, row]) => [taskClass, columnsOf(taskClass, row)])),
  };
}

/** What was learnt, ready for routing and for mixing. */
export interface LearntRoutes {
  readonly quality: Quality;
  readonly indexed: IndexedQuality;
}

/** The same, with the default class standing for a request whose class is known by chances only. */
export function withMixedClasses(
  { quality, indexed }: LearntRoutes,
  chances: ReadonlyMap<string, number>,
  { traits }: IndexedCatalog,
): IndexedQuality {
  const mixed = layOutByModel(traits.model.values, mixClasses(quality, chances), quality.listPrices);
  return { ...indexed, ofClass: new Map([...indexed.ofClass, [DEFAULT_TASK_CLASS, mixed]]) };
}

/** @param models in the order of their numbers */
export function layOutByModel(
  models: readonly string[],
  estimateOf: ReadonlyMap<string, Estimate>,
  listPrices: Quality['listPrices'],
): LearntColumns {
  const estimates = models.map((model) => estimateOf.get(model));
  const column = (of: (estimate: Estimate, model: string) => number) =>
    Float64Array.from(estimates, (estimate, number) =>
      estimate ? of(estimate, models[number]!) : Number.NaN,
    );
  return {
    success: column(({ success }) => success),
    costMicros: column(({ costUsd }) => costUsd * 1e6),
    listInput: column((_, model) => listPrices.get(model)?.input ?? 0),
    listOutput: column((_, model) => listPrices.get(model)?.output ?? 0),
    estimates,
    models: [...estimates.keys()].filter((number) => estimates[number]),
    endpoints: new Map(),
  };
}
