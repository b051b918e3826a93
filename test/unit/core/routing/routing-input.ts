/** A request that nothing stands against, over the simulated catalog, for cases to change. */
import { resolveConfig } from '../../../../src/config/resolve-config.ts';
import { type IndexedCatalog, indexCatalog } from '../../../../src/core/routing/catalog-index.ts';
import { RULES } from '../../../../src/core/routing/constraints.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import { NONE, sift } from '../../../../src/core/routing/sift.ts';
import type { Endpoint } from '../../../../src/core/vocabulary/model.ts';

const config = resolveConfig({ agents: 'agents.ts' }, 'simulated');
export const { taskClasses } = config;
export const simulated: IndexedCatalog = indexCatalog(config.catalog);
export const NOW = 1_000_000;

export const catalogOf = (endpoints: readonly Endpoint[]): IndexedCatalog =>
  indexCatalog({ version: 'v', endpoints });

export type InputChange = Partial<Omit<ChooseInput, 'request'>> & {
  readonly request?: Partial<ChooseInput['request']>;
};

export function inputWith({ request, ...rest }: InputChange = {}): ChooseInput {
  return {
    catalog: simulated,
    policy: {},
    health: { breakers: new Map(), quarantined: new Map(), speeds: new Map() },
    nowMs: NOW,
    ...rest,
    request: {
      taskClass: taskClasses.get('reasoning')!,
      inputTokens: 1_000,
      abilities: [],
      avoid: [],
      allotmentMicros: 250_000,
      seed: 'run-1',
      ...request,
    },
  };
}

/** Endpoint by endpoint, the rule that ruled it out, or `kept`. */
export function fates(input: ChooseInput): string[] {
  return Array.from(sift(input).broken, (at) => (at === NONE ? 'kept' : RULES[at]!.name));
}

/** Endpoints that `inner` keeps and `outer` does not. */
export function admittedByFirstOnly(inner: ChooseInput, outer: ChooseInput): string[] {
  const before = sift(outer).broken;
  return Array.from(sift(inner).kept, (i) => i)
    .filter((i) => before[i] !== NONE)
    .map((i) => inner.catalog.endpoints[i]!.id);
}
