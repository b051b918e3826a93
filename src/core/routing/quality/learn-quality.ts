import type { LearntQuality, Outcome, QualityCell } from '../../vocabulary/quality.ts';

/** Adds outcomes up. Nothing is estimated here, so that what was learnt outlives a change of the formulas. */
export function learnQuality(outcomes: readonly Outcome[]): LearntQuality {
  const byCell = Map.groupBy(outcomes, ({ taskClass, model }) => JSON.stringify([taskClass, model]));
  const cells = [...byCell]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, of]): QualityCell => {
      const { taskClass, model } = of[0]!;
      return {
        taskClass,
        model,
        requests: of.length,
        successes: sum(of.map(({ score }) => score)),
        costUsd: sum(of.map(({ costUsd }) => costUsd)),
        costUsdSquares: sum(of.map(({ costUsd }) => costUsd ** 2)),
      };
    });
  const requests = new Set(outcomes.map(({ requestId }) => requestId)).size;
  return { format: 'signalbox-quality', version: 1, requests, cells };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
