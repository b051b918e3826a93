/**
 * The task class of a request that names none, from its text: a softmax over hashed words and shapes
 * (`text-features.ts`), with weights learnt from texts whose class is known (`quality/train-class-table.ts`).
 */
import type { ClassTable } from '../vocabulary/quality.ts';
import { evidenceOf, softmax } from './softmax.ts';
import { featuresOf } from './text-features.ts';

/** The class of a request about whose class nothing is sure. */
export const DEFAULT_TASK_CLASS = 'default';

/** A class table made ready, once. */
export interface ClassInferrer {
  readonly table: ClassTable;
  readonly weights: Float32Array;
}

export interface InferredClass {
  /** `default` where no class is likely enough. */
  readonly taskClass: string;
  /** Of each class of the table; they sum to one. */
  readonly chances: ReadonlyMap<string, number>;
}

export function prepareClassTable(table: ClassTable): ClassInferrer {
  return { table, weights: Float32Array.from(table.weights, (step) => step * table.scale) };
}

export function inferTaskClass({ table, weights }: ClassInferrer, text: string): InferredClass {
  const { taskClasses, buckets, bias, withoutText, unsureBelow } = table;
  const chances =
    text.trim() === ''
      ? Float64Array.from(withoutText)
      : softmax(
          evidenceOf(featuresOf(text, buckets), weights, taskClasses.length).map((e, k) => e + bias[k]!),
        );
  const best = chances.reduce((at, chance, k) => (chance > chances[at]! ? k : at), 0);
  return {
    taskClass: chances[best]! >= unsureBelow ? taskClasses[best]! : DEFAULT_TASK_CLASS,
    chances: new Map(taskClasses.map((taskClass, k) => [taskClass, chances[k]!])),
  };
}
