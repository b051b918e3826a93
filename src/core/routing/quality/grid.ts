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
  const byName = new Map(cells.map((cell) => [keyOf(cell.taskClass, cell.model), cell]));
  const slots = taskClasses.flatMap((taskClass, classAt) =>
    models.map((model, modelAt): Slot => {
      const cell = byName.get(keyOf(taskClass, model));
      return { classAt, modelAt, ...(cell && { cell }) };
    }),
  );
  return { taskClasses, models, slots };
}

const keyOf = (taskClass: string, model: string) => JSON.stringify([taskClass, model]);

export const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
