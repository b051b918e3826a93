import { bestSingle, type Decided, type JudgedRequest, sum, utility } from './judge-routing.ts';

/** How decisions did, a request on average; money in USD. */
export interface Verdict {
  readonly requests: number;
  readonly valueUsd: number;
  readonly utility: number;
  readonly success: number;
  readonly costUsd: number;
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

export function judge(decided: readonly Decided[]): Verdict {
  const requests = decided.map(({ request }) => request);
  const valueUsd = sum(decided, (one) => one.valueUsd) / decided.length;
  const ours = mean(decided.map(({ request, models }) => tried(request, models)));
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
    const single = mean(requests.map((request, i) => tried(request, [singles[i]!])));
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
    overLearntSingle: over(decided.map(({ learntSingle }) => learntSingle)),
    overHindsightSingle: over(decided.map(() => hindsight)),
  };
}

/** What trying these models in turn gives, until one answer is wholly right. */
function tried({ outcomes }: JudgedRequest, models: readonly string[]): { success: number; costUsd: number } {
  let success = 0;
  let costUsd = 0;
  for (const model of models) {
    const outcome = outcomes.get(model)!;
    costUsd += outcome.costUsd;
    success = Math.max(success, outcome.score);
    if (outcome.score >= 1) break;
  }
  return { success, costUsd };
}

const utilityOf = (requests: readonly JudgedRequest[], model: string, valueUsd: number) =>
  sum(requests, (request) => utility(request, model, valueUsd));

function mean(items: readonly { success: number; costUsd: number }[]) {
  const of = (field: 'success' | 'costUsd') => sum(items, (item) => item[field]) / items.length;
  return { success: of('success'), costUsd: of('costUsd') };
}
