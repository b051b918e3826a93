/**
 * The estimated chance that an endpoint's model succeeds, before anything has been observed: a wide prior from 0.55 to
 * 0.9 that rises with the logarithm of its output price (buyers pay more for what works more often), with 0.08 more
 * for reasoning models where the class reasons. It is shown as `prior`. Its one promise is that the cheapest model does
 * not win for want of data.
 *
 * The price is taken by itself and not by its rank among others, so that adding an endpoint never changes how two others
 * compare.
 */
export const priorByPrice = ({ output }: { readonly output: number }): number =>
  0.55 + 0.35 * priceLevel(output);

/** What a reasoning model has beside `priorByPrice`. */
export const reasoningBonus = (taskClass: string): number => (REASONING_CLASSES.has(taskClass) ? 0.08 : 0);

/** Wide: two in three models of a price are within so much of the prior. */
export const PRIOR_SD = 0.2;

/** 0 at the cheapest text models sold, 1 at the dearest, by the logarithm of USD per million output tokens. */
function priceLevel(outputPrice: number): number {
  const level = Math.log(outputPrice / CHEAPEST) / Math.log(DEAREST / CHEAPEST);
  return Math.min(1, Math.max(0, level));
}

const CHEAPEST = 0.05;
const DEAREST = 25;
const REASONING_CLASSES: ReadonlySet<string> = new Set(['reasoning', 'coding', 'judging', 'tool-use']);
