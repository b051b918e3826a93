import type { Breaker } from '../health/breaker.ts';
import type { Check } from '../vocabulary/decision.ts';
import type { Ability, Catalog } from '../vocabulary/model.ts';
import type { Policy } from '../vocabulary/policy.ts';
import type { Quality } from '../vocabulary/quality.ts';
import type { TaskClass } from '../vocabulary/task-class.ts';

export interface ChooseInput {
  readonly request: ChooseRequest;
  readonly catalog: Catalog;
  readonly policy: Policy;
  readonly health: Health;
  /** What was learnt from outcomes; absent means that nothing was. */
  readonly quality?: Quality;
  readonly nowMs: number;
}

export interface ChooseRequest {
  readonly taskClass: TaskClass;
  readonly inputTokens: number;
  readonly abilities: readonly Ability[];
  /** Endpoints already tried for this request. */
  readonly avoid: readonly string[];
  /** The endpoint that answered this conversation last. */
  readonly prefer?: string;
  /** What answers will be checked by; absent means that the first answer is taken. */
  readonly check?: Check;
  /** The most the call may cost. */
  readonly allotmentMicros: number;
  /** Breaks ties: the run's id. */
  readonly seed: string;
}

export interface Health {
  /** By endpoint; absent means closed. */
  readonly breakers: ReadonlyMap<string, Breaker>;
  /** Providers whose key was rejected or is unpaid. */
  readonly quarantined: ReadonlySet<string>;
}
