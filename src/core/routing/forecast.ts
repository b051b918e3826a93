/** What is expected of endpoints if they were given the request. */
import type { Estimate } from '../vocabulary/quality.ts';
import { ratesFor } from './catalog-index.ts';
import { PRIOR_SD, reasoningBonus } from './prior.ts';
import type { ChooseInput } from './request.ts';

/** In the order of the positions that it was made for. */
export interface Forecast {
  /** Of a success, 0-1. */
  readonly chance: Float64Array;
  /** Before any discount; a price of 1 USD per million tokens is 1 micro-dollar a token. */
  readonly costMicros: Float64Array;
  /** To a whole answer of the class's usual length: as measured, else as the catalog says. */
  readonly latencyMs: Float64Array;
  readonly worstCaseMicros: Float64Array;
}

/** One plain loop over columns: a choice has some hundreds of endpoints to look at and tens of microseconds to do it. */
export function forecast(positions: Uint16Array, input: ChooseInput): Forecast {
  const { catalog, request } = input;
  const { inputTokens, taskClass } = request;
  const { expectedOutputTokens, maxOutputTokens: cap } = taskClass;
  const { firstTokenMs, msPerToken, maxOutputTokens, priorByPrice, reasons } = catalog.columns;
  const { inputPrice, outputPrice, dearestInput, dearestOutput } = ratesFor(catalog, inputTokens);
  const learnt = learntOf(input);
  const { success, costMicros: learntMicros, listInput, listOutput } = learnt;
  const bonus = reasoningBonus(taskClass.name);
  const modelAt = catalog.models.at;

  const size = positions.length;
  // Four views of one piece of memory, which is cheaper than four pieces.
  const numbers = new Float64Array(4 * size);
  const [chance, costMicros, latencyMs, worstCaseMicros] = [0, 1, 2, 3].map((n) =>
    numbers.subarray(n * size, (n + 1) * size),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let k = 0; k < size; k++) {
    const i = positions[k]!;
    const number = modelAt[i]!;
    const micros = inputTokens * inputPrice[i]! + expectedOutputTokens * outputPrice[i]!;
    if (Number.isNaN(success[number]!)) {
      chance[k] = priorByPrice[i]! + bonus * reasons[i]!;
      costMicros[k] = micros;
    } else {
      chance[k] = success[number]!;
      // An endpoint that charges otherwise than the one that was paid costs in proportion.
      const listMicros = inputTokens * listInput[number]! + expectedOutputTokens * listOutput[number]!;
      costMicros[k] = learntMicros[number]! * (listMicros > 0 ? micros / listMicros : 1);
    }
    latencyMs[k] = firstTokenMs[i]! + expectedOutputTokens * msPerToken[i]!;
    worstCaseMicros[k] = Math.ceil(
      inputTokens * dearestInput[i]! + Math.min(cap, maxOutputTokens[i]!) * dearestOutput[i]!,
    );
  }
  if (learnt.endpoints.size > 0)
    for (let k = 0; k < size; k++) chance[k] = learnt.endpoints.get(positions[k]!)?.success ?? chance[k]!;
  for (const [id, speed] of input.health.speeds) {
    const k = positions.indexOf(catalog.positionOf.get(id) ?? -1);
    if (k >= 0) latencyMs[k] = speed.firstTokenMs.p50 + expectedOutputTokens * speed.msPerToken;
  }
  return { chance, costMicros, latencyMs, worstCaseMicros };
}

/** What was learnt of an endpoint on the request's class; `undefined` where its chance is the prior. */
export function estimateAt(i: number, input: ChooseInput): Estimate | undefined {
  const { endpoints, estimates } = learntOf(input);
  return endpoints.get(i) ?? estimates[input.catalog.models.at[i]!];
}

/** The standard deviation of an endpoint's chance. */
export const chanceSdAt = (i: number, input: ChooseInput): number =>
  estimateAt(i, input)?.successSd ?? PRIOR_SD;

export const learntOf = ({ catalog, quality, request }: ChooseInput) =>
  quality?.ofClass.get(request.taskClass.name) ?? catalog.nothingLearnt;

/**
 * What the prompt cache saves at the endpoint that has just answered this conversation, in micro-dollars: stickiness
 * comes out of the price.
 */
export function cacheDiscountMicros(
  i: number,
  costMicros: number,
  { catalog, request }: ChooseInput,
): number {
  if (request.prefer !== catalog.endpoints[i]!.id || catalog.columns.caches[i] === 0) return 0;
  const { inputPrice, outputPrice, cacheReadPrice } = ratesFor(catalog, request.inputTokens);
  const full =
    request.inputTokens * inputPrice[i]! + request.taskClass.expectedOutputTokens * outputPrice[i]!;
  const saved = request.inputTokens * (inputPrice[i]! - cacheReadPrice[i]!);
  return saved > 0 ? costMicros * (saved / full) : 0;
}
