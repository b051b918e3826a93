import { fileURLToPath } from 'node:url';
import { estimateQuality } from '../core/routing/quality/estimate-quality.ts';
import type { Catalog } from '../core/vocabulary/model.ts';
import type { Quality } from '../core/vocabulary/quality.ts';
import { readLearntFile } from './learnt-file.ts';

export interface KnownModels {
  readonly catalog: Catalog;
  readonly modelIds: ReadonlySet<string>;
}

/**
 * What a worker routes by, from a path or `file:` URL. Of a model with several endpoints, the first of the catalog has the price that was paid.
 * @throws QualityFileError
 */
export function loadQuality(file: string, { catalog, modelIds }: KnownModels): Quality {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const { cells, failureCorrelation } = readLearntFile(path, modelIds);
  const prices = catalog.endpoints.map(({ model, price }) => [model.id, price] as const);
  return {
    ...estimateQuality(cells, new Map(prices.toReversed())),
    ...(failureCorrelation && { failureCorrelation: failureCorrelation.rho }),
  };
}
