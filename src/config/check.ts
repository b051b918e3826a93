import type { CheckReliability } from '../core/vocabulary/decision.ts';
import type { Json } from '../core/vocabulary/json.ts';
import { withinDeadline } from './within-deadline.ts';

/** What `verify` of a step names: looks at a whole answer and accepts it or not. */
export interface Check {
  readonly reliability: CheckReliability;
  /** @returns true, or what is wrong in words that the model is shown @throws Error where the check itself breaks */
  run(answer: Json, signal: AbortSignal): Promise<boolean | string>;
}

export interface CheckDefinition extends Partial<CheckReliability> {
  /** Milliseconds a check may take. Default 30,000. */
  readonly timeoutMs?: number;
  /**
   * Looks at the answer: text, or the parsed value where the step has an output schema. Returns true to accept it, else
   * false or what is wrong with it, which the model is shown.
   */
  readonly accepts: (
    answer: Json,
    about: { readonly signal: AbortSignal },
  ) => boolean | string | Promise<boolean | string>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A check. What it is known to get wrong decides whether a cheaper model goes first: by default it is taken to be right
 * (`acceptsWrong` and `rejectsRight` 0, chances) and free (`costUsd` 0).
 */
export function check({
  accepts,
  acceptsWrong = 0,
  rejectsRight = 0,
  costUsd = 0,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: CheckDefinition): Check {
  return {
    reliability: { acceptsWrong, rejectsRight, costUsd },
    run(answer, signal) {
      const late = `It took longer than ${timeoutMs} ms.`;
      return withinDeadline((deadline) => accepts(answer, { signal: deadline }), { signal, timeoutMs, late });
    },
  };
}
