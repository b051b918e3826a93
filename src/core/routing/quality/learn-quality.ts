import type { LearntQuality, Outcome, QualityCell } from '../../vocabulary/quality.ts';
import { estimateQuality } from './estimate-quality.ts';
import { failureCorrelation, type JointOutcome } from './failure-correlation.ts';

/** Adds outcomes up. Only one number is estimated here, so that what was learnt outlives a change of the formulas. */
export function learnQuality(outcomes: readonly Outcome[]): LearntQuality {
  const byCell = Map.groupBy(outcomes, ({ taskClass, model, endpoint }) =>
    JSON.stringify([taskClass, model, ...(endpoint === undefined ? [] : [endpoint])]),
  );
  const cells = [...byCell]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, of]): QualityCell => {
      const { taskClass, model, endpoint } = of[0]!;
      return {
        taskClass,
        model,
        ...(endpoint !== undefined && { endpoint }),
        requests: of.length,
        successes: sum(of.map(({ score }) => score)),
        costUsd: sum(of.map(({ costUsd }) => costUsd)),
        costUsdSquares: sum(of.map(({ costUsd }) => costUsd ** 2)),
      };
    });
  const requests = new Set(outcomes.map(({ requestId }) => requestId)).size;
  const joint = jointly(outcomes, cells);
  const rho = failureCorrelation(joint);
  const pairs = sum(joint.map(({ success: { length } }) => (length * (length - 1)) / 2));
  return {
    ...{ format: 'signalbox-quality', version: 1, requests, cells },
    ...(rho !== undefined && { failureCorrelation: { rho, pairs } }),
  };
}

/** Request by request, which models failed and how likely each was not to. */
function jointly(outcomes: readonly Outcome[], cells: readonly QualityCell[]): JointOutcome[] {
  const { estimates } = estimateQuality(cells);
  return [...Map.groupBy(outcomes, ({ requestId }) => requestId).values()].map((of) => ({
    failed: of.filter(({ score }) => score < 1).length,
    success: of.map(({ taskClass, model }) => estimates.get(taskClass)!.get(model)!.success),
  }));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
