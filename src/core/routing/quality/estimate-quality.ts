/**
 * From counts to estimates: two-way shrinkage, an empirical Bayes method. Each (task class, model) leans on what its
 * class and its model do elsewhere, the more so the fewer requests it has; how much is measured on the counts.
 *
 *   success = (successes + κ × fitted) ÷ (requests + κ), the mean of a beta posterior; `fit-success.ts` gives both
 *
 * An endpoint that was seen itself leans on its model in the same way, with a fixed κ.
 */
import type { Price } from '../../vocabulary/model.ts';
import type { Estimate, Quality, QualityCell } from '../../vocabulary/quality.ts';
import { fingerprintOf } from '../hash.ts';
import { fitCost } from './fit-cost.ts';
import { fitSuccess } from './fit-success.ts';
import { layOut } from './grid.ts';

/** κ of an endpoint: so many requests of its own weigh as much as all that is known of its model. */
const ENDPOINT_PRIOR_REQUESTS = 50;

export function estimateQuality(
  cells: readonly QualityCell[],
  listPrices: ReadonlyMap<string, Price> = new Map(),
): Quality {
  const grid = layOut(cells);
  const { fitted, modelVariance, priorRequests } = fitSuccess(grid);
  const costs = fitCost(grid);
  const estimates = new Map(grid.taskClasses.map((taskClass) => [taskClass, new Map<string, Estimate>()]));
  for (const [i, { classAt, modelAt, cell }] of grid.slots.entries()) {
    const weight = (cell?.requests ?? 0) + priorRequests;
    const success = ((cell?.successes ?? 0) + priorRequests * fitted[i]!) / weight;
    const spread = success * (1 - success);
    // The beta's own variance, and the doubt about the model's effect as far as the fit still counts.
    const ofModel = (priorRequests / weight) ** 2 * spread ** 2 * modelVariance[modelAt]!;
    estimates.get(grid.taskClasses[classAt]!)!.set(grid.models[modelAt]!, {
      success,
      successSd: Math.sqrt(spread / (weight + 1) + ofModel),
      costUsd: costs[i]!,
      basis: cell ? 'observed' : 'model',
    });
  }
  return {
    version: fingerprintOf(cells),
    ...{ estimates, endpointEstimates: estimateEndpoints(cells, estimates), listPrices },
  };
}

function estimateEndpoints(
  cells: readonly QualityCell[],
  ofModels: Quality['estimates'],
): Map<string, Map<string, Estimate>> {
  const estimates = new Map<string, Map<string, Estimate>>();
  for (const { taskClass, model, endpoint, requests, successes } of cells) {
    if (endpoint === undefined) continue;
    const ofModel = ofModels.get(taskClass)!.get(model)!;
    const weight = requests + ENDPOINT_PRIOR_REQUESTS;
    const success = (successes + ENDPOINT_PRIOR_REQUESTS * ofModel.success) / weight;
    const successSd = Math.sqrt((success * (1 - success)) / (weight + 1));
    const ofClass = estimates.get(taskClass) ?? new Map<string, Estimate>();
    estimates.set(taskClass, ofClass.set(endpoint, { ...ofModel, success, successSd, basis: 'observed' }));
  }
  return estimates;
}
