/**
 * How long the router takes over the whole catalog, in microseconds on one core: every endpoint that the snapshot knows,
 * a policy of all kinds in force, and another request, health and policy on every call.
 */
import { dataPolicyOf } from '../../src/catalog/build-catalog.ts';
import { readDataPolicyClaims } from '../../src/catalog/data-policy-claims.ts';
import { readSnapshot } from '../../src/catalog/read-snapshot.ts';
import { snapshotEndpoints } from '../../src/catalog/snapshot-endpoints.ts';
import type { Breaker } from '../../src/core/health/breaker.ts';
import { indexCatalog } from '../../src/core/routing/catalog-index.ts';
import { choose } from '../../src/core/routing/choose.ts';
import { estimateQuality } from '../../src/core/routing/quality/estimate-quality.ts';
import { randomFrom, shuffle } from '../../src/core/routing/quality/shuffle.ts';
import { indexQuality } from '../../src/core/routing/quality-index.ts';
import type { ChooseInput } from '../../src/core/routing/request.ts';
import { BUILT_IN_TASK_CLASSES } from '../../src/core/routing/task-classes.ts';
import type { Decision } from '../../src/core/vocabulary/decision.ts';
import { ABILITIES, type Endpoint } from '../../src/core/vocabulary/model.ts';
import type { EffectivePolicy } from '../../src/core/vocabulary/policy.ts';

const WARM_UP = 2_000;
const BATCH = 500;
const CALLS = 10_000;
const NOW = Date.parse('2026-11-25');

const random = randomFrom(7);
const between = (low: number, high: number) => low + random() * (high - low);
const some = <T>(items: readonly T[], count: number): T[] => shuffle(items, random).slice(0, count);

const snapshot = readSnapshot();
// What hosts promise is mostly unknown, and a policy that asks would end the work at its first rule. So that every rule
// has work to do, seven hosts in ten promise all here, as contracts would.
const promising = new Set(
  some(
    [...new Set(snapshot.models.flatMap(({ endpoints }) => endpoints.map(({ provider }) => provider)))],
    64,
  ),
);
const promise = dataPolicyOf({
  ...{ zdr: true, trainsOnData: false, regions: ['eu', 'us'] },
  ...{ basis: 'contract', source: 'bench', checked: '2026-11-25' },
});
const catalog = indexCatalog({
  version: snapshot.version,
  endpoints: snapshotEndpoints(snapshot, readDataPolicyClaims()).map((endpoint) => ({
    ...endpoint,
    ...(promising.has(endpoint.provider) && { dataPolicy: promise }),
    speed: { firstTokenMs: between(150, 3_000), tokensPerSecond: between(20, 300) },
  })),
});
const distinct = (of: (endpoint: Endpoint) => string) => [...new Set(catalog.endpoints.map(of))];
const providers = distinct(({ provider }) => provider);
const models = distinct(({ model }) => model.id);
const families = distinct(({ model }) => model.family);
const quantizations = distinct(({ quantization = 'unknown' }) => quantization);
const learnt = estimateQuality(
  BUILT_IN_TASK_CLASSES.flatMap(({ name }) =>
    some(models, 60).map((id) => ({
      ...{ taskClass: name, model: id, requests: 80, successes: between(20, 78) },
      ...{ costUsd: between(0.01, 2), costUsdSquares: 1 },
    })),
  ),
);

const quality = indexQuality(learnt, catalog);

function policyOf(): EffectivePolicy {
  return {
    providers: { deny: some(providers, 5) },
    models: { deny: some(models, 40) },
    families: { allow: some(families, 150) },
    zeroRetention: true,
    noTraining: true,
    regions: ['eu', 'us', `ap-${Math.floor(between(1, 9))}`],
    abilities: some(ABILITIES, 1),
    quantizations: ['unknown', ...some(quantizations, 5)],
    maxPrice: { input: between(2, 30), output: between(8, 120) },
    maxLatencyMs: between(15_000, 60_000),
    minTokensPerSecond: between(20, 40),
    minQuality: between(0.3, 0.6),
    version: '00000000',
  };
}

function inputOf(call: number): ChooseInput {
  const open: Breaker = { state: 'open', sinceMs: 0, untilMs: NOW + 10_000, cooldownMs: 15_000 };
  const closed: Breaker = { state: 'closed', failures: 1, recent: [] };
  const breakers = some(catalog.endpoints, 100).map(
    ({ id }, i) => [id, i % 3 === 0 ? open : closed] as const,
  );
  const speeds = new Map(
    breakers.map(([id], i) => [id, { firstTokenMs: { p50: 10 * i, p95: 20 * i }, msPerToken: 20 }]),
  );
  return {
    catalog,
    quality,
    policy: policyOf(),
    health: {
      breakers: new Map(breakers),
      quarantined: new Map(some(providers, 2).map((name) => [name, 'ITS_KEY'])),
      speeds,
    },
    nowMs: NOW + call,
    request: {
      taskClass: BUILT_IN_TASK_CLASSES[call % BUILT_IN_TASK_CLASSES.length]!,
      inputTokens: Math.round(Math.exp(between(Math.log(200), Math.log(150_000)))),
      abilities: some(ABILITIES.slice(0, 2), call % 3),
      avoid: some(catalog.endpoints, call % 4).map(({ id }) => id),
      prefer: some(catalog.endpoints, 1)[0]!.id,
      allotmentMicros: between(200_000, 1_000_000),
      seed: `run-${call}`,
    },
  };
}

function timed(input: ChooseInput): { us: number; decision: Decision } {
  const startedAt = process.hrtime.bigint();
  const decision = choose(input);
  return { us: Number(process.hrtime.bigint() - startedAt) / 1_000, decision };
}

const quantile = (numbers: readonly number[], q: number) =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(q * numbers.length) - 1]!;

const check = { acceptsWrong: 0.05, rejectsRight: 0.02, costUsd: 0.001 };
const withCheck = (input: ChooseInput) => ({ ...input, request: { ...input.request, check } });
const plain: number[] = [];
const checked: number[] = [];
const candidates: number[] = [];
const bytes: number[] = [];
for (let done = 0; done < WARM_UP + CALLS; done += BATCH) {
  // Made beforehand, so that what is timed is the router and not the making of its inputs.
  const inputs = Array.from({ length: BATCH }, (_, i) => inputOf(done + i));
  const decided = inputs.map(timed);
  const escalated = inputs.filter((_, i) => i % 10 === 0).map((input) => timed(withCheck(input)));
  if (done < WARM_UP) continue;
  plain.push(...decided.map(({ us }) => us));
  checked.push(...escalated.map(({ us }) => us));
  for (const { decision } of decided) {
    candidates.push(decision.candidates.length + decision.moreCandidates);
    bytes.push(JSON.stringify(decision).length);
  }
}

const hosts = Map.groupBy(catalog.endpoints, (endpoint) => endpoint.model.id);
const multiHost = [...hosts.values()].filter((of) => new Set(of.map((one) => one.provider)).size > 1);
const rounded = (us: number) => Math.round(us * 10) / 10;
process.stdout.write(
  `${JSON.stringify({
    models: models.length,
    endpoints: catalog.endpoints.length,
    multiHostModels: multiHost.length,
    calls: CALLS,
    candidatesP50: quantile(candidates, 0.5),
    chooseP50Us: rounded(quantile(plain, 0.5)),
    chooseP99Us: rounded(quantile(plain, 0.99)),
    withCheckP50Us: rounded(quantile(checked, 0.5)),
    withCheckP99Us: rounded(quantile(checked, 0.99)),
    decisionBytes: quantile(bytes, 0.5),
    decisionBytesMax: quantile(bytes, 1),
  })}\n`,
);
