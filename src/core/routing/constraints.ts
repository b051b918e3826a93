/**
 * Hard constraints: each rules endpoints out under a name. They stand in the order in which a person would want to hear
 * of them, and the first that an endpoint breaks is the one it is told: what models and hosts are, then numbers, then
 * what befell this request. Adding a rule is adding a row.
 */
import { admits, type Breaker } from '../health/breaker.ts';
import { durationText } from '../vocabulary/duration-text.ts';
import { ABILITIES, MODALITIES, WITHHELD } from '../vocabulary/model.ts';
import type { AllowDeny, Policy } from '../vocabulary/policy.ts';
import type { Columns, TraitValues } from './catalog-index.ts';
import type { Forecast } from './forecast.ts';
import type { ChooseInput } from './request.ts';

export type Rule = TraitRule | ListRule | LimitRule | NameRule;

interface RuleBase {
  readonly name: string;
  /** The field of a policy that it upholds, where it upholds one. */
  readonly field?: keyof Policy;
  /** What a person would change to admit what it rules out; `value` is what the endpoint has. */
  readonly remedy: (value: string, input: ChooseInput) => string;
}

/** Judges what endpoints have in common, once for each value. */
export interface TraitRule<Name extends keyof TraitValues = keyof TraitValues> extends RuleBase {
  readonly trait: Name;
  /** `undefined` where this input has nothing to judge by. */
  readonly refusal: (input: ChooseInput) => ((value: TraitValues[Name]) => boolean) | undefined;
}

/** Allows or denies by name what endpoints have in common; `undefined` where this input has no list. */
export interface ListRule extends RuleBase {
  readonly trait: 'provider' | 'model' | 'family' | 'quantization';
  readonly list: (input: ChooseInput) => AllowDeny | undefined;
}

/** Compares a number of each endpoint, one of the catalog or one that is forecast; no limit where `undefined`. */
export interface LimitRule extends RuleBase {
  readonly column: keyof Columns | keyof Forecast;
  readonly least?: (input: ChooseInput) => number | undefined;
  readonly most?: (input: ChooseInput) => number | undefined;
}

/** Knows the endpoints it rules out by their ids. */
export interface NameRule extends RuleBase {
  readonly named: (input: ChooseInput) => Iterable<string>;
}

const by = <Name extends keyof TraitValues>(rule: TraitRule<Name>): TraitRule => rule as never;

/** Policy's lists of names, and what each names. */
const NAMED_LISTS = [
  ['providers', 'provider'],
  ['models', 'model'],
  ['families', 'family'],
] as const;

export const RULES: readonly Rule[] = [
  ...WITHHELD.map((kind) =>
    by({
      name: `catalog:${kind}`,
      trait: 'withheld',
      refusal: () => (withheld) => withheld === kind,
      remedy: () =>
        kind === 'moving-alias'
          ? "name its model in models.allow of the deployment's policy"
          : 'add the endpoint to `models` in the config, with what you know of it',
    }),
  ),
  by({
    name: 'catalog:retired',
    trait: 'retires',
    refusal:
      ({ nowMs }) =>
      (day) =>
        day !== '' && Date.parse(day) <= nowMs,
    remedy: () => 'nothing: the host has stopped serving it',
  }),
  ...NAMED_LISTS.map(
    ([field, trait]): ListRule => ({
      name: `policy:${field}`,
      ...{ field, trait },
      list: ({ policy }) => policy[field],
      remedy: (name) => `allow ${trait} ${name}`,
    }),
  ),
  {
    name: 'policy:quantization',
    field: 'quantizations',
    trait: 'quantization',
    list: ({ policy: { quantizations: allow } }) => allow && { allow },
    remedy: (quantization) => `add ${quantization} to quantizations`,
  },
  by({
    name: 'data_policy:zdr',
    field: 'zeroRetention',
    trait: 'dataPolicy',
    refusal: ({ policy }) => (policy.zeroRetention ? ({ zdr }) => zdr !== true : undefined),
    remedy: () => 'state zdr under `overrides` in the config if your contract has it',
  }),
  by({
    name: 'data_policy:training',
    field: 'noTraining',
    trait: 'dataPolicy',
    refusal: ({ policy }) => (policy.noTraining ? ({ trainsOnData }) => trainsOnData !== false : undefined),
    remedy: () => 'state trainsOnData under `overrides` in the config if your contract has it',
  }),
  by({
    name: 'data_policy:region',
    field: 'regions',
    trait: 'dataPolicy',
    refusal: ({ policy: { regions: allowed } }) =>
      allowed &&
      (({ regions }) => regions === 'unknown' || !regions.every((region) => isWithin(region, allowed))),
    remedy: () => 'allow its regions, or state them under `overrides` in the config',
  }),
  ...ABILITIES.map((ability) =>
    by({
      name: `ability:${ability}`,
      field: 'abilities',
      trait: 'abilities',
      refusal: ({ policy, request }) =>
        request.abilities.includes(ability) || policy.abilities?.includes(ability)
          ? (abilities) => !abilities.includes(ability)
          : undefined,
      remedy: () => `ask for nothing that needs ${ability}`,
    }),
  ),
  ...MODALITIES.filter((modality) => modality !== 'text').map((modality) =>
    by({
      name: `input:${modality}`,
      trait: 'inputs',
      refusal: ({ request }) =>
        request.inputs?.includes(modality) ? (inputs) => !inputs.includes(modality) : undefined,
      remedy: () => `show it no ${modality}`,
    }),
  ),
  {
    name: 'health:quarantined',
    trait: 'provider',
    list: ({ health }) => ({ deny: [...health.quarantined.keys()] }),
    remedy: (provider, { health }) =>
      `put a key that ${provider} takes into ${health.quarantined.get(provider)}, or \`signalbox health --reset ${provider}\``,
  },
  {
    name: 'context_length',
    column: 'contextTokens',
    least: leastWindow,
    remedy: (tokens, input) => `make the request ${leastWindow(input) - Number(tokens)} tokens shorter`,
  },
  {
    name: 'max_price:input',
    field: 'maxPrice',
    column: 'inputPrice',
    most: ({ policy }) => policy.maxPrice?.input,
    remedy: (price, { policy }) => `raise maxPrice.input from ${policy.maxPrice!.input} to ${price}`,
  },
  {
    name: 'max_price:output',
    field: 'maxPrice',
    column: 'outputPrice',
    most: ({ policy }) => policy.maxPrice?.output,
    remedy: (price, { policy }) => `raise maxPrice.output from ${policy.maxPrice!.output} to ${price}`,
  },
  {
    name: 'min_throughput',
    field: 'minTokensPerSecond',
    column: 'tokensPerSecond',
    least: ({ policy }) => policy.minTokensPerSecond,
    remedy: (rate, { policy }) =>
      `lower minTokensPerSecond from ${policy.minTokensPerSecond} to ${Math.floor(Number(rate))}`,
  },
  {
    name: 'max_latency',
    field: 'maxLatencyMs',
    column: 'latencyMs',
    most: ({ policy: { maxLatencyMs } }) => maxLatencyMs && maxLatencyMs / P95_OVER_EXPECTED,
    remedy: (ms, { policy }) =>
      `raise maxLatencyMs from ${policy.maxLatencyMs} to ${Math.ceil(Number(ms) * P95_OVER_EXPECTED)}`,
  },
  {
    name: 'min_quality',
    field: 'minQuality',
    column: 'chance',
    least: ({ policy, request }) => Math.max(policy.minQuality ?? 0, request.taskClass.qualityFloor),
    remedy: (chance, { policy, request }) => {
      const floor = request.taskClass.qualityFloor;
      const field = (policy.minQuality ?? 0) >= floor ? 'minQuality' : "the class's qualityFloor";
      return `lower ${field} from ${Math.max(policy.minQuality ?? 0, floor)} to ${Math.floor(Number(chance) * 100) / 100}`;
    },
  },
  {
    name: 'allotment',
    column: 'worstCaseMicros',
    most: ({ request }) => request.allotmentMicros,
    remedy: (micros, { request }) =>
      `allow the call $${Number(micros) / 1e6} instead of $${request.allotmentMicros / 1e6}`,
  },
  {
    name: 'tried',
    named: ({ request }) => request.avoid,
    remedy: () => 'nothing: this request has been there',
  },
  {
    name: 'health:gone',
    named: function* ({ health, nowMs }) {
      for (const [id, breaker] of health.breakers) if (isGone(breaker, nowMs)) yield id;
    },
    remedy: () => 'bring the catalog up to date with `signalbox catalog sync`: its provider does not have it',
  },
  {
    name: 'health:open',
    named: function* ({ health, nowMs }) {
      for (const [id, breaker] of health.breakers)
        if (!admits(breaker, nowMs) && !isGone(breaker, nowMs)) yield id;
    },
    remedy: (endpoint, { health, nowMs }) => {
      const breaker = health.breakers.get(endpoint);
      return breaker?.state === 'open'
        ? `wait ${durationText(breaker.untilMs - nowMs)} until it has rested`
        : 'wait until its probe is back';
    },
  },
];

const isGone = (breaker: Breaker, nowMs: number) =>
  breaker.state === 'open' && breaker.gone === true && nowMs < breaker.untilMs;

/** Endpoints that nobody could pick, whatever the policy. */
export const isOfCatalog = (rule: string): boolean => rule.startsWith('catalog:');

/**
 * What 95% of calls keep, over what is expected: the median of 16 pairs of host and model in the LLMPerf leaderboard's
 * runs of December 2023 (they range from 1.04 to 2.25).
 */
const P95_OVER_EXPECTED = 1.2;

/** `eu-west-1` is within `eu`. */
export function isWithin(region: string, allowed: readonly string[]): boolean {
  return allowed.some((name) => region === name || region.startsWith(`${name}-`));
}

/** In tokens. */
function leastWindow({
  request: { inputTokens, taskClass, outgrownTokens = 0 },
}: Pick<ChooseInput, 'request'>): number {
  return Math.max(inputTokens + taskClass.expectedOutputTokens, outgrownTokens + 1);
}
