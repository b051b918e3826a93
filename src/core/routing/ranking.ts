/**
 * Ranks what the constraints left by expected utility, in USD:
 *
 *   utility = value of a success × chance of one − expected cost − price of the seconds waited
 */
import { costMicros } from '../cost/price.ts';
import type { Usage } from '../vocabulary/attempt.ts';
import type { Candidate } from '../vocabulary/decision.ts';
import type { Endpoint, Price } from '../vocabulary/model.ts';
import type { Quality } from '../vocabulary/quality.ts';
import type { TaskClass } from '../vocabulary/task-class.ts';
import { priorSuccess } from './quality.ts';
import type { ChooseRequest } from './request.ts';

/** A candidate, with what its model is and is expected to do. */
export interface Ranked {
  readonly candidate: Candidate;
  readonly model: string;
  /** Of a success, 0-1. */
  readonly chance: number;
}

export function rank(
  endpoints: readonly Endpoint[],
  request: ChooseRequest,
  quality: Quality | undefined,
): Ranked[] {
  return endpoints
    .map((endpoint) => scoreOf(endpoint, request, quality))
    .sort(
      (a, b) =>
        b.candidate.utility - a.candidate.utility ||
        tieBreak(a.candidate.endpoint, request.seed) - tieBreak(b.candidate.endpoint, request.seed),
    );
}

function scoreOf(
  endpoint: Endpoint,
  { taskClass, inputTokens, prefer }: ChooseRequest,
  quality: Quality | undefined,
): Ranked {
  // An endpoint that has just answered this conversation has it in its prompt cache: stickiness comes out of the price.
  const cacheReadTokens =
    endpoint.id === prefer && endpoint.model.abilities.includes('caching') ? inputTokens : 0;
  const usage = {
    inputTokens,
    cacheReadTokens,
    outputTokens: taskClass.expectedOutputTokens,
    reasoningTokens: 0,
  };
  const learnt = quality?.estimates.get(taskClass.name)?.get(endpoint.model.id);
  const chance = learnt?.success ?? priorSuccess(endpoint, taskClass.name);
  const success = taskClass.successUsd * chance;
  const listPrice = quality?.listPrices.get(endpoint.model.id) ?? endpoint.price;
  const cost = learnt
    ? learnt.costUsd * relativeCost(endpoint, usage, listPrice)
    : costMicros(endpoint.price, usage) / 1e6;
  const latency = (taskClass.secondUsd * expectedLatencyMs(endpoint, taskClass)) / 1000;
  const candidate: Candidate = {
    endpoint: endpoint.id,
    utility: round(success - cost - latency),
    success: round(success),
    cost: round(cost),
    latency: round(latency),
    basis: learnt?.basis ?? 'prior',
  };
  return { candidate, model: endpoint.model.id, chance };
}

/** What an endpoint charges for some tokens as a share of their list price without a cache; 1 where that is free. */
function relativeCost({ price }: Endpoint, usage: Usage, listPrice: Price): number {
  const listed = costMicros(listPrice, { ...usage, cacheReadTokens: 0 });
  return listed > 0 ? costMicros(price, usage) / listed : 1;
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
