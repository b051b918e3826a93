/** Learns routes by the production code, decides by the production `choose`, and judges on what really happened. */
import { priceOf, UNKNOWN_DATA_POLICY } from '../../src/catalog/build-catalog.ts';
import { indexCatalog } from '../../src/core/routing/catalog-index.ts';
import { choose } from '../../src/core/routing/choose.ts';
import {
  DEFAULT_TASK_CLASS,
  inferTaskClass,
  prepareClassTable,
} from '../../src/core/routing/infer-task-class.ts';
import { estimateQuality } from '../../src/core/routing/quality/estimate-quality.ts';
import { learnQuality } from '../../src/core/routing/quality/learn-quality.ts';
import { mixClasses } from '../../src/core/routing/quality/mix-classes.ts';
import { randomFrom, shuffle } from '../../src/core/routing/quality/shuffle.ts';
import { trainClassTable } from '../../src/core/routing/quality/train-class-table.ts';
import { indexQuality, type LearntRoutes, withMixedClasses } from '../../src/core/routing/quality-index.ts';
import { BUILT_IN_TASK_CLASSES } from '../../src/core/routing/task-classes.ts';
import type { Candidate, CheckReliability, Decision } from '../../src/core/vocabulary/decision.ts';
import type { Endpoint } from '../../src/core/vocabulary/model.ts';
import type { Outcome, Quality } from '../../src/core/vocabulary/quality.ts';

/** A request with what every model did on it. */
export interface JudgedRequest {
  readonly requestId: string;
  readonly taskClass: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

export function groupByRequest(outcomes: readonly Outcome[]): JudgedRequest[] {
  return [...Map.groupBy(outcomes, ({ requestId }) => requestId)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([requestId, of]) => ({
      requestId,
      taskClass: of[0]!.taskClass,
      outcomes: new Map(of.map((outcome) => [outcome.model, outcome])),
    }));
}

/** Either a success is worth so many USD, or as many as spends this share of the best single model's cost. */
export type Goal = { readonly valueUsd: number } | { readonly costShare: number };

export interface Terms {
  readonly goal: Goal;
  /** Present means cascades. */
  readonly check: CheckReliability | undefined;
  /** Texts by request id: present means that the routes are also judged on classes inferred from them. */
  readonly texts: ReadonlyMap<string, string> | undefined;
}

interface Routes {
  readonly valueUsd: number;
  decide(taskClass: string, requestId: string): readonly string[];
  /** By the class that the request's text seems to have; undefined where nobody gave texts. */
  infer(requestId: string): readonly string[] | undefined;
}

function learnRoutes(learning: readonly JudgedRequest[], { goal, check, texts }: Terms): Routes {
  const outcomes = learning.flatMap((request) => [...request.outcomes.values()]);
  const { cells, failureCorrelation } = learnQuality(outcomes);
  const byClass = estimateQuality(cells);
  const shares = Map.groupBy(learning, ({ taskClass }) => taskClass);
  const mixed = mixClasses(byClass, new Map([...shares].map(([taskClass, of]) => [taskClass, of.length])));
  const quality: Quality = {
    ...byClass,
    // For a class that nothing was learnt of.
    estimates: new Map([[DEFAULT_TASK_CLASS, mixed], ...byClass.estimates]),
    ...(failureCorrelation && { failureCorrelation: failureCorrelation.rho }),
  };
  const endpoints = [...new Set(outcomes.map(({ model }) => model))].sort().map(endpointOf);
  const catalog = indexCatalog({ version: 'outcomes', endpoints });
  const learnt: LearntRoutes = { quality, indexed: indexQuality(quality, catalog) };
  const decisionOf = (taskClass: string, valueUsd: number, seed: string, by = learnt.indexed) =>
    choose({
      request: {
        // Waiting is free here: the outcomes are judged by success and cost alone.
        taskClass: {
          ...BUILT_IN_TASK_CLASSES[0]!,
          ...{ name: taskClass, successUsd: valueUsd, secondUsd: 0, qualityFloor: 0 },
        },
        ...{ inputTokens: 0, abilities: [], avoid: [], allotmentMicros: Infinity, seed },
        ...(check && { check }),
      },
      catalog,
      policy: {},
      health: { breakers: new Map(), quarantined: new Map(), speeds: new Map() },
      nowMs: 0,
      quality: by,
    });
  const inferrer =
    texts &&
    prepareClassTable(
      trainClassTable(
        learning.map(({ requestId, taskClass }) => ({ taskClass, text: texts.get(requestId) ?? '' })),
      ),
    );
  const first = (taskClass: string, valueUsd: number) => decisionOf(taskClass, valueUsd, '').candidates[0]!;
  const valueUsd =
    'valueUsd' in goal ? goal.valueUsd : valueAtCostShare(goal.costShare, learning, quality, first);
  return {
    valueUsd,
    decide: (taskClass, requestId) => {
      const known = quality.estimates.has(taskClass) ? taskClass : DEFAULT_TASK_CLASS;
      return modelsOf(decisionOf(known, valueUsd, requestId));
    },
    infer: (requestId) => {
      if (!inferrer) return undefined;
      const { taskClass, chances } = inferTaskClass(inferrer, texts?.get(requestId) ?? '');
      const mixed = withMixedClasses({ ...learnt, quality: byClass }, chances, catalog);
      return modelsOf(decisionOf(taskClass, valueUsd, requestId, mixed));
    },
  };
}

const modelsOf = ({ cascade, candidates }: Decision) => cascade ?? [candidates[0]!.endpoint];

/** An endpoint for each model of the outcomes, under the model's name. What it costs comes from the outcomes. */
function endpointOf(id: string): Endpoint {
  return {
    id,
    provider: 'outcomes',
    model: { id, family: id, contextTokens: Infinity, maxOutputTokens: Infinity, abilities: [] },
    wireModel: id,
    price: priceOf({ input: 0, output: 0, source: 'outcomes', date: '' }),
    speed: { firstTokenMs: 0, tokensPerSecond: Infinity },
    dataPolicy: UNKNOWN_DATA_POLICY,
  };
}

/** The largest value of a success at which routes are expected to cost no more than so much of the best single model. */
function valueAtCostShare(
  costShare: number,
  learning: readonly JudgedRequest[],
  { estimates }: Quality,
  first: (taskClass: string, valueUsd: number) => Candidate,
): number {
  const requests = [...Map.groupBy(learning, ({ taskClass }) => taskClass)].map(
    ([taskClass, of]) => [taskClass, of.length] as const,
  );
  const singles = [...estimates.values().next().value!.keys()].map((model) => {
    const of = (field: 'success' | 'costUsd') =>
      sum(requests, ([taskClass, count]) => count * estimates.get(taskClass)!.get(model)![field]);
    return { success: of('success'), costUsd: of('costUsd') };
  });
  const limitUsd = costShare * singles.reduce((a, b) => (b.success > a.success ? b : a)).costUsd;
  // What is expected to be spent never falls as the value rises.
  let [low, high] = [Math.log(1e-6), Math.log(1e4)];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    const spentUsd = sum(requests, ([taskClass, count]) => count * first(taskClass, Math.exp(middle)).cost);
    if (spentUsd > limitUsd) high = middle;
    else low = middle;
  }
  return Math.exp(low);
}

export interface Decided {
  readonly request: JudgedRequest;
  readonly models: readonly string[];
  /** The same, had its class been inferred from its text. */
  readonly inferred: readonly string[] | undefined;
  /** What a success is worth where it was decided. */
  readonly valueUsd: number;
  /** The best single model of the requests learnt from. */
  readonly learntSingle: string;
}

export function decideAll(
  learning: readonly JudgedRequest[],
  deciding: readonly JudgedRequest[],
  terms: Terms,
): Decided[] {
  const { decide, infer, valueUsd } = learnRoutes(learning, terms);
  const learntSingle = bestSingle(learning, valueUsd);
  return deciding.map((request) => ({
    request,
    models: decide(request.taskClass, request.requestId),
    inferred: infer(request.requestId),
    valueUsd,
    learntSingle,
  }));
}

/** Folds stratified by class and pooled: each request is decided by what the other folds taught. */
export function decideFolds(
  requests: readonly JudgedRequest[],
  { folds, seed }: { readonly folds: number; readonly seed: number },
  terms: Terms,
): Decided[] {
  const foldOf = new Map<JudgedRequest, number>();
  const random = randomFrom(seed);
  for (const [, of] of [...Map.groupBy(requests, ({ taskClass }) => taskClass)].sort())
    for (const [i, request] of shuffle(of, random).entries()) foldOf.set(request, i % folds);
  return Array.from({ length: folds }, (_, fold) => {
    const held = Map.groupBy(requests, (request) => foldOf.get(request) === fold);
    return decideAll(held.get(false) ?? [], held.get(true) ?? [], terms);
  }).flat();
}

/** The same requests with their task classes dealt out at random: nothing is left to learn from them. */
export function shuffleClasses(requests: readonly JudgedRequest[], seed: number): JudgedRequest[] {
  const classes = shuffle(
    requests.map(({ taskClass }) => taskClass),
    randomFrom(seed + 1_000),
  );
  return requests.map(({ requestId, outcomes }, i) => {
    const taskClass = classes[i]!;
    const relabelled = [...outcomes].map(([model, outcome]) => [model, { ...outcome, taskClass }] as const);
    return { requestId, taskClass, outcomes: new Map(relabelled) };
  });
}

export function bestSingle(requests: readonly JudgedRequest[], valueUsd: number): string {
  const utilityOf = (model: string) => sum(requests, (request) => utility(request, model, valueUsd));
  const models = [...requests[0]!.outcomes.keys()].sort();
  return models.map((model) => ({ model, usd: utilityOf(model) })).reduce((a, b) => (b.usd > a.usd ? b : a))
    .model;
}

export function utility({ outcomes }: JudgedRequest, model: string, valueUsd: number): number {
  const { score, costUsd } = outcomes.get(model)!;
  return valueUsd * score - costUsd;
}

export const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
