import type { Breaker } from '../health/breaker.ts';
import type { MeasuredSpeed } from '../health/window.ts';
import type { CheckReliability } from '../vocabulary/decision.ts';
import type { Ability, Modality } from '../vocabulary/model.ts';
import type { EffectivePolicy } from '../vocabulary/policy.ts';
import type { TaskClass } from '../vocabulary/task-class.ts';
import type { IndexedCatalog } from './catalog-index.ts';
import type { Exploration } from './explore.ts';
import type { IndexedQuality } from './quality-index.ts';

export interface ChooseInput {
  readonly request: ChooseRequest;
  readonly catalog: IndexedCatalog;
  readonly policy: EffectivePolicy;
  readonly health: Health;
  /** What was learnt from outcomes; absent means that nothing was. */
  readonly quality?: IndexedQuality;
  /** Absent means that nothing is tried for the sake of learning. */
  readonly exploration?: Exploration;
  readonly nowMs: number;
}

export interface ChooseRequest {
  readonly taskClass: TaskClass;
  readonly inputTokens: number;
  readonly abilities: readonly Ability[];
  /** What it shows beside text. */
  readonly inputs?: readonly Modality[];
  /** Endpoints already tried for this request. */
  readonly avoid: readonly string[];
  /** The endpoint that answered this conversation last. */
  readonly prefer?: string;
  /** What answers will be checked by; absent means that the first answer is taken. */
  readonly check?: CheckReliability;
  /** Endpoints of `avoid` whose answers the check rejected: the request is the harder for it. */
  readonly rejected?: readonly string[];
  /** A window of as many tokens was too small already, whatever we reckon that the request has. */
  readonly outgrownTokens?: number;
  /** The most the call may cost. */
  readonly allotmentMicros: number;
  /** Breaks ties: the run's id. */
  readonly seed: string;
}

export interface Health {
  /** By endpoint; absent means closed. */
  readonly breakers: ReadonlyMap<string, Breaker>;
  /** Providers none of whose keys may be used, with the environment variables that hold them, in words. */
  readonly quarantined: ReadonlyMap<string, string>;
  /** By endpoint, of those that answered often enough; the others have the catalog's speed. */
  readonly speeds: ReadonlyMap<string, MeasuredSpeed>;
}

/** Nothing is known against any endpoint. */
export const ALL_WELL: Health = { breakers: new Map(), quarantined: new Map(), speeds: new Map() };
