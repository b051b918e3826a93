/**
 * Hard constraints: each rules an endpoint out under a name, in the order in which a person would want to hear of them.
 * Adding a rule is adding a row.
 */

import { worstCaseMicros } from '../cost/price.ts';
import { admits, CLOSED } from '../health/breaker.ts';
import type { Endpoint } from '../vocabulary/model.ts';
import type { AllowDeny } from '../vocabulary/policy.ts';
import { expectedLatencyMs } from './ranking.ts';
import type { ChooseInput } from './request.ts';

/** The name of the rule that rules the endpoint out; `undefined` where none does. */
export function rejectionRule(endpoint: Endpoint, input: ChooseInput): string | undefined {
  for (const rule of RULES) {
    const rejected = rule(endpoint, input);
    if (rejected) return rejected;
  }
  return undefined;
}

type Rule = (endpoint: Endpoint, input: ChooseInput) => string | undefined | false;

const RULES: readonly Rule[] = [
  ({ provider }, { policy }) => refuses(policy.providers, provider) && 'policy:providers',
  ({ model }, { policy }) => refuses(policy.models, model.id) && 'policy:models',
  ({ dataPolicy }, { policy }) =>
    policy.zeroRetention && dataPolicy.zeroRetention !== true && 'data_policy:zdr',
  ({ dataPolicy }, { policy }) =>
    policy.noTraining && dataPolicy.trainsOnData !== false && 'data_policy:training',
  ({ dataPolicy }, { policy }) =>
    policy.regions && !policy.regions.includes(dataPolicy.region) && 'data_policy:region',
  ({ price }, { policy }) => price.input > (policy.maxPrice?.input ?? Infinity) && 'max_price:input',
  ({ price }, { policy }) => price.output > (policy.maxPrice?.output ?? Infinity) && 'max_price:output',
  (endpoint, { policy, request }) =>
    expectedLatencyMs(endpoint, request.taskClass) > (policy.maxLatencyMs ?? Infinity) && 'max_latency',
  ({ model }, { request }) => {
    const missing = request.abilities.find((ability) => !model.abilities.includes(ability));
    return missing && `ability:${missing}`;
  },
  ({ model }, { request }) =>
    request.inputTokens + request.taskClass.expectedOutputTokens > model.contextTokens && 'context_length',
  (endpoint, { request }) => worstCaseOf(endpoint, request) > request.allotmentMicros && 'allotment',
  ({ id }, { request }) => request.avoid.includes(id) && 'tried',
  ({ provider }, { health }) => health.quarantined.has(provider) && 'health:quarantined',
  ({ id }, { health, nowMs }) => !admits(health.breakers.get(id) ?? CLOSED, nowMs) && 'health:open',
];

/** The most an endpoint can charge for the request, in micro-dollars. */
export function worstCaseOf(endpoint: Endpoint, request: ChooseInput['request']): number {
  const maxOutput = Math.min(request.taskClass.maxOutputTokens, endpoint.model.maxOutputTokens);
  return worstCaseMicros(endpoint.price, request.inputTokens, maxOutput);
}

function refuses(list: AllowDeny | undefined, name: string): boolean {
  if (!list) return false;
  return (list.deny?.includes(name) ?? false) || (list.allow !== undefined && !list.allow.includes(name));
}
