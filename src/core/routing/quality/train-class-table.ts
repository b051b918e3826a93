/**
 * Learns a class table from texts whose class is known: softmax regression by AdaGrad with a pull towards zero. How far to
 * believe it is measured on texts held out: the weights are divided by the temperature at which those are likeliest, so
 * that classes whose texts look alike come out as their shares, and so as unsure.
 */
import type { ClassTable } from '../../vocabulary/quality.ts';
import { evidenceOf, softmax } from '../softmax.ts';
import { featuresOf } from '../text-features.ts';
import { randomFrom, shuffle } from './shuffle.ts';

export interface LabelledText {
  readonly taskClass: string;
  readonly text: string;
}

const BUCKETS = 4_096;
const EPOCHS = 20;
const STEP = 0.5;
const DECAY = 1e-4;
const HELD_OUT_FOLDS = 4;
const TEMPERATURES = [0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 16, 64];
/** Measured: naming a class at less costs more than it gains. */
const UNSURE_BELOW = 0.8;

interface Example {
  readonly features: Uint16Array;
  readonly label: number;
}

interface Fit {
  readonly weights: Float64Array;
  readonly bias: readonly number[];
}

/** The same texts in the same order give the same table. */
export function trainClassTable(texts: readonly LabelledText[]): ClassTable {
  const taskClasses = [...new Set(texts.map(({ taskClass }) => taskClass))].sort();
  const { blank = [], told = [] } = Object.groupBy(texts, ({ text }) =>
    text.trim() === '' ? 'blank' : 'told',
  );
  const examples = told.map(({ taskClass, text }) => ({
    features: featuresOf(text, BUCKETS),
    label: taskClasses.indexOf(taskClass),
  }));
  const { weights, bias } = fitWeights(examples, taskClasses.length);
  const step = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 1e-9) / 127;
  return {
    taskClasses,
    buckets: BUCKETS,
    scale: step / temperatureOf(examples, taskClasses.length),
    bias,
    weights: [...weights].map((weight) => Math.round(weight / step)),
    withoutText: sharesOf(blank.length > 0 ? blank : texts, taskClasses),
    unsureBelow: UNSURE_BELOW,
  };
}

function sharesOf(texts: readonly LabelledText[], taskClasses: readonly string[]): number[] {
  return taskClasses.map((name) => texts.filter(({ taskClass }) => taskClass === name).length / texts.length);
}

function temperatureOf(examples: readonly Example[], width: number): number {
  const shuffled = shuffle(examples, randomFrom(1));
  const judged = Array.from({ length: HELD_OUT_FOLDS }, (_, fold) => {
    const { weights, bias } = fitWeights(
      shuffled.filter((_, i) => i % HELD_OUT_FOLDS !== fold),
      width,
    );
    return shuffled
      .filter((_, i) => i % HELD_OUT_FOLDS === fold)
      .map(({ features, label }) => ({ label, bias, evidence: evidenceOf(features, weights, width) }));
  }).flat();
  const surprise = (temperature: number) =>
    judged.reduce((sum, { label, bias, evidence }) => {
      const chances = softmax(evidence.map((e, k) => e / temperature + bias[k]!));
      return sum - Math.log(chances[label]! + 1e-12);
    }, 0);
  return TEMPERATURES.map((temperature) => ({ temperature, cost: surprise(temperature) })).reduce((a, b) =>
    b.cost < a.cost ? b : a,
  ).temperature;
}

function fitWeights(examples: readonly Example[], width: number): Fit {
  const weights = new Float64Array(BUCKETS * width);
  const squares = new Float64Array(BUCKETS * width).fill(1e-2);
  const counts = new Array<number>(width).fill(0.01);
  for (const { label } of examples) counts[label]! += 1;
  const bias = counts.map((count) => Math.log(count / (examples.length + 0.01 * width)));
  const random = randomFrom(1);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const { features, label } of shuffle(examples, random)) {
      const norm = 1 / Math.sqrt(features.length || 1);
      const chances = softmax(evidenceOf(features, weights, width).map((e, k) => e + bias[k]!));
      for (const feature of features) {
        for (let k = 0; k < width; k++) {
          const at = feature * width + k;
          const gradient = (chances[k]! - (k === label ? 1 : 0)) * norm + DECAY * weights[at]!;
          squares[at]! += gradient * gradient;
          weights[at]! -= (STEP * gradient) / Math.sqrt(squares[at]!);
        }
      }
    }
  }
  return { weights, bias };
}
