import type { MeasuredSpeed } from '../health/window.ts';
import type { Endpoint } from '../vocabulary/model.ts';
import type { Deadlines, TaskClass } from '../vocabulary/task-class.ts';

/** Nobody may wait longer for a connection: by then others who need one at the same host wait for the same dead attempt. */
export const LONGEST_CONNECT_MS = 10_000;

/** An attempt, with its pause before and its checks after, must end before Temporal takes its worker for lost: 30 minutes. */
export const LONGEST_TOTAL_MS = 1_500_000;

/**
 * Times the p95 of an endpoint's first tokens, and no less than so many milliseconds. In the LLMPerf leaderboard's runs of
 * December 2023, 19 pairs of host and model, 2 of 1,926 calls took longer than both, the p95 being that of the pair's
 * first 20 calls: 71 and 100 seconds.
 */
const TIMES_P95 = 3;
const SHORTEST_FIRST_TOKEN_MS = 5_000;

/**
 * What one call is held to: what its endpoint says; where that says nothing, what the config says of the class. Where
 * nobody has said how long a first token may take, it is learnt, and never longer than the class's default. The whole and
 * the pauses in it are not learnt: they follow from what is asked for more than from who is asked.
 */
export function callDeadlines(
  { deadlines, setDeadlines = [] }: Pick<TaskClass, 'deadlines' | 'setDeadlines'>,
  endpoint: Pick<Endpoint, 'deadlines'>,
  speed?: MeasuredSpeed,
): Deadlines {
  if (!speed || setDeadlines.includes('firstTokenMs')) return { ...deadlines, ...endpoint.deadlines };
  const learntMs = Math.max(SHORTEST_FIRST_TOKEN_MS, TIMES_P95 * speed.firstTokenMs.p95);
  const firstTokenMs = Math.min(learntMs, deadlines.firstTokenMs);
  return { ...deadlines, firstTokenMs, ...endpoint.deadlines };
}
