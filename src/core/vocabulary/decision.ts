/** The ordered candidates, the rejections and why; small enough to live in history. */
export interface Decision {
  readonly taskClass: string;
  /** Best first. At most `DECISION_CANDIDATES`; the rest are counted in `moreCandidates`. */
  readonly candidates: readonly Candidate[];
  readonly moreCandidates: number;
  /**
   * Where the request has a check: the endpoints to try in turn until it accepts, cheap to stronger. Where escalating
   * does not pay, the one endpoint that does.
   */
  readonly cascade?: readonly string[];
  /** At most `DECISION_REJECTIONS`; the rest are counted in `moreRejections`. */
  readonly rejections: readonly Rejection[];
  readonly moreRejections: number;
  readonly catalogVersion: string;
}

/** An endpoint kept, with its score broken down. All in USD: `utility = success − cost − latency`. */
export interface Candidate {
  readonly endpoint: string;
  readonly utility: number;
  /** Value of a success × the estimated chance of one. */
  readonly success: number;
  readonly cost: number;
  readonly latency: number;
  /**
   * Where the chance of success comes from: outcomes of this class on this model, outcomes of the model on other
   * classes, or the prior by price.
   */
  readonly basis: 'observed' | 'model' | 'prior';
}

/** How far a step's check can be trusted, and what it costs. */
export interface Check {
  /** Chance that it accepts a wrong answer, 0-1. */
  readonly acceptsWrong: number;
  /** Chance that it rejects a right one, 0-1. */
  readonly rejectsRight: number;
  /** Of checking one answer. */
  readonly costUsd: number;
}

/** An endpoint ruled out, with the rule that did it, e.g. `ability:tools` or `health:open`. */
export interface Rejection {
  readonly endpoint: string;
  readonly rule: string;
}
