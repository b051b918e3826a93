/**
 * What a model's success on a class would be by its row and its column alone, and how far to believe that:
 *
 *   logit fitted = mean + class effect + model effect
 *
 * a logistic regression with a ridge of standard deviation 1 on the effects, so that those rarely seen stay near zero, and
 * on the mean around what an unknown model does, so that a handful of requests proves nothing.
 */
import { clamp, type Grid, type Slot } from './grid.ts';

export interface SuccessFit {
  /** Slot by slot, 0.01 to 0.99. */
  readonly fitted: readonly number[];
  /** Model by model: the variance of its effect, in logits squared. */
  readonly modelVariance: readonly number[];
  /** How many requests `fitted` is worth beside what was observed. */
  readonly priorRequests: number;
}

const ROUNDS = 30;
const MAX_PRIOR_REQUESTS = 10_000;
/** In logits, 0.7: the middle of what the router's prior gives. */
const UNKNOWN_MEAN = Math.log(0.7 / 0.3);

export function fitSuccess(grid: Grid): SuccessFit {
  const { slots, taskClasses, models } = grid;
  let mean = UNKNOWN_MEAN;
  const classEffects = taskClasses.map(() => 0);
  const modelEffects = models.map(() => 0);
  const information = models.map(() => 1);
  const rows = taskClasses.map((_, k) => slots.filter(({ classAt }) => classAt === k));
  const columns = models.map((_, m) => slots.filter(({ modelAt }) => modelAt === m));
  const at = ({ classAt, modelAt }: Slot) => logistic(mean + classEffects[classAt]! + modelEffects[modelAt]!);

  /** One Newton step of one effect, the others held. */
  const step = (of: readonly Slot[], effect: number, ridge: number) => {
    let gradient = -ridge * effect;
    let curvature = ridge;
    for (const slot of of) {
      if (!slot.cell) continue;
      const p = at(slot);
      gradient += slot.cell.successes - slot.cell.requests * p;
      curvature += slot.cell.requests * p * (1 - p);
    }
    return { delta: clamp(gradient / Math.max(curvature, 1e-9), -1, 1), curvature };
  };
  for (let round = 0; round < ROUNDS; round++) {
    mean += step(slots, mean - UNKNOWN_MEAN, 1).delta;
    for (const [k, row] of rows.entries()) classEffects[k]! += step(row, classEffects[k]!, 1).delta;
    for (const [m, column] of columns.entries()) {
      const { delta, curvature } = step(column, modelEffects[m]!, 1);
      modelEffects[m]! += delta;
      information[m] = curvature;
    }
  }
  const fitted = slots.map((slot) => clamp(at(slot), 0.01, 0.99));
  return {
    fitted,
    modelVariance: information.map((known) => 1 / known),
    priorRequests: priorRequests(slots, fitted),
  };
}

/**
 * Method of moments. A beta prior p worth κ requests makes E(rate − p)² = p(1−p) · (1/n + (1 − 1/n)/(κ+1)): what the
 * binomial leaves unexplained, summed over the cells with weight n, gives 1/(κ+1). It is small where classes reorder
 * models, and the maximum where they do not, which leaves the best single model everywhere.
 */
function priorRequests(slots: readonly Slot[], fitted: readonly number[]): number {
  let unexplained = 0;
  let scale = 0;
  for (const [i, { cell }] of slots.entries()) {
    if (!cell) continue;
    const spread = fitted[i]! * (1 - fitted[i]!);
    unexplained += cell.requests * (cell.successes / cell.requests - fitted[i]!) ** 2 - spread;
    scale += (cell.requests - 1) * spread;
  }
  if (unexplained <= 0 || scale <= 0) return MAX_PRIOR_REQUESTS;
  return clamp(scale / unexplained - 1, 1, MAX_PRIOR_REQUESTS);
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
