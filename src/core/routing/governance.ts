/** What a deployment has decided for all of its runs, and the two refusals that follow from it. */
import type { Caps } from '../cost/cap.ts';
import { SignalboxError } from '../vocabulary/errors.ts';
import type { Accepted, EffectivePolicy, Policy } from '../vocabulary/policy.ts';
import { type LayerSources, layerPolicies, policyLayers } from './policy-layers.ts';

export interface Governance {
  /** The deployment's own layer. */
  readonly policy: Policy;
  /** By name, `*` for those not named; absent where any tenant will do. */
  readonly tenants?: ReadonlyMap<string, Required<TenantConfig>>;
  readonly accepts: ReadonlySet<Accepted>;
}

/** The part of a config that says it. */
export interface GovernanceConfig {
  /** What every endpoint must meet, those added later included. Default: no constraint. */
  readonly policy?: Policy;
  /**
   * Tenants by name, whose policies tighten the deployment's; `*` stands for those not named, and for runs of no tenant.
   * Where it is absent, runs may be started for any tenant; where it is there, only for the tenants in it.
   */
  readonly tenants?: Readonly<Record<string, TenantConfig>>;
  /**
   * Risks that you accept by name. `unencrypted-history`: Temporal keeps prompts and answers in the history of runs as
   * they are, for as long as its retention says. Without this word a policy that asks for zero retention makes `start`
   * fail. `failover-after-filter`: what one provider filtered is shown to others. Without this word such a run parks.
   */
  readonly accepts?: readonly Accepted[];
}

export interface TenantConfig {
  readonly policy?: Policy;
  /** What all runs of the tenant may cost, in USD by day and by month of UTC. */
  readonly caps?: Caps;
}

export function governanceOf({ policy = {}, tenants, accepts = [] }: GovernanceConfig): Governance {
  return {
    policy,
    ...(tenants && {
      tenants: new Map(
        Object.entries(tenants).map(([name, tenant]) => [name, { policy: {}, caps: {}, ...tenant }]),
      ),
    }),
    accepts: new Set(accepts),
  };
}

/** Nobody has told what holds for the tenant. */
export class UnknownTenant extends SignalboxError {}

/** The policy asks that nothing be kept, and Temporal keeps it. */
export class HistoryNotEncrypted extends SignalboxError {}

/**
 * What holds for a tenant; nothing where the deployment names none.
 * @throws UnknownTenant where it names some and this is none of them
 */
export function tenantOf({ tenants }: Governance, tenant: string | undefined): TenantConfig {
  if (!tenants) return {};
  const found = (tenant !== undefined && tenants.get(tenant)) || tenants.get('*');
  if (found) return found;
  if (tenant === undefined) return {};
  throw new UnknownTenant(
    `There is no tenant "${tenant}". There are: ${[...tenants.keys()].join(', ') || 'none'}.`,
    'Add it to tenants in the config, or a tenant "*" whose policy holds for those not named.',
  );
}

/**
 * All layers of policy that hold for a request, merged.
 * @throws UnknownTenant, PolicyInvalid, PolicyRelaxed, PolicyContradiction
 */
export function policyFor(
  governance: Governance,
  inner: Omit<LayerSources, 'policy' | 'tenantPolicy'>,
): EffectivePolicy {
  const { policy: tenantPolicy } = tenantOf(governance, inner.tenant);
  return layerPolicies(policyLayers({ policy: governance.policy, tenantPolicy, ...inner }));
}

/** @throws HistoryNotEncrypted where zero retention is asked for and nobody has accepted what it leaves out */
export function assertHistoryAccepted({ zeroRetention }: Policy, { accepts }: Governance): void {
  if (!zeroRetention || accepts.has('unencrypted-history')) return;
  throw new HistoryNotEncrypted(
    "The policy asks for zero retention, and Temporal keeps prompts and answers unencrypted in the run's history.",
    "Accept that by name with `accepts: ['unencrypted-history']` in the config, or take zeroRetention out of the policy.",
  );
}
