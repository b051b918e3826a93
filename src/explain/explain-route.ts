import { choose } from '../core/routing/choose.ts';
import { chanceSdAt, forecast } from '../core/routing/forecast.ts';
import { type Obstacle, obstaclesOf } from '../core/routing/no-eligible-endpoint.ts';
import type { ChooseInput } from '../core/routing/request.ts';
import type { Candidate, Decision, Rejection } from '../core/vocabulary/decision.ts';
import type { DataPolicy, Price } from '../core/vocabulary/model.ts';
import type { EffectivePolicy } from '../core/vocabulary/policy.ts';
import type { TaskClass } from '../core/vocabulary/task-class.ts';

/** A Decision with all that a person asks about it. */
export interface RouteExplanation {
  readonly taskClass: TaskClass;
  readonly inputTokens: number;
  /** Merged from its layers. */
  readonly policy: EffectivePolicy;
  readonly candidates: readonly ExplainedCandidate[];
  readonly rejections: readonly ExplainedRejection[];
  readonly decision: Decision;
}

export interface ExplainedCandidate extends Candidate {
  /** Estimated chance of a success, 0-1, and its standard deviation. */
  readonly chance: number;
  readonly chanceSd: number;
  /** The most that the call can cost, in USD. */
  readonly worstCase: number;
  readonly price: Price;
  readonly dataPolicy: DataPolicy;
}

export interface ExplainedRejection extends Rejection {
  /** All that stands in its way, `rule` among it. */
  readonly obstacles: readonly Obstacle[];
}

export function explainRoute(input: ChooseInput): RouteExplanation {
  const { request, catalog, policy } = input;
  const { taskClass, inputTokens } = request;
  const decision = choose(input);
  const obstaclesAt = obstaclesOf(input);
  const endpointOf = (id: string) => {
    const i = catalog.positionOf.get(id)!;
    return { i, ...catalog.endpoints[i]! };
  };
  return {
    ...{ taskClass, inputTokens, policy, decision },
    candidates: decision.candidates.map((candidate) => {
      const { i, price, dataPolicy } = endpointOf(candidate.endpoint);
      return {
        ...candidate,
        chance: candidate.success / taskClass.successUsd,
        chanceSd: chanceSdAt(i, input),
        worstCase: forecast(Uint16Array.of(i), input).worstCaseMicros[0]! / 1e6,
        ...{ price, dataPolicy },
      };
    }),
    rejections: decision.rejections.map((rejection) => ({
      ...rejection,
      obstacles: obstaclesAt(endpointOf(rejection.endpoint).i),
    })),
  };
}
