/**
 * The router: request + catalog + policy + health + quality → Decision. Pure: the clock and the seed are parameters.
 * Constraints rule endpoints out by name (`constraints.ts`), the survivors are ranked by expected utility
 * (`ranking.ts`). Where answers are checked, an order to escalate in comes with it (`choose-cascade.ts`).
 */
import type { Decision, Rejection } from '../vocabulary/decision.ts';
import type { IndexedCatalog } from './catalog-index.ts';
import { chooseCascade, type Stage } from './choose-cascade.ts';
import { isOfCatalog, RULES } from './constraints.ts';
import { placeToExplore } from './explore.ts';
import { estimateAt, forecast, learntOf } from './forecast.ts';
import { PRIOR_SD } from './prior.ts';
import { candidateAt, type Ranking, rank, topOf } from './ranking.ts';
import type { ChooseInput } from './request.ts';
import { DEFAULT_FAILURE_CORRELATION } from './request-ease.ts';
import { NONE, type Sifted, sift } from './sift.ts';

/** What a Decision keeps, so that it stays under 2 KB in history. */
export const DECISION_CANDIDATES = 5;
export const DECISION_REJECTIONS = 10;

export function choose(input: ChooseInput): Decision {
  const { request, catalog, policy, quality, exploration } = input;
  const sifted = sift(input);
  const ranking = rank(sifted, input, DECISION_CANDIDATES);
  const candidates = ranking.best.map((k) => candidateAt(k, sifted, ranking, input));
  const sds = ranking.best.map((k) => estimateAt(sifted.kept[k]!, input)?.successSd ?? PRIOR_SD);
  const explored = exploration ? placeToExplore(candidates, sds, request, exploration) : 0;
  return {
    taskClass: request.taskClass.name,
    successUsd: request.taskClass.successUsd,
    candidates: explored > 0 ? [candidates[explored]!, ...candidates.toSpliced(explored, 1)] : candidates,
    moreCandidates: sifted.kept.length - candidates.length,
    ...(request.check && candidates.length > 0 && { cascade: cascadeOf(sifted, ranking, input) }),
    ...(explored > 0 && { explores: true }),
    rejections: strongestRejected(sifted, input),
    rejected: countsByRule(sifted),
    versions: {
      catalog: catalog.version,
      ...(policy.version !== undefined && { policy: policy.version }),
      ...(quality && { quality: quality.version }),
    },
  };
}

function cascadeOf(sifted: Sifted, ranking: Ranking, input: ChooseInput): string[] {
  const { request, quality } = input;
  return chooseCascade(stagesOf(sifted, ranking, input), {
    valueUsd: request.taskClass.successUsd,
    failureCorrelation: quality?.failureCorrelation ?? DEFAULT_FAILURE_CORRELATION,
    check: request.check!,
    rejected: forecast(positionsOf(request.rejected ?? [], input.catalog), input).chance,
  });
}

const positionsOf = (ids: readonly string[], { positionOf }: IndexedCatalog) =>
  Uint16Array.from(ids.flatMap((id) => positionOf.get(id) ?? []));

/** The best endpoint of each model: asking a model twice is no escalation. */
function stagesOf(
  { kept, forecast }: Sifted,
  { utility }: Ranking,
  { catalog, request }: ChooseInput,
): Stage[] {
  const { at } = catalog.models;
  const bestOf = new Int32Array(catalog.traits.model.values.length).fill(-1);
  for (let k = 0; k < kept.length; k++) {
    const number = at[kept[k]!]!;
    const best = bestOf[number]!;
    if (best < 0 || utility[k]! > utility[best]!) bestOf[number] = k;
  }
  return Array.from(
    bestOf.filter((k) => k >= 0),
    (k) => ({
      endpoint: catalog.endpoints[kept[k]!]!.id,
      success: forecast.chance[k]!,
      costUsd: forecast.costMicros[k]! / 1e6 + (request.taskClass.secondUsd * forecast.latencyMs[k]!) / 1e3,
    }),
  );
}

/**
 * Whom a person would ask after: the likeliest to succeed, one a model, among those of which something was learnt and
 * the dearest of the others, whose prior is the highest. Those that nobody could pick are only counted.
 */
function strongestRejected({ broken }: Sifted, input: ChooseInput): Rejection[] {
  const { endpoints, offeredOf, dearestModels } = input.catalog;
  const { models, success } = learntOf(input);
  const rejectedOf = (number: number) =>
    offeredOf[number]!.find((i) => broken[i] !== NONE && !OF_CATALOG[broken[i]!]);
  const found: number[] = [];
  for (let m = 0; m < dearestModels.length && found.length < DECISION_REJECTIONS; m++) {
    const i = Number.isNaN(success[dearestModels[m]!]!) ? rejectedOf(dearestModels[m]!) : undefined;
    if (i !== undefined) found.push(i);
  }
  const chance = [...forecast(Uint16Array.from(found), input).chance];
  const least = found.length === DECISION_REJECTIONS ? Math.min(...chance) : 0;
  for (const number of models) {
    const i = success[number]! > least ? rejectedOf(number) : undefined;
    if (i === undefined) continue;
    found.push(i);
    chance.push(success[number]!);
  }
  return topOf(chance, DECISION_REJECTIONS).map((k) => ({
    endpoint: endpoints[found[k]!]!.id,
    rule: RULES[broken[found[k]!]!]!.name,
  }));
}

/** By place of the rule. */
const OF_CATALOG: readonly boolean[] = RULES.map(({ name }) => isOfCatalog(name));

function countsByRule({ counts }: Sifted): Record<string, number> {
  const byRule: Record<string, number> = {};
  for (let r = 0; r < RULES.length; r++) {
    if (counts[r] === 0) continue;
    const shown = OF_CATALOG[r] ? 'catalog' : RULES[r]!.name;
    byRule[shown] = (byRule[shown] ?? 0) + counts[r]!;
  }
  return byRule;
}
