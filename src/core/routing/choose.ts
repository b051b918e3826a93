/**
 * The router: request + catalog + policy + health + quality → Decision. Pure: the clock and the seed are parameters. Constraints
 * rule endpoints out by name (`constraints.ts`), the survivors are ranked by expected utility (`ranking.ts`). Where
 * answers are checked, an order to escalate in comes with it (`choose-cascade.ts`).
 */
import type { Decision, Rejection } from '../vocabulary/decision.ts';
import { chooseCascade, type Stage } from './choose-cascade.ts';
import { rejectionRule } from './constraints.ts';
import { type Ranked, rank } from './ranking.ts';
import type { ChooseInput } from './request.ts';
import { DEFAULT_FAILURE_CORRELATION } from './request-ease.ts';

/** What a Decision keeps, so that it stays under 2 KB in history. */
export const DECISION_CANDIDATES = 5;
export const DECISION_REJECTIONS = 10;

export function choose(input: ChooseInput): Decision {
  const { request, catalog, quality } = input;
  const rejections: Rejection[] = [];
  const kept = catalog.endpoints.filter((endpoint) => {
    const rule = rejectionRule(endpoint, input);
    if (rule) rejections.push({ endpoint: endpoint.id, rule });
    return !rule;
  });
  const ranked = rank(kept, request, quality);
  const candidates = ranked.map(({ candidate }) => candidate);
  return {
    taskClass: request.taskClass.name,
    candidates: candidates.slice(0, DECISION_CANDIDATES),
    moreCandidates: Math.max(0, candidates.length - DECISION_CANDIDATES),
    ...(request.check &&
      ranked.length > 0 && {
        cascade: chooseCascade(stagesOf(ranked), {
          valueUsd: request.taskClass.successUsd,
          failureCorrelation: quality?.failureCorrelation ?? DEFAULT_FAILURE_CORRELATION,
          check: request.check,
        }),
      }),
    rejections: rejections.slice(0, DECISION_REJECTIONS),
    moreRejections: Math.max(0, rejections.length - DECISION_REJECTIONS),
    catalogVersion: catalog.version,
  };
}

/** The best endpoint of each model: asking a model twice is no escalation. */
function stagesOf(ranked: readonly Ranked[]): Stage[] {
  const seen = new Set<string>();
  return ranked.flatMap(({ candidate: { endpoint, cost, latency }, model, chance }) => {
    if (seen.has(model)) return [];
    seen.add(model);
    return [{ endpoint, success: chance, costUsd: cost + latency }];
  });
}
