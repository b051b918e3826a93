import { EASE_CHANCES, successByEase } from '../request-ease.ts';

/** What several models did on one request. */
export interface JointOutcome {
  /** How many of them failed. */
  readonly failed: number;
  /** The estimated chance of each. */
  readonly success: readonly number[];
}

/**
 * ρ of `request-ease.ts` by the method of moments: the one at which as many pairs of models are expected to fail the
 * same request as did. By bisection; `undefined` where no request was given to two models.
 */
export function failureCorrelation(outcomes: readonly JointOutcome[]): number | undefined {
  if (!outcomes.some(({ success }) => success.length > 1)) return undefined;
  const pairsFailed = outcomes.reduce((sum, { failed }) => sum + failed * (failed - 1), 0);
  // Requests of one class mostly have the same models, and so the same expectation.
  const alike = Map.groupBy(outcomes, ({ success }) => success.join());
  const groups = [...alike.values()].map((of) => ({ success: of[0]!.success, requests: of.length }));
  const expected = (rho: number) =>
    groups.reduce((sum, { success, requests }) => sum + requests * expectedPairs(success, rho), 0);
  let [low, high] = [0, 0.95];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (expected(middle) < pairsFailed) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How many ordered pairs of models are expected to fail one request together. */
function expectedPairs(success: readonly number[], rho: number): number {
  const right = success.map((chance) => successByEase(chance, rho));
  return EASE_CHANCES.reduce((total, chance, node) => {
    const wrong = right.map((at) => 1 - at[node]!);
    const sum = wrong.reduce((a, b) => a + b, 0);
    const squares = wrong.reduce((a, b) => a + b * b, 0);
    return total + chance * (sum * sum - squares);
  }, 0);
}
