import type { CheckReliability } from '../core/vocabulary/decision.ts';

/** What `verify` of a step names, as it does a check: a model that is shown an answer and says whether it is good. */
export interface Judge {
  readonly rubric: string;
  readonly task: string;
  readonly reliability: CheckReliability;
}

export interface JudgeDefinition extends Partial<CheckReliability> {
  /** What an answer must be, in words for the model that judges it. */
  readonly rubric: string;
  /** The task class that the judging is of. Default `judging`. */
  readonly task?: string;
}

/** In USD: an answer of usual length, read once by a model of the middle. */
const DEFAULT_COST_USD = 0.005;

/**
 * A judge. Each judgement is a call of its own: routed, failed over and paid out of the run's money like any other. It is
 * shown the request and the answer, the answer as material only. What it is known to get wrong decides whether a cheaper
 * model goes first: by default it is taken to be right (`acceptsWrong` and `rejectsRight` 0, chances) and to cost half a
 * cent (`costUsd`).
 */
export function judge({
  rubric,
  task = 'judging',
  acceptsWrong = 0,
  rejectsRight = 0,
  costUsd = DEFAULT_COST_USD,
}: JudgeDefinition): Judge {
  return { rubric, task, reliability: { acceptsWrong, rejectsRight, costUsd } };
}

export const isJudge = (verifier: object): verifier is Judge => 'rubric' in verifier;
