import { closestNames } from '../config/closest-names.ts';
import type { ResolvedConfig } from '../config/resolve-config.ts';
import { indexCatalog } from '../core/routing/catalog-index.ts';
import { policyFor } from '../core/routing/governance.ts';
import { ALL_WELL, type ChooseInput, type ChooseRequest } from '../core/routing/request.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import type { Ability } from '../core/vocabulary/model.ts';
import { loadQuality } from '../quality/load-quality.ts';

/** A request that nobody makes, to see what would become of it. */
export interface Question extends Partial<Pick<ChooseRequest, 'prefer' | 'check' | 'seed'>> {
  readonly taskClass: string;
  readonly inputTokens: number;
  readonly abilities: readonly Ability[];
  readonly tenant?: string;
  /** Default: as much as any endpoint may ask. */
  readonly allotmentMicros?: number;
}

/**
 * What a worker with this config would ask its router while every endpoint is well.
 * @throws SignalboxError where the class or the tenant is unknown, or layers of policy disagree
 */
export function routerOf(
  { catalog, governance, taskClasses, exploration, qualityFile, modelIds }: ResolvedConfig,
  nowMs: number,
): (question: Question) => ChooseInput {
  const indexed = indexCatalog(catalog);
  const learnt =
    qualityFile === undefined ? undefined : loadQuality(qualityFile, { catalog: indexed, modelIds });
  return ({ taskClass: name, tenant, allotmentMicros = Infinity, seed = '', ...question }) => {
    const taskClass = taskClasses.get(name);
    if (!taskClass) {
      throw new SignalboxError(
        `There is no task class "${name}".`,
        `Use one of ${closestNames(name, [...taskClasses.keys()]).join(', ')}, or add it to taskClasses in the config.`,
      );
    }
    if (question.prefer !== undefined && !indexed.positionOf.has(question.prefer)) {
      throw new SignalboxError(
        `There is no endpoint "${question.prefer}".`,
        `Use one of ${closestNames(question.prefer, [...indexed.positionOf.keys()]).join(', ')}.`,
      );
    }
    return {
      request: { ...question, taskClass, allotmentMicros, seed, avoid: [] },
      catalog: indexed,
      policy: policyFor(governance, { tenant, taskClass }),
      health: ALL_WELL,
      ...(learnt && { quality: learnt.quality.indexed }),
      ...(exploration && { exploration }),
      nowMs,
    };
  };
}
