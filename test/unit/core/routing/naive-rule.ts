/** The rules once more, endpoint by endpoint and as plainly as they read, to compare the columns with. */
import { RULES } from '../../../../src/core/routing/constraints.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import { ABILITIES, type Endpoint } from '../../../../src/core/vocabulary/model.ts';
import type { AllowDeny } from '../../../../src/core/vocabulary/policy.ts';

/** The name of the first rule that the endpoint breaks, in the order in which they stand, or `kept`. */
export function naiveRule(endpoint: Endpoint, input: ChooseInput): string {
  const { request, policy, health, nowMs } = input;
  const { id, provider, model, withheld, dataPolicy, speed } = endpoint;
  const { inputTokens, taskClass } = request;
  const tier = endpoint.price.tiers?.filter(({ above }) => inputTokens > above).at(-1);
  const rates = { ...endpoint.price, ...tier };
  const needed = new Set([...request.abilities, ...(policy.abilities ?? [])]);
  const measured = health.speeds.get(id);
  const firstTokenMs = measured ? measured.firstTokenMs.p50 : speed.firstTokenMs;
  const msPerToken = measured ? measured.msPerToken : 1000 / speed.tokensPerSecond;
  const latencyMs = firstTokenMs + taskClass.expectedOutputTokens * msPerToken;
  const worstCase = Math.ceil(
    inputTokens * Math.max(rates.input, rates.cacheWrite) +
      Math.min(taskClass.maxOutputTokens, model.maxOutputTokens) * Math.max(rates.output, rates.reasoning),
  );
  const breaker = health.breakers.get(id);
  const rests =
    (breaker?.state === 'open' && nowMs < breaker.untilMs) ||
    (breaker?.state === 'half-open' && nowMs < breaker.probeSinceMs + 60_000);
  const broken: [string, boolean | undefined][] = [
    [`catalog:${withheld}`, withheld !== undefined],
    ['policy:providers', isOff(provider, policy.providers)],
    ['policy:models', isOff(model.id, policy.models)],
    ['policy:families', isOff(model.family, policy.families)],
    [
      'policy:quantization',
      policy.quantizations && !policy.quantizations.includes(endpoint.quantization ?? 'unknown'),
    ],
    ['data_policy:zdr', policy.zeroRetention && dataPolicy.zdr !== true],
    ['data_policy:training', policy.noTraining && dataPolicy.trainsOnData !== false],
    ['data_policy:region', policy.regions && !isWithinAll(dataPolicy.regions, policy.regions)],
    ...ABILITIES.map((ability): [string, boolean] => [
      `ability:${ability}`,
      needed.has(ability) && !model.abilities.includes(ability),
    ]),
    ['health:quarantined', health.quarantined.has(provider)],
    ['catalog:retired', endpoint.retires !== undefined && Date.parse(endpoint.retires) <= nowMs],
    ['context_length', model.contextTokens < inputTokens + taskClass.expectedOutputTokens],
    ['max_price:input', rates.input > (policy.maxPrice?.input ?? Number.POSITIVE_INFINITY)],
    ['max_price:output', rates.output > (policy.maxPrice?.output ?? Number.POSITIVE_INFINITY)],
    ['min_throughput', speed.tokensPerSecond < (policy.minTokensPerSecond ?? 0)],
    ['max_latency', latencyMs > (policy.maxLatencyMs ?? Number.POSITIVE_INFINITY) / 1.2],
    ['min_quality', chanceOf(endpoint, input) < Math.max(policy.minQuality ?? 0, taskClass.qualityFloor)],
    ['allotment', worstCase > request.allotmentMicros],
    ['tried', request.avoid.includes(id)],
    ['health:open', rests],
  ];
  const names = new Set(broken.flatMap(([name, is]) => (is ? [name] : [])));
  return RULES.find(({ name }) => names.has(name))?.name ?? 'kept';
}

const isOff = (name: string, { allow, deny }: AllowDeny = {}) =>
  deny?.includes(name) || (allow && !allow.includes(name));

const isWithinAll = (regions: readonly string[] | 'unknown', allowed: readonly string[]) =>
  regions !== 'unknown' &&
  regions.every((region) => allowed.some((name) => region === name || region.startsWith(`${name}-`)));

function chanceOf({ id, model, price }: Endpoint, { catalog, request, quality }: ChooseInput): number {
  const learnt = quality?.ofClass.get(request.taskClass.name);
  const own = learnt?.endpoints.get(catalog.positionOf.get(id)!);
  const ofModel = learnt?.estimates[catalog.traits.model.values.indexOf(model.id)];
  if (own ?? ofModel) return (own ?? ofModel)!.success;
  const level = Math.log(price.output / 0.05) / Math.log(25 / 0.05);
  const reasons =
    model.abilities.includes('reasoning') &&
    ['reasoning', 'coding', 'judging', 'tool-use'].includes(request.taskClass.name);
  return 0.55 + 0.35 * Math.min(1, Math.max(0, level)) + (reasons ? 0.08 : 0);
}
