/**
 * Ranks what the constraints left by expected utility, in USD:
 *
 *   utility = value of a success × chance of one − expected cost + cache discount − price of the seconds waited
 */
import type { Candidate } from '../vocabulary/decision.ts';
import { cacheDiscountMicros, estimateAt } from './forecast.ts';
import { hashOf } from './hash.ts';
import type { ChooseInput } from './request.ts';
import type { Sifted } from './sift.ts';

export interface Ranking {
  /** Places of the best among `Sifted.kept`, best first. */
  readonly best: readonly number[];
  /**
   * Whole micro-dollars, in the order of `Sifted.kept`: finer differences are noise, and so equal scores tie and spread
   * by the seed.
   */
  readonly utility: readonly number[];
}

/** @param limit how many of the best to find */
export function rank({ kept, forecast }: Sifted, input: ChooseInput, limit: number): Ranking {
  const { successUsd, secondUsd } = input.request.taskClass;
  const { chance, costMicros, latencyMs } = forecast;
  const successMicros = successUsd * 1e6;
  const msMicros = secondUsd * 1e3;
  const utility = new Array<number>(kept.length);
  for (let k = 0; k < kept.length; k++)
    utility[k] = Math.round(successMicros * chance[k]! - costMicros[k]! - msMicros * latencyMs[k]!);
  const held = placeOfHolder(kept, input);
  if (held >= 0)
    utility[held] = Math.round(utility[held]! + cacheDiscountMicros(kept[held]!, costMicros[held]!, input));
  return { best: topOf(utility, limit, (k) => tieBreak(kept[k]!, input)), utility };
}

/** The endpoint that has the conversation in its cache, if it was kept. */
function placeOfHolder(kept: Uint16Array, { catalog, request: { prefer } }: ChooseInput): number {
  const i = prefer === undefined ? undefined : catalog.positionOf.get(prefer);
  return i === undefined ? -1 : kept.indexOf(i);
}

/** Places of the largest, the largest first; of those that are equal, the one with the lower `order`. */
export function topOf(
  numbers: readonly number[],
  limit: number,
  order: (place: number) => number = (place) => place,
): number[] {
  const before = (a: number, b: number) =>
    numbers[a]! > numbers[b]! || (numbers[a] === numbers[b] && order(a) < order(b));
  const top: number[] = [];
  let least = -Infinity;
  for (let k = 0; k < numbers.length; k++) {
    if (numbers[k]! < least || (top.length === limit && !before(k, top[limit - 1]!))) continue;
    let at = top.length;
    while (at > 0 && before(k, top[at - 1]!)) at--;
    top.splice(at, 0, k);
    if (top.length > limit) top.pop();
    if (top.length === limit) least = numbers[top[limit - 1]!]!;
  }
  return top;
}

/** A ranked endpoint with its score broken down. */
export function candidateAt(
  k: number,
  { kept, forecast }: Sifted,
  { utility }: Ranking,
  input: ChooseInput,
): Candidate {
  const { successUsd, secondUsd } = input.request.taskClass;
  const i = kept[k]!;
  const chance = forecast.chance[k]!;
  const costMicros = forecast.costMicros[k]!;
  const discountMicros = cacheDiscountMicros(i, costMicros, input);
  return {
    endpoint: input.catalog.endpoints[i]!.id,
    utility: utility[k]! / 1e6,
    basis: estimateAt(i, input)?.basis ?? 'prior',
    success: fourDigits(successUsd * chance),
    cost: fourDigits(costMicros / 1e6),
    ...(discountMicros > 0 && { cacheDiscount: fourDigits(discountMicros / 1e6) }),
    latency: fourDigits((secondUsd * forecast.latencyMs[k]!) / 1e3),
    ...(input.health.speeds.has(input.catalog.endpoints[i]!.id) && { measured: true as const }),
  };
}

/** As `toPrecision(4)` does, at a tenth of its time. */
function fourDigits(number: number): number {
  if (number <= 0 || number >= 1000) return Math.round(number);
  const scale = 10 ** (3 - Math.floor(Math.log10(number)));
  return Math.round(number * scale) / scale;
}

/** Spreads equal candidates over runs, the same on every replay. */
const tieBreak = (i: number, { catalog, request }: ChooseInput) =>
  hashOf(`${request.seed}\n${catalog.endpoints[i]!.id}`);
