import type { TaskClass } from '../vocabulary/task-class.ts';
import { DEFAULT_TASK_CLASS } from './infer-task-class.ts';

const deadlines = { connectMs: 5_000, firstTokenMs: 20_000, idleMs: 15_000, totalMs: 180_000 };
const patient = { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 };

/**
 * The built-in task classes. The values are starting points for a person to correct: a success is worth what it saves
 * (reading a document, an hour of an engineer), a second costs what somebody waiting for it costs. The floors stay below
 * every prior: they rule a model out only once outcomes have shown that it fails.
 */
export const BUILT_IN_TASK_CLASSES: readonly TaskClass[] = [
  {
    // What a request has that names no class and whose class nothing tells; new classes of a config start from it.
    name: DEFAULT_TASK_CLASS,
    successUsd: 0.1,
    secondUsd: 0.0005,
    maxOutputTokens: 8_000,
    expectedOutputTokens: 800,
    qualityFloor: 0.4,
    deadlines,
    policy: {},
  },
  {
    name: 'extraction',
    successUsd: 0.05,
    secondUsd: 0.0005,
    maxOutputTokens: 8_000,
    expectedOutputTokens: 800,
    qualityFloor: 0.5,
    deadlines,
    policy: {},
  },
  {
    name: 'classification',
    successUsd: 0.005,
    secondUsd: 0.0005,
    maxOutputTokens: 1_000,
    expectedOutputTokens: 60,
    qualityFloor: 0.5,
    deadlines,
    policy: {},
  },
  {
    name: 'summarization',
    successUsd: 0.03,
    secondUsd: 0.0005,
    maxOutputTokens: 4_000,
    expectedOutputTokens: 400,
    qualityFloor: 0.5,
    deadlines,
    policy: {},
  },
  {
    name: 'reasoning',
    successUsd: 0.5,
    secondUsd: 0.0005,
    maxOutputTokens: 8_000,
    expectedOutputTokens: 1_200,
    qualityFloor: 0.25,
    deadlines: patient,
    policy: {},
  },
  {
    name: 'coding',
    successUsd: 0.5,
    secondUsd: 0.0005,
    maxOutputTokens: 16_000,
    expectedOutputTokens: 2_000,
    qualityFloor: 0.25,
    deadlines: patient,
    policy: {},
  },
  {
    name: 'writing',
    successUsd: 0.1,
    secondUsd: 0.0005,
    maxOutputTokens: 8_000,
    expectedOutputTokens: 1_000,
    qualityFloor: 0.4,
    deadlines,
    policy: {},
  },
  {
    name: 'tool-use',
    successUsd: 0.1,
    secondUsd: 0.001,
    maxOutputTokens: 4_000,
    expectedOutputTokens: 200,
    qualityFloor: 0.4,
    deadlines,
    policy: {},
  },
  {
    name: 'judging',
    successUsd: 0.05,
    secondUsd: 0.0005,
    maxOutputTokens: 2_000,
    expectedOutputTokens: 300,
    qualityFloor: 0.5,
    deadlines: patient,
    policy: {},
  },
];
