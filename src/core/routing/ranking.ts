/**
 * Ranks what the constraints left by expected utility, in USD:
 *
 *   utility = value of a success × chance of one − expected cost − price of the seconds waited
 */
import { costMicros } from '../cost/price.ts';
import type { Candidate } from '../vocabulary/decision.ts';
import type { Endpoint } from '../vocabulary/model.ts';
import type { TaskClass } from '../vocabulary/task-class.ts';
import { priorSuccess } from './quality.ts';
import type { ChooseRequest } from './request.ts';

export function rank(endpoints: readonly Endpoint[], request: ChooseRequest): Candidate[] {
  return endpoints
    .map((endpoint) => scoreOf(endpoint, request))
    .sort(
      (a, b) =>
        b.utility - a.utility || tieBreak(a.endpoint, request.seed) - tieBreak(b.endpoint, request.seed),
    );
}

function scoreOf(endpoint: Endpoint, { taskClass, inputTokens, prefer }: ChooseRequest): Candidate {
  // An endpoint that has just answered this conversation has it in its prompt cache: stickiness comes out of the price.
  const cacheReadTokens =
    endpoint.id === prefer && endpoint.model.abilities.includes('caching') ? inputTokens : 0;
  const usage = {
    inputTokens,
    cacheReadTokens,
    outputTokens: taskClass.expectedOutputTokens,
    reasoningTokens: 0,
  };
  const success = taskClass.successUsd * priorSuccess(endpoint, taskClass.name);
  const cost = costMicros(endpoint.price, usage) / 1e6;
  const latency = (taskClass.secondUsd * expectedLatencyMs(endpoint, taskClass)) / 1000;
  return {
    endpoint: endpoint.id,
    utility: round(success - cost - latency),
    success: round(success),
    cost: round(cost),
    latency: round(latency),
    basis: 'prior',
  };
}

/** Time to a whole answer of the class's usual length, in milliseconds. */
export function expectedLatencyMs({ speed }: Endpoint, taskClass: TaskClass): number {
  return speed.firstTokenMs + (taskClass.expectedOutputTokens / speed.tokensPerSecond) * 1000;
}

/** To the micro-dollar: finer differences are noise, and so equal scores tie and spread by the seed. */
const round = (usd: number) => Math.round(usd * 1e6) / 1e6;

/** FNV-1a over the endpoint and the run's seed: spreads equal candidates over runs, the same on every replay. */
function tieBreak(endpoint: string, seed: string): number {
  let hash = 0x811c9dc5;
  for (const char of `${seed}\n${endpoint}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
