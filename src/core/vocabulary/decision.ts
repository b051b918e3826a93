/** The ordered candidates, the rejections and why; small enough to live in history. */
export interface Decision {
  readonly taskClass: string;
  /** What a success of the class was taken to be worth, in USD: a candidate's chance is its `success` over this. */
  readonly successUsd: number;
  /**
   * In the order in which they would be asked: best first, after those of the `cascade`. At most `DECISION_CANDIDATES`;
   * the rest are counted in `moreCandidates`.
   */
  readonly candidates: readonly Candidate[];
  readonly moreCandidates: number;
  /**
   * Where the request has a check: the endpoints to try in turn until it accepts, cheap to stronger. Where escalating
   * does not pay, the one endpoint that does.
   */
  readonly cascade?: readonly string[];
  /** The first candidate was put there to learn about it, not because most is expected of it. */
  readonly explores?: true;
  /** The likeliest to succeed among those ruled out, one a model. At most `DECISION_REJECTIONS`. */
  readonly rejections: readonly Rejection[];
  /** Whether an endpoint of another provider than the first candidate's was, or had been, a candidate too. */
  readonly failover: boolean;
  /** How many endpoints each rule ruled out, those in `rejections` included; `catalog` stands for all that are not offered. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly versions: DecisionVersions;
}

/**
 * A Decision as history holds it: whole, or where its step has been answered before, as what differs from the Decision of
 * the last answer. `id` is the execution that made it, unique within a run.
 */
export type WrittenDecision =
  | { readonly id: string; readonly whole: Decision }
  | { readonly id: string; readonly changes: DecisionChanges };

/** Fields that differ; `null` for one that is gone. */
export type DecisionChanges = Changes<Omit<Decision, 'candidates'>> & {
  readonly candidates?: Changes<CandidateColumns>;
};

/** Candidates as a table: a field's values, one a candidate, `null` where one has none. */
export type CandidateColumns = {
  readonly [Field in keyof Candidate]?: readonly (Candidate[Field] | null)[];
};

export type Changes<T> = { readonly [Field in keyof T]?: T[Field] | null };

/** What a Decision was made from. */
export interface DecisionVersions {
  readonly catalog: string;
  /** Absent where no policy constrains. */
  readonly policy?: string;
  /** Absent where nothing was learnt. */
  readonly quality?: string;
}

/**
 * An endpoint kept, with its score broken down, in USD: `utility = success − cost + cacheDiscount − latency`, to the
 * micro-dollar; its parts to four digits.
 */
export interface Candidate {
  readonly endpoint: string;
  readonly utility: number;
  /**
   * Where the chance of a success comes from: outcomes of this class on this model (or on this very endpoint), outcomes of the model
   * on other classes, or the prior by price.
   */
  readonly basis: 'observed' | 'model' | 'prior';
  /** Value of a success × the estimated chance of one. */
  readonly success: number;
  readonly cost: number;
  /** What is saved because the conversation is in the endpoint's prompt cache; absent where nothing is. */
  readonly cacheDiscount?: number;
  readonly latency: number;
  /** The latency is that of recent calls; else it is the catalog's. */
  readonly measured?: true;
}

/** How far a step's check can be trusted, and what it costs. */
export interface CheckReliability {
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
