import { type Columns, type Group, ratesFor, type TraitValues } from './catalog-index.ts';
import {
  type LimitRule,
  type ListRule,
  type NameRule,
  RULES,
  type Rule,
  type TraitRule,
} from './constraints.ts';
import { type Forecast, forecast } from './forecast.ts';
import type { ChooseInput } from './request.ts';

/** The catalog after the constraints. */
export interface Sifted {
  /** Where the endpoints stand that no rule ruled out. */
  readonly kept: Uint16Array;
  /** Of those, in the same order; what it says of their worst case was for the rules only. */
  readonly forecast: Forecast;
  /** By position, the place among the rules of the first that the endpoint breaks; `NONE` where it was kept. */
  readonly broken: Uint8Array;
  /** By place of the rule, how many endpoints it was the first to rule out. */
  readonly counts: Uint32Array;
}

/** Larger than the place of any rule, so that the first rule broken is the smallest. */
export const NONE = 255;

interface Sieve {
  /** Where the endpoints stand that are still in: the first `count`. */
  readonly left: Uint16Array;
  count: number;
  readonly broken: Uint8Array;
  readonly counts: Uint32Array;
}

/**
 * Passes the endpoints through the rules: those about traits, those about numbers of the catalog, and only then, for the
 * few that are left, those about what is forecast and those that name endpoints.
 */
export function sift(input: ChooseInput, rules: readonly Rule[] = RULES): Sifted {
  const columns: Columns = {
    ...input.catalog.columns,
    ...ratesFor(input.catalog, input.request.inputTokens),
  };
  const sieve = passTraits(rules, input);
  for (let r = 0; r < rules.length; r++) {
    const rule = rules[r]!;
    if ('column' in rule && rule.column in columns)
      passColumn(sieve, rule, r, columns[rule.column as keyof Columns], input);
  }
  const { broken, counts } = sieve;
  const left = sieve.left.subarray(0, sieve.count);
  const forecasts = forecast(left, input);
  for (let r = 0; r < rules.length; r++) {
    const rule = rules[r]!;
    if ('named' in rule) markNamed(sieve, rule, r, input);
    else if ('column' in rule && rule.column in forecasts)
      markForecast(sieve, left, rule, r, forecasts[rule.column as keyof Forecast], input);
  }
  return { kept: left.subarray(0, compact(left, forecasts, broken)), forecast: forecasts, broken, counts };
}

/** All rules about traits at once: each value is judged once, each endpoint looked at once. */
function passTraits(rules: readonly Rule[], input: ChooseInput): Sieve {
  const { endpoints, models, servings } = input.catalog;
  const byTrait = judgeTraits(rules, input);
  const ofModels = firstBroken(models, byTrait);
  const ofServings = firstBroken(servings, byTrait);
  const size = endpoints.length;
  const modelAt = models.at;
  const servingAt = servings.at;
  const left = new Uint16Array(size);
  const broken = new Uint8Array(size);
  const counts = new Uint32Array(NONE + 1);
  let kept = 0;
  // No branches in these loops: those on what rules say are guessed wrong half the time, and cost more than all the rest.
  for (let i = 0; i < size; i++) {
    const first = Math.min(ofModels[modelAt[i]!]!, ofServings[servingAt[i]!]!);
    broken[i] = first;
    counts[first]! += 1;
    left[kept] = i;
    kept += Number(first === NONE);
  }
  return { left, count: kept, broken, counts };
}

/** By trait that any rule judges, the first rule that each of its values breaks. */
type BrokenByTrait = Partial<Record<keyof TraitValues, Uint8Array>>;

function judgeTraits(rules: readonly Rule[], input: ChooseInput): BrokenByTrait {
  const byTrait: BrokenByTrait = {};
  for (let r = 0; r < rules.length; r++) {
    const rule = rules[r]!;
    if (!('trait' in rule)) continue;
    byTrait[rule.trait] ??= new Uint8Array(input.catalog.traits[rule.trait].values.length).fill(NONE);
    if ('list' in rule) judgeNames(byTrait[rule.trait]!, rule, r, input);
    else judgeValues(byTrait[rule.trait]!, rule, r, input);
  }
  return byTrait;
}

function judgeValues(
  broken: Uint8Array,
  { trait, refusal }: TraitRule,
  at: number,
  input: ChooseInput,
): void {
  const refuses = refusal(input);
  if (!refuses) return;
  const { values } = input.catalog.traits[trait];
  for (let v = 0; v < values.length; v++)
    if (broken[v] === NONE && refuses(values[v] as never)) broken[v] = at;
}

function judgeNames(broken: Uint8Array, { trait, list }: ListRule, at: number, input: ChooseInput): void {
  const { allow, deny = [] } = list(input) ?? {};
  const { numberOf } = input.catalog.traits[trait];
  const breaks = (v: number | undefined) => {
    if (v !== undefined && broken[v] === NONE) broken[v] = at;
  };
  for (const name of deny) breaks(numberOf.get(name));
  if (!allow) return;
  const allowed = new Uint8Array(broken.length);
  for (const name of allow) {
    const v = numberOf.get(name);
    if (v !== undefined) allowed[v] = 1;
  }
  for (let v = 0; v < broken.length; v++) if (allowed[v] === 0) breaks(v);
}

function firstBroken({ size, valuesOf }: Group, byTrait: BrokenByTrait): Uint8Array {
  const first = new Uint8Array(size).fill(NONE);
  for (const [trait, at] of valuesOf) {
    const broken = byTrait[trait];
    if (broken) for (let g = 0; g < size; g++) first[g] = Math.min(first[g]!, broken[at[g]!]!);
  }
  return first;
}

function passColumn(
  sieve: Sieve,
  rule: LimitRule,
  at: number,
  column: Float64Array,
  input: ChooseInput,
): void {
  const limits = limitsOf(rule, input);
  if (!limits) return;
  const { least, most } = limits;
  const { left, broken, count } = sieve;
  let kept = 0;
  for (let k = 0; k < count; k++) {
    const i = left[k]!;
    const outside = Number(column[i]! < least) | Number(column[i]! > most);
    broken[i] = NONE + outside * (at - NONE);
    left[kept] = i;
    kept += 1 - outside;
  }
  sieve.counts[at]! += count - kept;
  sieve.count = kept;
}

function markForecast(
  { broken, counts }: Sieve,
  left: Uint16Array,
  rule: LimitRule,
  at: number,
  forecast: Float64Array,
  input: ChooseInput,
): void {
  const limits = limitsOf(rule, input);
  if (!limits) return;
  const { least, most } = limits;
  for (let k = 0; k < left.length; k++) {
    const outside = forecast[k]! < least || forecast[k]! > most;
    if (!outside || broken[left[k]!] !== NONE) continue;
    broken[left[k]!] = at;
    counts[at]! += 1;
  }
}

function limitsOf(
  { least, most }: LimitRule,
  input: ChooseInput,
): { least: number; most: number } | undefined {
  const limits = { least: least?.(input) ?? -Infinity, most: most?.(input) ?? Infinity };
  return limits.least === -Infinity && limits.most === Infinity ? undefined : limits;
}

function markNamed({ broken, counts }: Sieve, { named }: NameRule, at: number, input: ChooseInput): void {
  for (const id of named(input)) {
    const i = input.catalog.positionOf.get(id);
    if (i === undefined || broken[i] !== NONE) continue;
    broken[i] = at;
    counts[at]! += 1;
  }
}

/** Moves what was kept to the front. */
function compact(left: Uint16Array, { chance, costMicros, latencyMs }: Forecast, broken: Uint8Array): number {
  let kept = 0;
  for (let k = 0; k < left.length; k++) {
    const i = left[k]!;
    left[kept] = i;
    chance[kept] = chance[k]!;
    costMicros[kept] = costMicros[k]!;
    latencyMs[kept] = latencyMs[k]!;
    kept += Number(broken[i] === NONE);
  }
  return kept;
}
