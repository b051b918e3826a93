/**
 * Failures go together: a request that one model fails is hard for the next. One number says how much, the correlation
 * ρ of an ease z that all models share on a request (a one-factor probit model, z standard normal):
 *
 *   P(model right | z) = Φ((Φ⁻¹(success) + √ρ · z) ÷ √(1 − ρ))
 *
 * Expectations over z are sums over 15 Gauss-Hermite nodes.
 */
import { normalCdf, normalQuantile } from './normal.ts';

/** ρ where nothing was learnt of it. Measured: 0.7 on agent tasks, 0.4 to 0.6 on single answers. */
export const DEFAULT_FAILURE_CORRELATION = 0.5;

/** By increasing |z|; each node but the first stands for −z as well. */
const HALF_NODES = [
  0, 0.799129068, 1.606710069, 2.432436827, 3.289082424, 4.196207711, 5.190093591, 6.363947889,
];
const HALF_CHANCES = [
  0.318259518, 0.232462294, 0.0894177954, 0.0173657745, 0.0015673575, 5.64214641e-5, 5.9754196e-7,
  8.5896499e-10,
];
const NODES: readonly number[] = [...HALF_NODES.slice(1).map((z) => -z), ...HALF_NODES];

/** The chance of each node. */
export const EASE_CHANCES: readonly number[] = [...HALF_CHANCES.slice(1), ...HALF_CHANCES];

/** A model's chance to be right at each node, given its chance over all requests. */
export function successByEase(success: number, failureCorrelation: number): readonly number[] {
  const threshold = normalQuantile(Math.min(0.999, Math.max(0.001, success)));
  const shared = Math.sqrt(failureCorrelation);
  const own = Math.sqrt(1 - failureCorrelation);
  return NODES.map((z) => normalCdf((threshold + shared * z) / own));
}
