/**
 * What a request of a class costs on a model, in USD, multiplicative in both:
 *
 *   log fitted = class effect + model effect
 *   log cost   = (requests × log mean observed + κ × log fitted) ÷ (requests + κ)
 */
import type { QualityCell } from '../../vocabulary/quality.ts';
import type { Grid, Slot } from './grid.ts';

const ROUNDS = 30;
/** κ where every class costs each model the same. */
const MAX_PRIOR_REQUESTS = 10_000;
/** Below this, a request is free and its cost has no logarithm worth keeping. */
const FREE_USD = 1e-9;

/** @returns the expected USD of a request, slot by slot */
export function fitCost(grid: Grid): number[] {
  const fitted = fitLogCost(grid);
  const priorRequests = costPriorRequests(grid.slots, fitted);
  const paid = new Set(grid.slots.flatMap(({ modelAt, cell }) => (isPaid(cell) ? [modelAt] : [])));
  return grid.slots.map(({ modelAt, cell }, i) => {
    if (!cell) return paid.has(modelAt) ? Math.exp(fitted[i]!) : 0;
    if (!isPaid(cell)) return 0;
    const observed = cell.requests * Math.log(meanOf(cell));
    return Math.exp((observed + priorRequests * fitted[i]!) / (cell.requests + priorRequests));
  });
}

function fitLogCost({ slots, taskClasses, models }: Grid): number[] {
  const paid = slots.flatMap(({ classAt, modelAt, cell }) =>
    isPaid(cell) ? [{ classAt, modelAt, requests: cell.requests, logMean: Math.log(meanOf(cell)) }] : [],
  );
  const rows = taskClasses.map((_, k) => paid.filter(({ classAt }) => classAt === k));
  const columns = models.map((_, m) => paid.filter(({ modelAt }) => modelAt === m));
  const classEffects = taskClasses.map(() => 0);
  const modelEffects = models.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [k, row] of rows.entries()) {
      // Each model counts once: one seen more often is no more typical of the class.
      const sum = row.reduce((total, { modelAt, logMean }) => total + logMean - modelEffects[modelAt]!, 0);
      classEffects[k] = row.length > 0 ? sum / row.length : 0;
    }
    for (const [m, column] of columns.entries()) {
      // Weighted by requests, with one request's weight at the class's own cost.
      let sum = 0;
      let weight = 1;
      for (const { classAt, requests, logMean } of column) {
        sum += requests * (logMean - classEffects[classAt]!);
        weight += requests;
      }
      modelEffects[m] = sum / weight;
    }
  }
  return slots.map(({ classAt, modelAt }) => classEffects[classAt]! + modelEffects[modelAt]!);
}

/**
 * κ by the method of moments. The logarithm of a cost varies by log(1 + cv²) from request to request; what the fit
 * misses the cells' means by beyond that is how far classes change a model's cost. Each cell counts once: the fit
 * follows the large classes, and weights would hide how far the small ones are from it.
 */
function costPriorRequests(slots: readonly Slot[], fitted: readonly number[]): number {
  let within = 0;
  let between = 0;
  for (const [i, { cell }] of slots.entries()) {
    if (!isPaid(cell) || cell.requests < 2) continue;
    const mean = meanOf(cell);
    const variance = Math.max(0, cell.costUsdSquares - cell.requests * mean ** 2) / (cell.requests - 1);
    const ofOneRequest = Math.log1p(variance / mean ** 2);
    within += ofOneRequest;
    between += (Math.log(mean) - fitted[i]!) ** 2 - ofOneRequest / cell.requests;
  }
  if (between <= 0) return within > 0 ? MAX_PRIOR_REQUESTS : 1;
  return Math.min(MAX_PRIOR_REQUESTS, within / between);
}

const meanOf = ({ costUsd, requests }: QualityCell) => costUsd / requests;
const isPaid = (cell: QualityCell | undefined): cell is QualityCell =>
  cell !== undefined && meanOf(cell) > FREE_USD;
