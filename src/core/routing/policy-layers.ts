/**
 * Policy comes in layers: deployment → tenant → class → agent → step → request. Each may only tighten what those
 * before it set; a wish to relax is an error that names both. There is one row a field, and no other way to merge.
 */
import { SignalboxError } from '../vocabulary/errors.ts';
import { ABILITIES } from '../vocabulary/model.ts';
import type { AllowDeny, EffectivePolicy, Policy, PolicyLayer } from '../vocabulary/policy.ts';
import type { TaskClass } from '../vocabulary/task-class.ts';
import { isWithin } from './constraints.ts';
import { fingerprintOf } from './hash.ts';

/** A layer asks for less than one before it. */
export class PolicyRelaxed extends SignalboxError {}

/** A layer says what is no policy. */
export class PolicyInvalid extends SignalboxError {}

/** Layers together allow nobody. */
export class PolicyContradiction extends SignalboxError {}

/** @param layers outermost first @throws PolicyInvalid, PolicyRelaxed, PolicyContradiction naming the field, the layers and the values */
export function layerPolicies(layers: readonly PolicyLayer[]): EffectivePolicy {
  const policy: Record<string, unknown> = {};
  const setBy: Record<string, string[]> = {};
  for (const { name, policy: inner } of layers) {
    for (const [field, value] of Object.entries(inner) as [keyof Policy, never][]) {
      if (value === undefined) continue;
      assertValue(field, value, name);
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
  return { ...policy, setBy, version: fingerprintOf(fields) };
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

interface Field<T> {
  readonly tighten: Tighten<T>;
  readonly is: (value: unknown) => boolean;
  /** What it must be, in words. */
  readonly shape: string;
}

const isNumber = (value: unknown, most = Infinity): value is number =>
  typeof value === 'number' && value >= 0 && value <= most;
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
/** An object that has none but these fields, each of them absent or as it must be. */
const isRecord = (value: unknown, fields: readonly string[], is: (of: unknown) => boolean): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(([field, of]) => fields.includes(field) && (of === undefined || is(of)));

const list: Field<AllowDeny> = {
  tighten: narrower,
  is: (value) => isRecord(value, ['allow', 'deny'], isNames),
  shape: '{ allow, deny } with lists of names',
};
const names = (tighten: Tighten<readonly string[]>): Field<readonly string[]> => ({
  tighten,
  is: isNames,
  shape: 'a list of names',
});
const flag: Field<boolean> = {
  tighten: asked,
  is: (value) => typeof value === 'boolean',
  shape: 'true or false',
};
const number = (tighten: Tighten<number>, most?: number): Field<number> => ({
  tighten,
  is: (value) => isNumber(value, most),
  shape: most === undefined ? 'a number from 0' : `a number from 0 to ${most}`,
});

const FIELDS: { readonly [Name in keyof Policy]-?: Field<NonNullable<Policy[Name]>> } = {
  providers: list,
  models: list,
  families: list,
  zeroRetention: flag,
  noTraining: flag,
  regions: names(within),
  abilities: {
    tighten: (outer, inner) => [...new Set([...outer, ...inner])],
    is: (value) => Array.isArray(value) && value.every((ability) => ABILITIES.includes(ability)),
    shape: `a list of ${ABILITIES.join(', ')}`,
  },
  quantizations: names(partOf),
  maxPrice: {
    tighten: cheaper,
    is: (value) => isRecord(value, ['input', 'output'], isNumber),
    shape: '{ input, output } in USD per million tokens',
  },
  maxLatencyMs: number(mostOf),
  minTokensPerSecond: number(leastOf),
  minQuality: number(leastOf, 1),
};

/** Layers come from configs, from agents' code and over the wire: what nobody understands must not look like a rule. */
function assertValue(field: string, value: unknown, layer: string): void {
  if (!Object.hasOwn(FIELDS, field)) {
    throw new PolicyInvalid(
      `The policy of ${layer} has a field "${field}" that nobody knows.`,
      `Correct the name; there are ${Object.keys(FIELDS).join(', ')}.`,
    );
  }
  const { is, shape } = FIELDS[field as keyof Policy];
  if (is(value)) return;
  throw new PolicyInvalid(
    `The policy of ${layer} has ${field} ${JSON.stringify(value)}.`,
    `Give ${shape}, or leave ${field} out.`,
  );
}

function tighten<Name extends keyof Policy>(
  field: Name,
  outer: NonNullable<Policy[Name]>,
  inner: NonNullable<Policy[Name]>,
  between: Between,
): NonNullable<Policy[Name]> {
  const row = FIELDS[field] as unknown as Field<NonNullable<Policy[Name]>>;
  const tighter = row.tighten(outer, inner);
  if (tighter !== undefined) return tighter;
  const whose = between.outer.join(' and ');
  throw new PolicyRelaxed(
    `The policy of ${between.inner} would relax ${field}: it says ${JSON.stringify(inner)}, where the policy of ${whose} says ${JSON.stringify(outer)}.`,
    `A policy may only tighten. Take ${field} out of the policy of ${between.inner}, or change that of ${whose}.`,
  );
}
