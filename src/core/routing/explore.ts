/**
 * Exploration: some requests go to a candidate that could be better than the best known one, so that more is known of
 * it. Off unless the config turns it on. Which requests is a matter of the run's seed, so that a replay and a retry do
 * the same; bounded in how often, by how much dearer, and to candidates that a Decision lists.
 */
import type { Candidate } from '../vocabulary/decision.ts';
import { hashOf } from './hash.ts';
import type { ChooseRequest } from './request.ts';

export interface Exploration {
  /** Of requests, 0 to `MOST_EXPLORED`. */
  readonly share: number;
}

export const MOST_EXPLORED = 0.2;
/** What an explored candidate may cost, over the best one. */
const DEARER_AT_MOST = 2;

/**
 * @param candidates best first
 * @param chanceSd by candidate, the standard deviation of its chance
 * @returns the place of the one to try first: 0 where nothing is explored
 */
export function placeToExplore(
  candidates: readonly Candidate[],
  chanceSd: readonly number[],
  { seed, taskClass }: ChooseRequest,
  { share }: Exploration,
): number {
  const [best] = candidates;
  if (!best || hashOf(`explore\n${seed}\n${taskClass.name}`) / 2 ** 32 >= share) return 0;
  // Optimism in the face of uncertainty: what it would be worth if it were as good as one standard deviation allows.
  const hope = (at: number) => candidates[at]!.utility + taskClass.successUsd * chanceSd[at]!;
  const places = [...candidates.keys()].filter(
    (at) => at > 0 && candidates[at]!.cost <= best.cost * DEARER_AT_MOST && hope(at) > best.utility,
  );
  return places.reduce((a, b) => (a === 0 || hope(b) > hope(a) ? b : a), 0);
}
