import { indexCatalog } from '../core/routing/catalog-index.ts';
import { RULES } from '../core/routing/constraints.ts';
import { ALL_WELL } from '../core/routing/request.ts';
import { sift } from '../core/routing/sift.ts';
import { BUILT_IN_TASK_CLASSES } from '../core/routing/task-classes.ts';
import type { Endpoint } from '../core/vocabulary/model.ts';
import type { Policy } from '../core/vocabulary/policy.ts';

/** Ids of the endpoints that a policy admits, whatever the request; what it says of speed and quality goes by priors. */
export function admittedBy(policy: Policy, endpoints: readonly Endpoint[]): Set<string> {
  const input = {
    catalog: indexCatalog({ version: '', endpoints }),
    policy,
    request: {
      taskClass: { ...BUILT_IN_TASK_CLASSES[0]!, qualityFloor: 0 },
      ...{ inputTokens: 0, abilities: [], avoid: [], allotmentMicros: Infinity, seed: '' },
    },
    health: ALL_WELL,
    nowMs: 0,
  };
  const { kept } = sift(
    input,
    RULES.filter(({ field }) => field !== undefined),
  );
  return new Set(Array.from(kept, (i) => endpoints[i]!.id));
}
