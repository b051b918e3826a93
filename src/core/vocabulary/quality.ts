import type { Price } from './model.ts';

/** What one model did on one request. */
export interface Outcome {
  readonly requestId: string;
  readonly taskClass: string;
  readonly model: string;
  /** The endpoint's id, where it is known which one it was. */
  readonly endpoint?: string;
  /** 0-1. */
  readonly score: number;
  /** Of the whole request. */
  readonly costUsd: number;
}

/** Everything observed of one model on one task class, as counts and sums: two cells add up. */
export interface QualityCell {
  readonly taskClass: string;
  readonly model: string;
  /** Only what this endpoint did; absent where nobody said which one it was. */
  readonly endpoint?: string;
  readonly requests: number;
  /** Sum of the scores. */
  readonly successes: number;
  readonly costUsd: number;
  /** Sum of the squared costs. */
  readonly costUsdSquares: number;
}

/** What the learnt file holds. */
export interface LearntQuality {
  readonly format: 'signalbox-quality';
  readonly version: 1;
  readonly requests: number;
  readonly cells: readonly QualityCell[];
  /** How far models fail the same requests, and the pairs it was measured on; absent where no two had one request. */
  readonly failureCorrelation?: { readonly rho: number; readonly pairs: number };
  /** Absent where no texts were given. */
  readonly classes?: ClassTable;
}

/** What tells the task class of a text: a linear model over hashed features. */
export interface ClassTable {
  readonly taskClasses: readonly string[];
  /** How many features there are: a power of two, at most 65,536. */
  readonly buckets: number;
  /** Class by class. */
  readonly bias: readonly number[];
  /** Whole numbers from -127 to 127 in steps of `scale`, bucket by bucket, class by class. */
  readonly weights: readonly number[];
  readonly scale: number;
  /** The chance of each class for a request without a text. */
  readonly withoutText: readonly number[];
  /** Where the likeliest class has less than this chance, none is named. */
  readonly unsureBelow: number;
}

/** What is expected of one model on one task class. */
export interface Estimate {
  /** Chance of a success, 0-1. */
  readonly success: number;
  /** Standard deviation of `success`: how far off it may be. */
  readonly successSd: number;
  /** Of a whole request. */
  readonly costUsd: number;
  /** `model`: the model was seen in other classes only. */
  readonly basis: 'observed' | 'model';
}

/** Estimates by task class and model. What is in none of them has the router's prior. */
export interface Quality {
  /** Digest of what it was learnt from. */
  readonly version: string;
  readonly estimates: ReadonlyMap<string, ReadonlyMap<string, Estimate>>;
  /** By task class and endpoint id, for endpoints that were seen themselves. */
  readonly endpointEstimates?: ReadonlyMap<string, ReadonlyMap<string, Estimate>>;
  /**
   * By model, the price that its costs were paid at: an endpoint that charges otherwise costs in proportion. Where
   * absent, every endpoint of the model costs what was observed.
   */
  readonly listPrices: ReadonlyMap<string, Price>;
  /** How far models fail the same requests, 0-1; absent where nothing says. */
  readonly failureCorrelation?: number;
}
