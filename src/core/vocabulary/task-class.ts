import type { Caps } from '../cost/cap.ts';
import type { Policy } from './policy.ts';

/** The kind of work a step asks for, and what good work of that kind is worth. */
export interface TaskClass {
  readonly name: string;
  /** What a success is worth, in USD: the weight of quality against money. */
  readonly successUsd: number;
  /** What a second of waiting costs, in USD: the weight of speed. */
  readonly secondUsd: number;
  /** Cap on the tokens a reply may have. */
  readonly maxOutputTokens: number;
  /** Tokens a typical reply has; prices a candidate before it is asked. */
  readonly expectedOutputTokens: number;
  /** Models less likely than this to succeed are not asked, 0-1: a wrong answer is then worse than none. */
  readonly qualityFloor: number;
  readonly deadlines: Deadlines;
  /** Those of them that the config sets: nothing that is learnt takes their place. */
  readonly setDeadlines?: readonly (keyof Deadlines)[];
  /** The class's own layer of policy. */
  readonly policy: Policy;
  /** What all work of the class may cost; no limit where absent. */
  readonly caps?: Caps;
}

/** All in milliseconds. Passing any of them fails the attempt. */
export interface Deadlines {
  /** From the request to a connection that takes it; looking up the host's name and TLS are part of it. */
  readonly connectMs: number;
  /** From the request to the first token of the answer. */
  readonly firstTokenMs: number;
  /** Between two pieces of the answer. */
  readonly idleMs: number;
  readonly totalMs: number;
}
