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
import { chanceSdAt, forecast, learntOf } from './forecast.ts';
import { candidateAt, type Ranking, rank, topOf } from './ranking.ts';
import type { ChooseInput } from './request.ts';
import { DEFAULT_FAILURE_CORRELATION } from './request-ease.ts';
import { NONE, type Sifted, sift } from './sift.ts';

/** What a Decision keeps, so that it stays under 2 KB in history. */
export const DECISION_CANDIDATES = 5;
export const DECISION_REJECTIONS = 10;

export function choose(input: ChooseInput): Decision {
  const { request, catalog, policy, quality } = input;
  const sifted = sift(input);
  const ranking = rank(sifted, input, DECISION_CANDIDATES);
  const cascade = request.check && sifted.kept.length > 0 ? cascadeOf(sifted, ranking, input) : undefined;
  const order = cascade ? [...new Set([...cascade, ...ranking.best])] : explored(sifted, ranking, input);
  const candidates = order.slice(0, DECISION_CANDIDATES).map((k) => candidateAt(k, sifted, ranking, input));
  return {
    taskClass: request.taskClass.name,
    successUsd: request.taskClass.successUsd,
    candidates,
    moreCandidates: sifted.kept.length - candidates.length,
    ...(cascade && { cascade: cascade.map((k) => catalog.endpoints[sifted.kept[k]!]!.id) }),
    ...(!cascade && order[0] !== ranking.best[0] && { explores: true }),
    failover: hasFailover(sifted, order, input),
    rejections: strongestRejected(sifted, input),
    rejected: countsByRule(sifted),
    versions: {
      catalog: catalog.version,
      ...(policy.version !== undefined && { policy: policy.version }),
      ...(quality && { quality: quality.version }),
    },
  };
}

function hasFailover(
  { kept }: Sifted,
  [first]: readonly number[],
  { catalog, request }: ChooseInput,
): boolean {
  if (first === undefined) return false;
  const { endpoints, positionOf } = catalog;
  const { provider } = endpoints[kept[first]!]!;
  const isAnother = (i: number | undefined) => i !== undefined && endpoints[i]!.provider !== provider;
  return request.avoid.some((id) => isAnother(positionOf.get(id))) || kept.some(isAnother);
}

/** Places of the best, another than the best first where this run is to learn of it. */
function explored(sifted: Sifted, ranking: Ranking, input: ChooseInput): readonly number[] {
  const { best } = ranking;
  if (!input.exploration) return best;
  const candidates = best.map((k) => candidateAt(k, sifted, ranking, input));
  const sds = best.map((k) => chanceSdAt(sifted.kept[k]!, input));
  const at = placeToExplore(candidates, sds, input.request, input.exploration);
  return at === 0 ? best : [best[at]!, ...best.toSpliced(at, 1)];
}

/** Places to try in turn. */
function cascadeOf(sifted: Sifted, ranking: Ranking, input: ChooseInput): number[] {
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
  const { successUsd } = request.taskClass;
  return Array.from(
    bestOf.filter((k) => k >= 0),
    (k) => ({
      place: k,
      success: forecast.chance[k]!,
      // All that the utility takes off a success: money less what the cache saves, and waiting.
      costUsd: successUsd * forecast.chance[k]! - utility[k]! / 1e6,
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
