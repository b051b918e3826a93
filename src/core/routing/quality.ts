import type { Endpoint } from '../vocabulary/model.ts';

/**
 * The estimated chance that an endpoint's model succeeds, before anything has been observed: a wide prior from 0.55 to
 * 0.9 that rises with the logarithm of its output price (buyers pay more for what works more often), with 0.08 more
 * for reasoning models where the class reasons. It is shown as `prior`. Its one promise is that the cheapest model does
 * not win for want of data.
 *
 * The price is taken by itself and not by its rank among others, so that adding an endpoint never changes how two others
 * compare.
 */
export function priorSuccess({ model, price }: Endpoint, taskClass: string): number {
  const reasons = REASONING_CLASSES.has(taskClass) && model.abilities.includes('reasoning');
  return 0.55 + 0.35 * priceLevel(price.output) + (reasons ? 0.08 : 0);
}

/** 0 at the cheapest text models sold, 1 at the dearest, by the logarithm of USD per million output tokens. */
function priceLevel(outputPrice: number): number {
  const level = Math.log(outputPrice / CHEAPEST) / Math.log(DEAREST / CHEAPEST);
  return Math.min(1, Math.max(0, level));
}

const CHEAPEST = 0.05;
const DEAREST = 25;
const REASONING_CLASSES: ReadonlySet<string> = new Set(['reasoning', 'coding', 'judging', 'tool-use']);
