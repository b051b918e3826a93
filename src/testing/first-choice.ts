import type { SignalboxConfig } from '../config/config.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import { choose } from '../core/routing/choose.ts';
import type { Ability } from '../core/vocabulary/model.ts';

export interface FirstChoiceRequest {
  readonly taskClass: string;
  readonly abilities?: readonly Ability[];
  /** Default 2,000. */
  readonly inputTokens?: number;
}

/** The endpoint the router ranks first while all are well: the one to break in a test of failover. */
export function firstChoice(
  config: SignalboxConfig,
  { taskClass, abilities = [], inputTokens = 2_000 }: FirstChoiceRequest,
): string {
  const { catalog, policy, taskClasses } = resolveConfig(config, 'simulated');
  const decision = choose({
    request: {
      taskClass: taskClasses.get(taskClass)!,
      inputTokens,
      abilities,
      avoid: [],
      allotmentMicros: Infinity,
      seed: '',
    },
    health: { breakers: new Map(), quarantined: new Set() },
    ...{ catalog, policy },
    nowMs: 0,
  });
  return decision.candidates[0]!.endpoint;
}
