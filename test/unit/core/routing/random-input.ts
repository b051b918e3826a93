/** Random policies and requests over a catalog. */
import fc from 'fast-check';
import type { Breaker } from '../../../../src/core/health/breaker.ts';
import type { MeasuredSpeed } from '../../../../src/core/health/window.ts';
import type { IndexedCatalog } from '../../../../src/core/routing/catalog-index.ts';
import { indexQuality } from '../../../../src/core/routing/quality-index.ts';
import type { ChooseInput, Health } from '../../../../src/core/routing/request.ts';
import { ABILITIES, type Endpoint } from '../../../../src/core/vocabulary/model.ts';
import type { AllowDeny, Policy } from '../../../../src/core/vocabulary/policy.ts';
import type { Estimate, Quality } from '../../../../src/core/vocabulary/quality.ts';
import { taskClasses } from './routing-input.ts';

/** For each field of a policy, values that each tighten the one before. */
type Narrowings = { readonly [Field in keyof Policy]-?: fc.Arbitrary<NonNullable<Policy[Field]>[]> };
const STEPS = 4;

const fewerAndFewer = (from: readonly string[]): fc.Arbitrary<string[][]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...from], { minLength: 1 }),
      fc.array(fc.double({ min: 0.3, max: 1, noNaN: true }), { minLength: STEPS, maxLength: STEPS }),
    )
    .map(([names, shares]) => {
      let left = names;
      return shares.map((share) => {
        left = left.slice(0, Math.ceil(left.length * share));
        return left;
      });
    });

const narrowerLists = (names: readonly string[]): fc.Arbitrary<AllowDeny[]> =>
  fc
    .tuple(fewerAndFewer(names), fewerAndFewer(names), fc.constantFrom('allow', 'deny', 'both'))
    .map(([allow, deny, which]) =>
      allow.map((allowed, i) => ({
        ...(which !== 'deny' && { allow: allowed }),
        ...(which !== 'allow' && { deny: deny.at(-1 - i)!.slice(0, 8) }),
      })),
    );

const numbers = (min: number, max: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.double({ min, max, noNaN: true }), { minLength: STEPS, maxLength: STEPS })
    .map((some) => some.sort((a, b) => b - a));
const asked = fc.nat(STEPS).map((from) => Array.from({ length: STEPS }, (_, i) => i >= from));

/** The names that the most endpoints have, so that a list of them leaves somebody. */
function usual({ endpoints }: IndexedCatalog, of: (endpoint: Endpoint) => string): string[] {
  const offered = endpoints.filter(({ withheld }) => !withheld);
  return [...Map.groupBy(offered, of)]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 60)
    .map(([name]) => name);
}

export function narrowingsFor(catalog: IndexedCatalog): Narrowings {
  return {
    providers: narrowerLists(usual(catalog, ({ provider }) => provider)),
    models: narrowerLists(usual(catalog, ({ model }) => model.id)),
    families: narrowerLists(usual(catalog, ({ model }) => model.family)),
    zeroRetention: asked,
    noTraining: asked,
    regions: fewerAndFewer(['eu', 'us', 'eu-west-1', 'ap']),
    abilities: fewerAndFewer(ABILITIES).map((some) => some.reverse() as (typeof ABILITIES)[number][][]),
    quantizations: fewerAndFewer(catalog.traits.quantization.values),
    maxPrice: fc
      .tuple(numbers(0.02, 10), numbers(0.05, 50), fc.constantFrom('input', 'output', 'both'))
      .map(([inputs, outputs, which]) =>
        inputs.map((input, i) => ({
          ...(which !== 'output' && { input }),
          ...(which !== 'input' && { output: outputs[i]! }),
        })),
      ),
    maxLatencyMs: numbers(300, 120_000),
    minTokensPerSecond: numbers(1, 3_000).map((some) => some.reverse()),
    minQuality: numbers(0, 1).map((some) => some.reverse()),
  };
}

/** Chains of whole policies: of each field that occurs at all, later policies have later values or none. */
export function chainsFor(catalog: IndexedCatalog): fc.Arbitrary<Policy[]> {
  const present = fc.array(fc.boolean(), { minLength: STEPS, maxLength: STEPS });
  const fields = Object.entries(narrowingsFor(catalog)).map(([field, values]) =>
    fc.option(
      fc
        .tuple(values as fc.Arbitrary<unknown[]>, present)
        .map(([some, there]) => some.map((value, i) => (there[i] ? { [field]: value } : {}))),
      { nil: undefined, freq: 1 },
    ),
  );
  return fc
    .tuple(...fields)
    .map((all) => Array.from({ length: STEPS }, (_, i) => Object.assign({}, ...all.map((of) => of?.[i]))));
}

export const policiesFor = (catalog: IndexedCatalog): fc.Arbitrary<Policy> =>
  fc.record(
    Object.fromEntries(
      Object.entries(narrowingsFor(catalog)).map(([field, values]) => [
        field,
        (values as fc.Arbitrary<unknown[]>).map((some) => some[0]),
      ]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Policy>;

function healthFor({ endpoints, traits }: IndexedCatalog, nowMs: number): fc.Arbitrary<Health> {
  const soon = fc.integer({ min: -90_000, max: 90_000 }).map((ms) => nowMs + ms);
  const breaker: fc.Arbitrary<Breaker> = fc.oneof(
    fc.record({ state: fc.constant('closed' as const), failures: fc.nat(1), recent: fc.constant([]) }),
    fc.record({
      ...{ state: fc.constant('open' as const), sinceMs: soon, untilMs: soon },
      cooldownMs: fc.constant(15_000),
    }),
    fc.record({ state: fc.constant('half-open' as const), probeSinceMs: soon, cooldownMs: fc.constant(1) }),
  );
  const ms = fc.double({ min: 0, max: 30_000, noNaN: true });
  const speed: fc.Arbitrary<MeasuredSpeed> = fc.record({
    firstTokenMs: fc.record({ p50: ms, p95: ms }),
    msPerToken: fc.double({ min: 0, max: 200, noNaN: true }),
  });
  const ids = endpoints.map(({ id }) => id);
  return fc.record({
    breakers: fc
      .array(fc.tuple(fc.constantFrom('x/unknown', ...ids), breaker), { maxLength: 40 })
      .map((some) => new Map(some)),
    quarantined: fc
      .array(fc.constantFrom(...traits.provider.values), { maxLength: 3 })
      .map((some) => new Map(some.map((name) => [name, 'ITS_KEY']))),
    speeds: fc
      .array(fc.tuple(fc.constantFrom('x/unknown', ...ids), speed), { maxLength: 40 })
      .map((some) => new Map(some)),
  });
}

function qualityFor({ endpoints, traits }: IndexedCatalog): fc.Arbitrary<Quality> {
  const estimate: fc.Arbitrary<Estimate> = fc.record({
    success: fc.double({ min: 0, max: 1, noNaN: true }),
    successSd: fc.double({ min: 0, max: 0.3, noNaN: true }),
    costUsd: fc.double({ min: 0, max: 0.2, noNaN: true }),
    basis: fc.constantFrom('observed', 'model'),
  });
  const ofClasses = (names: readonly string[]) =>
    fc
      .tuple(
        fc.subarray([...taskClasses.keys()]),
        fc.array(fc.tuple(fc.constantFrom(...names), estimate), { maxLength: 30 }),
      )
      .map(([classes, row]) => new Map(classes.map((name) => [name, new Map(row)] as const)));
  return fc
    .tuple(ofClasses(traits.model.values), ofClasses(endpoints.map(({ id }) => id)), fc.boolean())
    .map(([estimates, endpointEstimates, priced]) => {
      const models = new Set([...estimates.values()].flatMap((row) => [...row.keys()]));
      const prices = endpoints.filter(({ model }) => priced && models.has(model.id));
      const listPrices = new Map(prices.map(({ model, price }) => [model.id, price] as const));
      return { version: 'q', estimates, endpointEstimates, listPrices };
    });
}

/** Requests of all kinds, in any health, by any policy, with and without something learnt. */
export function inputsFor(catalog: IndexedCatalog, nowMs: number): fc.Arbitrary<ChooseInput> {
  const ids = catalog.endpoints.map(({ id }) => id);
  const lengths = [0, 1, ...catalog.tiers.flatMap(({ above }) => [above, above + 1]), 2_000_000];
  const request = fc.record(
    {
      taskClass: fc.constantFrom(...taskClasses.values()),
      inputTokens: fc.oneof(fc.integer({ min: 1, max: 50_000 }), fc.constantFrom(...lengths)),
      abilities: fc.subarray([...ABILITIES], { maxLength: 2 }),
      avoid: fc.array(fc.constantFrom(...ids), { maxLength: 6 }),
      prefer: fc.constantFrom(...ids),
      allotmentMicros: fc.constantFrom(500, 5_000, 50_000, 500_000, Number.POSITIVE_INFINITY),
      seed: fc.uuid(),
    },
    { requiredKeys: ['taskClass', 'inputTokens', 'abilities', 'avoid', 'allotmentMicros', 'seed'] },
  );
  const quality = fc.option(qualityFor(catalog), { nil: undefined });
  return fc
    .record({ request, policy: policiesFor(catalog), health: healthFor(catalog, nowMs), quality })
    .map((drawn) => {
      const { quality, ...rest } = drawn;
      const learnt = quality && { quality: indexQuality(quality, catalog) };
      // A failing case is told by what was drawn; the catalog would fill a screen a thousand times.
      const told = { [fc.toStringMethod]: { enumerable: false, value: () => fc.stringify(drawn) } };
      return Object.defineProperties({ ...rest, ...learnt, catalog, nowMs }, told);
    });
}
