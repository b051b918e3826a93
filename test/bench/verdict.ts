import type { CheckReliability } from '../../src/core/vocabulary/decision.ts';
import { bestSingle, type Decided, type JudgedRequest, sum, utility } from './judge-routing.ts';

/** How decisions did, a request on average; money in USD. */
export interface Verdict {
  readonly requests: number;
  readonly valueUsd: number;
  readonly utility: number;
  readonly success: number;
  readonly costUsd: number;
  /** Utility where task classes are inferred, as a share of `utility`; only where texts are given. */
  readonly inferredShare?: number;
  /** Against the best single model of the requests learnt from. */
  readonly overLearntSingle: Gain;
  /** Against the best single model of the requests judged, which nobody could have known. */
  readonly overHindsightSingle: Gain;
}

export interface Gain {
  readonly single: { readonly utility: number; readonly success: number; readonly costUsd: number };
  readonly gain: number;
  /** `gain` as a share of what the best model of each class, in hindsight, gains. */
  readonly shareOfClassOracle: number;
  /** The same of the best model of each request. */
  readonly shareOfPromptOracle: number;
}

/** @param check what accepts and rejects the answers of a cascade */
export function judge(decided: readonly Decided[], check: CheckReliability): Verdict {
  const requests = decided.map(({ request }) => request);
  const valueUsd = sum(decided, (one) => one.valueUsd) / decided.length;
  const ours = mean(decided.map(({ request, models }) => tried(request, models, check)));
  const inferred =
    decided[0]!.inferred && mean(decided.map((one) => tried(one.request, one.inferred!, check)));
  const hindsight = bestSingle(requests, valueUsd);
  const byClass = [...Map.groupBy(requests, ({ taskClass }) => taskClass).values()];
  const oracles = {
    class: sum(byClass, (of) => utilityOf(of, bestSingle(of, valueUsd), valueUsd)) / requests.length,
    prompt:
      sum(requests, (one) => Math.max(...[...one.outcomes.keys()].map((m) => utility(one, m, valueUsd)))) /
      requests.length,
  };
  const total = valueUsd * ours.success - ours.costUsd;
  const over = (singles: readonly string[]): Gain => {
    const single = mean(requests.map((request, i) => tried(request, [singles[i]!], check)));
    const base = valueUsd * single.success - single.costUsd;
    const gain = total - base;
    return {
      single: { utility: base, ...single },
      gain,
      shareOfClassOracle: gain / (oracles.class - base),
      shareOfPromptOracle: gain / (oracles.prompt - base),
    };
  };
  return {
    ...{ requests: requests.length, valueUsd, utility: total },
    ...ours,
    ...(inferred && { inferredShare: (valueUsd * inferred.success - inferred.costUsd) / total }),
    overLearntSingle: over(decided.map(({ learntSingle }) => learntSingle)),
    overHindsightSingle: over(decided.map(() => hindsight)),
  };
}

/** What is expected of trying these models in turn until the check accepts; the last answer is taken as it is. */
function tried({ outcomes }: JudgedRequest, models: readonly string[], check: CheckReliability) {
  let success = 0;
  let costUsd = 0;
  let reached = 1;
  for (const [j, model] of models.entries()) {
    const outcome = outcomes.get(model)!;
    const right = outcome.score >= 1;
    const accepts = j === models.length - 1 ? 1 : right ? 1 - check.rejectsRight : check.acceptsWrong;
    costUsd += reached * outcome.costUsd;
    success += reached * accepts * outcome.score;
    reached *= 1 - accepts;
  }
  return { success, costUsd };
}

const utilityOf = (requests: readonly JudgedRequest[], model: string, valueUsd: number) =>
  sum(requests, (request) => utility(request, model, valueUsd));

function mean(items: readonly { success: number; costUsd: number }[]) {
  const of = (field: 'success' | 'costUsd') => sum(items, (item) => item[field]) / items.length;
  return { success: of('success'), costUsd: of('costUsd') };
}
