/**
 * Policy comes in layers: deployment → tenant → class → agent → step → request. Each may only tighten what those
 * before it set; a wish to relax is an error that names both. There is one row a field, and no other way to merge.
 */
import { SignalboxError } from '../vocabulary/errors.ts';
import type { AllowDeny, EffectivePolicy, Policy, PolicyLayer } from '../vocabulary/policy.ts';
import type { TaskClass } from '../vocabulary/task-class.ts';
import { isWithin } from './constraints.ts';
import { hashOf } from './hash.ts';

/** A layer asks for less than one before it. */
export class PolicyRelaxed extends SignalboxError {}

/** Layers together allow nobody. */
export class PolicyContradiction extends SignalboxError {}

/** @param layers outermost first @throws PolicyRelaxed, PolicyContradiction naming the field, the layers and the values */
export function layerPolicies(layers: readonly PolicyLayer[]): EffectivePolicy {
  const policy: Record<string, unknown> = {};
  const setBy: Record<string, string[]> = {};
  for (const { name, policy: inner } of layers) {
    for (const [field, value] of Object.entries(inner) as [keyof Policy, never][]) {
      if (value === undefined) continue;
      const before = setBy[field];
      policy[field] = before
        ? tighten(field, policy[field] as never, value, { inner: name, outer: before })
        : value;
      setBy[field] = [...(before ?? []), name];
      assertSomebodyLeft(field, policy[field], setBy[field]);
    }
  }
  if (Object.keys(policy).length === 0) return {};
  const fields = Object.entries(policy).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...policy, setBy, version: hashOf(JSON.stringify(fields)).toString(16).padStart(8, '0') };
}

function assertSomebodyLeft(field: string, value: unknown, layers: readonly string[]): void {
  const { allow, deny } = value as AllowDeny;
  if (!allow || allow.some((name) => !deny?.includes(name))) return;
  throw new PolicyContradiction(
    `${field} of the policy of ${layers.join(' and ')} allows nobody: allow is ${JSON.stringify(allow)}, deny ${JSON.stringify(deny ?? [])}.`,
    `Take a name out of deny, or add one to allow.`,
  );
}

/** What the layers of a request are made of; the inner three come with the request itself. */
export interface LayerSources {
  /** The deployment's. */
  readonly policy: Policy;
  readonly tenant?: string | undefined;
  readonly tenantPolicy?: Policy | undefined;
  readonly taskClass?: TaskClass;
  readonly agent?: { readonly name: string; readonly policy?: Policy | undefined };
  readonly step?: { readonly name: string; readonly policy?: Policy | undefined };
  readonly request?: Policy | undefined;
}

/** Outermost first, under the names that errors and explanations call them by. */
export function policyLayers(sources: LayerSources): PolicyLayer[] {
  const { policy, tenant, tenantPolicy, taskClass, agent, step, request } = sources;
  const layers: readonly [string, Policy | undefined][] = [
    ['the deployment', policy],
    [`tenant "${tenant}"`, tenantPolicy],
    [`class "${taskClass?.name}"`, taskClass?.policy],
    [`agent "${agent?.name}"`, agent?.policy],
    [`step "${step?.name}"`, step?.policy],
    ['the request', request],
  ];
  return layers.flatMap(([name, own]) => (own ? [{ name, policy: own }] : []));
}

interface Between {
  readonly inner: string;
  readonly outer: readonly string[];
}

/** The tighter of two values; `undefined` where the inner one relaxes. */
type Tighten<T> = (outer: T, inner: T) => T | undefined;

const mostOf: Tighten<number> = (outer, inner) => (inner <= outer ? inner : undefined);
const leastOf: Tighten<number> = (outer, inner) => (inner >= outer ? inner : undefined);
const asked: Tighten<boolean> = (outer, inner) => (inner || !outer ? inner : undefined);
const partOf: Tighten<readonly string[]> = (outer, inner) =>
  inner.every((name) => outer.includes(name)) ? inner : undefined;
const within: Tighten<readonly string[]> = (outer, inner) =>
  inner.every((region) => isWithin(region, outer)) ? inner : undefined;

/** A shorter list of what is allowed, a longer one of what is not; nobody is allowed whom a layer before denies. */
const narrower: Tighten<AllowDeny> = (outer, inner) => {
  const allow = inner.allow ?? outer.allow;
  const widens = inner.allow?.some(
    (name) => outer.deny?.includes(name) || (outer.allow && !outer.allow.includes(name)),
  );
  if (widens) return undefined;
  const deny = [...new Set([...(outer.deny ?? []), ...(inner.deny ?? [])])];
  return { ...(allow && { allow }), ...(deny.length > 0 && { deny }) };
};

const cheaper: Tighten<NonNullable<Policy['maxPrice']>> = (outer, inner) => {
  // What is given as undefined says nothing, and leaves what was said before.
  const { input = outer.input, output = outer.output } = inner;
  if ((input ?? 0) > (outer.input ?? Infinity) || (output ?? 0) > (outer.output ?? Infinity))
    return undefined;
  return { ...(input !== undefined && { input }), ...(output !== undefined && { output }) };
};

const FIELDS: { readonly [Field in keyof Policy]-?: Tighten<NonNullable<Policy[Field]>> } = {
  providers: narrower,
  models: narrower,
  families: narrower,
  zeroRetention: asked,
  noTraining: asked,
  regions: within,
  abilities: (outer, inner) => [...new Set([...outer, ...inner])],
  quantizations: partOf,
  maxPrice: cheaper,
  maxLatencyMs: mostOf,
  minTokensPerSecond: leastOf,
  minQuality: leastOf,
};

function tighten<Field extends keyof Policy>(
  field: Field,
  outer: NonNullable<Policy[Field]>,
  inner: NonNullable<Policy[Field]>,
  between: Between,
): NonNullable<Policy[Field]> {
  const tightenField = FIELDS[field] as unknown as Tighten<NonNullable<Policy[Field]>>;
  const tighter = tightenField(outer, inner);
  if (tighter !== undefined) return tighter;
  const whose = between.outer.join(' and ');
  throw new PolicyRelaxed(
    `The policy of ${between.inner} would relax ${field}: it says ${JSON.stringify(inner)}, where the policy of ${whose} says ${JSON.stringify(outer)}.`,
    `A policy may only tighten. Take ${field} out of the policy of ${between.inner}, or change that of ${whose}.`,
  );
}
