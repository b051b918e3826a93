/** The ordered candidates, the rejections and why; small enough to live in history. */
export interface Decision {
  readonly taskClass: string;
  /** Best first. At most `DECISION_CANDIDATES`; the rest are counted in `moreCandidates`. */
  readonly candidates: readonly Candidate[];
  readonly moreCandidates: number;
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

/** An endpoint ruled out, with the rule that did it, e.g. `ability:tools` or `health:open`. */
export interface Rejection {
  readonly endpoint: string;
  readonly rule: string;
}
