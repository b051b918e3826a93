/**
 * Escalation: the order of candidates, cheap to stronger, to try until the step's check accepts an answer.
 *
 *   utility = Σ_j E_z[reached_j · (value · accepted and right_j − cost_j − cost of the check)]
 *   reached_j+1 = reached_j · (right_j · rejects right + wrong_j · (1 − accepts wrong))
 *
 * with z the ease of the request (`request-ease.ts`). The last answer is taken as it is. A stage is added only where it
 * raises the utility: escalation stops where it no longer pays.
 */
import type { CheckReliability } from '../vocabulary/decision.ts';
import { EASE_CHANCES, successByEase } from './request-ease.ts';

export interface Stage {
  /** What the caller knows it by: unique, and the lower of two that are alike goes first. */
  readonly place: number;
  /** Chance of a right answer, 0-1. */
  readonly success: number;
  /** Of trying it, waiting included. */
  readonly costUsd: number;
}

export interface CascadeTerms {
  readonly valueUsd: number;
  readonly failureCorrelation: number;
  readonly check: CheckReliability;
  /** Chances of those whose answers the check has rejected already: the request is the harder for it. */
  readonly rejected: ArrayLike<number>;
}

/** A fourth stage gains next to nothing, and trusts the check too far. */
const MAX_STAGES = 3;
/** What a further stage must add. */
const PAYS_USD = 1e-6;

interface ReadyStage extends Stage {
  readonly right: readonly number[];
}
interface ReadyTerms extends CascadeTerms {
  /** Chance of each ease at the first stage. */
  readonly reached: readonly number[];
  /** Lent to `utilityOf`, which is called thousands of times. */
  readonly scratch: Float64Array;
}

/**
 * @param candidates at least one, each of another model
 * @returns the places to try in turn, one to three; none where an answer was rejected and no other is worth its price
 */
export function chooseCascade(candidates: readonly Stage[], given: CascadeTerms): number[] {
  const terms: ReadyTerms = {
    ...given,
    reached: easeAfter(given),
    scratch: new Float64Array(EASE_CHANCES.length),
  };
  const stages = undominated(candidates).map(
    (stage): ReadyStage => ({ ...stage, right: successByEase(stage.success, terms.failureCorrelation) }),
  );
  // All single stages and pairs; from the best pair on, one more stage where it pays most.
  const singles = stages.map((stage) => [stage]);
  const pairs = stages.flatMap((first) =>
    stages.filter((then) => then !== first).map((then) => [first, then]),
  );
  let best = bestOf([...singles, ...pairs], terms);
  while (best.order.length > 1 && best.order.length < MAX_STAGES) {
    const { order } = best;
    const longer = stages
      .filter((stage) => !order.includes(stage))
      .flatMap((stage) => [...order, stage].map((_, at) => order.toSpliced(at, 0, stage)));
    const next = bestOf([order, ...longer], terms);
    if (next.order === order) break;
    best = improve(next, stages, terms);
  }
  if (given.rejected.length > 0 && best.utilityUsd <= 0) return [];
  return best.order.map(({ place }) => place);
}

interface Cascade {
  readonly order: readonly ReadyStage[];
  readonly utilityUsd: number;
}

/** Lets better stages take the places of others, one at a time. */
function improve(from: Cascade, stages: readonly ReadyStage[], terms: ReadyTerms): Cascade {
  const others = stages.filter((stage) => !from.order.includes(stage));
  const swaps = others.flatMap((stage) => from.order.map((_, at) => from.order.with(at, stage)));
  const best = bestOf([from.order, ...swaps], terms);
  return best.order === from.order ? from : improve(best, stages, terms);
}

/** The first of the best; a longer order must add more than a shorter one. */
function bestOf(orders: readonly (readonly ReadyStage[])[], terms: ReadyTerms): Cascade {
  let best: Cascade | undefined;
  for (const order of orders) {
    const utilityUsd = utilityOf(order, terms);
    const needed = best && order.length > best.order.length ? PAYS_USD : 0;
    if (!best || utilityUsd > best.utilityUsd + needed) best = { order, utilityUsd };
  }
  return best!;
}

function utilityOf(
  order: readonly ReadyStage[],
  { valueUsd, check, reached: start, scratch: reached }: ReadyTerms,
): number {
  reached.set(start);
  let utilityUsd = 0;
  for (let j = 0; j < order.length; j++) {
    const { right, costUsd } = order[j]!;
    const last = j === order.length - 1;
    const spentUsd = costUsd + (last ? 0 : check.costUsd);
    const worthUsd = valueUsd * (last ? 1 : 1 - check.rejectsRight);
    for (let node = 0; node < reached.length; node++) {
      const chance = right[node]!;
      utilityUsd += reached[node]! * (worthUsd * chance - spentUsd);
      reached[node]! *= chanceOfRejection(chance, check);
    }
  }
  return utilityUsd;
}

const chanceOfRejection = (right: number, { acceptsWrong, rejectsRight }: CheckReliability) =>
  right * rejectsRight + (1 - right) * (1 - acceptsWrong);

/** How likely each ease is, given what the check has rejected. */
function easeAfter({ rejected, failureCorrelation, check }: CascadeTerms): number[] {
  const chances = Array.from(rejected).reduce<readonly number[]>((before, success) => {
    const right = successByEase(success, failureCorrelation);
    return before.map((chance, node) => chance * chanceOfRejection(right[node]!, check));
  }, EASE_CHANCES);
  const total = chances.reduce((a, b) => a + b, 0);
  return total > 0 ? chances.map((chance) => chance / total) : [...EASE_CHANCES];
}

/** Without those that as many others as there are stages beat on both success and cost: no best order has them. */
function undominated(candidates: readonly Stage[]): Stage[] {
  const strongest: number[] = [];
  return candidates
    .toSorted((a, b) => a.costUsd - b.costUsd || b.success - a.success || a.place - b.place)
    .filter(({ success }) => {
      if (strongest.length === MAX_STAGES && strongest[MAX_STAGES - 1]! >= success) return false;
      strongest.push(success);
      strongest.sort((a, b) => b - a);
      strongest.length = Math.min(strongest.length, MAX_STAGES);
      return true;
    });
}
