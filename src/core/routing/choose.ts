/**
 * The router: request + catalog + policy + health + quality → Decision. Pure: the clock and the seed are parameters. Constraints
 * rule endpoints out by name (`constraints.ts`), the survivors are ranked by expected utility (`ranking.ts`).
 */
import type { Candidate, Decision, Rejection } from '../vocabulary/decision.ts';
import { rejectionRule } from './constraints.ts';
import { rank } from './ranking.ts';
import type { ChooseInput } from './request.ts';

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
  const candidates: Candidate[] = rank(kept, request, quality);
  return {
    taskClass: request.taskClass.name,
    candidates: candidates.slice(0, DECISION_CANDIDATES),
    moreCandidates: Math.max(0, candidates.length - DECISION_CANDIDATES),
    rejections: rejections.slice(0, DECISION_REJECTIONS),
    moreRejections: Math.max(0, rejections.length - DECISION_REJECTIONS),
    catalogVersion: catalog.version,
  };
}
