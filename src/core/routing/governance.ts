/** What a deployment has decided for all of its runs, and the two refusals that follow from it. */
import { SignalboxError } from '../vocabulary/errors.ts';
import type { Accepted, Policy } from '../vocabulary/policy.ts';

export interface Governance {
  /** The deployment's own layer. */
  readonly policy: Policy;
  /** Policies by tenant, `*` for those not named; absent where any tenant will do. */
  readonly tenants?: ReadonlyMap<string, Policy>;
  readonly accepts: ReadonlySet<Accepted>;
}

/** The part of a config that says it. */
export interface GovernanceConfig {
  /** What every endpoint must meet, those added later included. Default: no constraint. */
  readonly policy?: Policy;
  /**
   * Tenants by name, whose policies tighten the deployment's; `*` stands for those not named. Where it is absent, runs
   * may be started for any tenant; where it is there, only for the tenants in it.
   */
  readonly tenants?: Readonly<Record<string, TenantConfig>>;
  /**
   * Risks that you accept by name. `unencrypted-history`: Temporal keeps prompts and answers in the history of runs as
   * they are, for as long as its retention says. Without this word a policy that asks for zero retention makes `start`
   * fail.
   */
  readonly accepts?: readonly Accepted[];
}

export interface TenantConfig {
  readonly policy?: Policy;
}

export function governanceOf({ policy = {}, tenants, accepts = [] }: GovernanceConfig): Governance {
  return {
    policy,
    ...(tenants && {
      tenants: new Map(Object.entries(tenants).map(([name, tenant]) => [name, tenant.policy ?? {}])),
    }),
    accepts: new Set(accepts),
  };
}

/** Nobody has told what holds for the tenant. */
export class UnknownTenant extends SignalboxError {}

/** The policy asks that nothing be kept, and Temporal keeps it. */
export class HistoryNotEncrypted extends SignalboxError {}

/** @throws UnknownTenant where the deployment names its tenants and this is none of them */
export function policyOfTenant({ tenants }: Governance, tenant: string | undefined): Policy | undefined {
  if (!tenants || tenant === undefined) return undefined;
  const policy = tenants.get(tenant) ?? tenants.get('*');
  if (policy) return policy;
  throw new UnknownTenant(
    `There is no tenant "${tenant}". There are: ${[...tenants.keys()].join(', ') || 'none'}.`,
    'Add it to tenants in the config, or a tenant "*" whose policy holds for those not named.',
  );
}

/** @throws HistoryNotEncrypted where zero retention is asked for and nobody has accepted what it leaves out */
export function assertHistoryAccepted({ zeroRetention }: Policy, { accepts }: Governance): void {
  if (!zeroRetention || accepts.has('unencrypted-history')) return;
  throw new HistoryNotEncrypted(
    "The policy asks for zero retention, and Temporal keeps prompts and answers unencrypted in the run's history.",
    "Accept that by name with `accepts: ['unencrypted-history']` in the config, or take zeroRetention out of the policy.",
  );
}
