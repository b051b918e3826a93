/**
 * The run's money: set aside before a call, settled after it. In micro-dollars.
 *
 * B1  spent + open ≤ cap, at every moment: an allotment is only given out of what is left.
 * B2  A settlement never exceeds its allotment: the router rejects candidates whose worst case does.
 */
export interface Budget {
  readonly capMicros: number;
  readonly spentMicros: number;
  /** Set aside for calls under way. */
  readonly openMicros: number;
}

export const newBudget = (capMicros: number): Budget => ({ capMicros, spentMicros: 0, openMicros: 0 });

export const leftMicros = (budget: Budget): number =>
  budget.capMicros - budget.spentMicros - budget.openMicros;

/** As much of `wantedMicros` as is left; 0 where nothing is. */
export function reserve(budget: Budget, wantedMicros: number): [Budget, number] {
  const allotmentMicros = Math.max(0, Math.min(wantedMicros, leftMicros(budget)));
  return [{ ...budget, openMicros: budget.openMicros + allotmentMicros }, allotmentMicros];
}

export function settle(budget: Budget, allotmentMicros: number, costMicros: number): Budget {
  return {
    ...budget,
    openMicros: budget.openMicros - allotmentMicros,
    spentMicros: budget.spentMicros + costMicros,
  };
}
