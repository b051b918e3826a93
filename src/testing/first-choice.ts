import type { SignalboxConfig } from '../config/config.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import { choose } from '../core/routing/choose.ts';
import type { Ability } from '../core/vocabulary/model.ts';
import { routerOf } from '../explain/router-of.ts';

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
  const ask = routerOf(resolveConfig(config, 'simulated'), Date.now());
  return choose(ask({ taskClass, abilities, inputTokens })).candidates[0]!.endpoint;
}
