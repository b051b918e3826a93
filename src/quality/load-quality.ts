import { fileURLToPath } from 'node:url';
import type { IndexedCatalog } from '../core/routing/catalog-index.ts';
import { type ClassInferrer, prepareClassTable } from '../core/routing/infer-task-class.ts';
import { estimateQuality } from '../core/routing/quality/estimate-quality.ts';
import { indexQuality, type LearntRoutes } from '../core/routing/quality-index.ts';
import type { Quality, QualityCell } from '../core/vocabulary/quality.ts';
import { readLearntFile } from './learnt-file.ts';
import { faultsError } from './quality-file-error.ts';

export interface KnownModels {
  readonly catalog: IndexedCatalog;
  readonly modelIds: ReadonlySet<string>;
}

export interface LoadedQuality {
  readonly quality: LearntRoutes;
  /** Absent where no texts were learnt from. */
  readonly classInferrer?: ClassInferrer;
}

/**
 * What a worker routes by, from a path or `file:` URL. Of a model with several endpoints, the first that is offered has the price that was paid.
 * @throws QualityFileError
 */
export function loadQuality(file: string, { catalog, modelIds }: KnownModels): LoadedQuality {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const { cells, failureCorrelation, classes } = readLearntFile(path, modelIds);
  assertOwnEndpoints(path, cells, catalog);
  const prices = catalog.endpoints
    .filter(({ withheld }) => !withheld)
    .map(({ model, price }) => [model.id, price] as const);
  const quality: Quality = {
    ...estimateQuality(cells, new Map(prices.toReversed())),
    ...(failureCorrelation && { failureCorrelation: failureCorrelation.rho }),
  };
  return {
    quality: { quality, indexed: indexQuality(quality, catalog) },
    ...(classes && { classInferrer: prepareClassTable(classes) }),
  };
}

/** What one model did must not be told of another. Endpoints that the catalog does not have are nobody's. */
function assertOwnEndpoints(
  path: string,
  cells: readonly QualityCell[],
  { endpoints, positionOf }: IndexedCatalog,
): void {
  const faults = cells.flatMap(({ endpoint = '', model }, i) => {
    const served = endpoints[positionOf.get(endpoint) ?? -1]?.model.id;
    return served === undefined || served === model
      ? []
      : [`cells.${i}.endpoint: "${endpoint}" serves ${served}, not ${model}`];
  });
  if (faults.length > 0)
    throw faultsError(path, faults, 'Correct the column endpoint of the outcomes, and learn again.');
}
