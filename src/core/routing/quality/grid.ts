import type { QualityCell } from '../../vocabulary/quality.ts';

/** Cells laid out task class by task class, then model by model; the order is that of the names. */
export interface Grid {
  readonly taskClasses: readonly string[];
  readonly models: readonly string[];
  readonly slots: readonly Slot[];
}

/** A place of the grid. `classAt` and `modelAt` index the grid's names. */
export interface Slot {
  readonly classAt: number;
  readonly modelAt: number;
  /** Absent where the model was never seen on the class. */
  readonly cell?: QualityCell;
}

export function layOut(cells: readonly QualityCell[]): Grid {
  const taskClasses = [...new Set(cells.map(({ taskClass }) => taskClass))].sort();
  const models = [...new Set(cells.map(({ model }) => model))].sort();
  const byName = Map.groupBy(cells, ({ taskClass, model }) => keyOf(taskClass, model));
  const slots = taskClasses.flatMap((taskClass, classAt) =>
    models.map((model, modelAt): Slot => {
      const own = byName.get(keyOf(taskClass, model));
      return { classAt, modelAt, ...(own && { cell: own.reduce(addCells) }) };
    }),
  );
  return { taskClasses, models, slots };
}

const keyOf = (taskClass: string, model: string) => JSON.stringify([taskClass, model]);

/** One cell of two: what several endpoints of a model did is what the model did. */
function addCells(a: QualityCell, b: QualityCell): QualityCell {
  return {
    taskClass: a.taskClass,
    model: a.model,
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    costUsd: a.costUsd + b.costUsd,
    costUsdSquares: a.costUsdSquares + b.costUsdSquares,
  };
}

export const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
