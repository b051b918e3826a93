import { choose } from '../core/routing/choose.ts';
import { isOfCatalog, RULES } from '../core/routing/constraints.ts';
import type { Governance } from '../core/routing/governance.ts';
import type { ChooseInput } from '../core/routing/request.ts';
import { sift } from '../core/routing/sift.ts';

/** What policy leaves of the catalog for one task class. */
export interface ClassCheck {
  readonly taskClass: string;
  /** Endpoints that are offered, and those of them that survive. */
  readonly offered: number;
  readonly endpoints: number;
  /** Who serves the survivors. */
  readonly providers: readonly string[];
  /** The rule that removes most; absent where none removes any. */
  readonly strictest?: { readonly rule: string; readonly endpoints: number };
  /** Who would be asked first, and what that is expected to cost, in USD. */
  readonly first?: { readonly endpoint: string; readonly cost: number };
}

export interface PolicyCheck {
  readonly classes: readonly ClassCheck[];
  readonly warnings: readonly string[];
  /** Of the spend, 0-1: what goes to classes that a single provider is left for. */
  readonly boundShare: number;
  /** Whose spend that is: what the ledger has, or, where it has nothing, one imagined request of each class. */
  readonly spend: 'ledger' | 'imagined';
}

/**
 * @param inputs one a task class
 * @param spentMicros by class, what the ledger has
 */
export function checkPolicy(
  inputs: readonly ChooseInput[],
  { accepts }: Governance,
  spentMicros: ReadonlyMap<string, number>,
): PolicyCheck {
  const classes = inputs.map(checkClass);
  const isReal = classes.some(({ taskClass }) => (spentMicros.get(taskClass) ?? 0) > 0);
  const spent = (of: readonly ClassCheck[]) =>
    of.reduce(
      (sum, { taskClass, first }) => sum + (isReal ? (spentMicros.get(taskClass) ?? 0) : (first?.cost ?? 0)),
      0,
    );
  const total = spent(classes);
  const bound = classes.filter(({ providers }) => providers.length === 1);
  return {
    classes,
    spend: isReal ? 'ledger' : 'imagined',
    warnings: [
      ...(inputs.some(({ policy }) => policy.zeroRetention) && !accepts.has('unencrypted-history')
        ? ["zeroRetention without accepts: ['unencrypted-history']: nothing can be started under it."]
        : []),
      ...[...Map.groupBy(classes, warningOf)].flatMap(([warning, of]) =>
        warning === undefined ? [] : [`${of.map(({ taskClass }) => taskClass).join(', ')}: ${warning}`],
      ),
    ],
    boundShare: total > 0 ? spent(bound) / total : 0,
  };
}

function checkClass(input: ChooseInput): ClassCheck {
  const { endpoints } = input.catalog;
  const { kept, broken } = sift(input);
  const byRule = RULES.map(({ name }, r) => ({
    rule: name,
    endpoints: broken.filter((at) => at === r).length,
  }));
  const ofPolicy = byRule.filter(({ rule, endpoints: count }) => count > 0 && !isOfCatalog(rule));
  const [first] = choose(input).candidates;
  return {
    taskClass: input.request.taskClass.name,
    offered: kept.length + ofPolicy.reduce((sum, { endpoints: count }) => sum + count, 0),
    endpoints: kept.length,
    providers: [...new Set(Array.from(kept, (i) => endpoints[i]!.provider))].sort(),
    ...(ofPolicy.length > 0 && {
      strictest: ofPolicy.reduce((a, b) => (b.endpoints > a.endpoints ? b : a)),
    }),
    ...(first && { first: { endpoint: first.endpoint, cost: first.cost } }),
  };
}

/** Classes with the same trouble share one warning. */
function warningOf({ providers, strictest }: ClassCheck): string | undefined {
  const blame = strictest ? ` ${strictest.rule} removes most.` : '';
  if (providers.length === 0) return `no endpoint survives, so that every such step will park.${blame}`;
  if (providers.length === 1) return `only ${providers[0]} is left, so that there is no failover.${blame}`;
  return undefined;
}
