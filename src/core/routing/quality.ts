import type { Endpoint } from '../vocabulary/model.ts';

/**
 * The estimated chance that an endpoint's model succeeds, before anything has been observed: a wide prior between 0.55
 * and 0.95 that rises with where its output price stands among the catalog's models (buyers pay more for what works
 * more often), with a bonus for reasoning models where the class reasons. It is shown as `prior`. Its one promise is
 * that the cheapest model does not win for want of data.
 *
 * @param priceRank share of the catalog's endpoints that are cheaper, 0 to 1
 */
export function priorSuccess(endpoint: Endpoint, taskClass: string, priceRank: number): number {
  const reasons = REASONING_CLASSES.has(taskClass) && endpoint.model.abilities.includes('reasoning');
  return Math.min(0.95, 0.55 + 0.35 * priceRank + (reasons ? 0.08 : 0));
}

const REASONING_CLASSES: ReadonlySet<string> = new Set(['reasoning', 'coding', 'judging', 'tool-use']);
