/** Loose outside, resolved inside: a user's config is checked and completed here, once, and nowhere else. */
import { buildCatalog, endpointsOf } from '../catalog/build-catalog.ts';
import type { ProviderConfig } from '../catalog/catalog-config.ts';
import { readDataPolicyClaims } from '../catalog/data-policy-claims.ts';
import { liveProviders } from '../catalog/live-vendors.ts';
import { readSnapshot } from '../catalog/read-snapshot.ts';
import { simulatedModels, simulatedProviders } from '../catalog/simulated-vendors.ts';
import { snapshotEndpoints } from '../catalog/snapshot-endpoints.ts';
import { DEFAULT_TASK_QUEUE } from '../core/contract/run.ts';
import type { Exploration } from '../core/routing/explore.ts';
import { type Governance, governanceOf } from '../core/routing/governance.ts';
import { DEFAULT_TASK_CLASS } from '../core/routing/infer-task-class.ts';
import { layerPolicies, policyLayers } from '../core/routing/policy-layers.ts';
import { BUILT_IN_TASK_CLASSES } from '../core/routing/task-classes.ts';
import type { BlobStore } from '../core/vocabulary/blob.ts';
import type { Catalog } from '../core/vocabulary/model.ts';
import type { AllowDeny, Policy } from '../core/vocabulary/policy.ts';
import type { Deadlines, TaskClass } from '../core/vocabulary/task-class.ts';
import type { Check } from './check.ts';
import { closestNames } from './closest-names.ts';
import type { SignalboxConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { checkConfig } from './config-schema.ts';
import { isJudge, type Judge } from './judge.ts';
import type { Tool } from './tool.ts';

export interface ResolvedConfig {
  readonly agents: string;
  readonly mode: Mode;
  readonly providers: ReadonlyMap<string, ProviderConfig>;
  readonly catalog: Catalog;
  readonly taskClasses: ReadonlyMap<string, TaskClass>;
  readonly governance: Governance;
  readonly exploration?: Exploration;
  /** As the config says it; absent where it does not. */
  readonly database?: string;
  /** `file:PATH`, or a store. */
  readonly blobs: string | BlobStore;
  /** The learnt file. */
  readonly qualityFile?: string;
  /** Of every model the config knows, those that no active provider serves included. */
  readonly modelIds: ReadonlySet<string>;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly checks: ReadonlyMap<string, Check>;
  readonly judges: ReadonlyMap<string, Judge>;
  readonly taskQueue: string;
}

/** `simulated` uses only simulated providers, `live` only the others. */
export type Mode = 'simulated' | 'live';

/** @throws ConfigError naming the path, the value and the remedy; PolicyRelaxed where layers of policy disagree */
export function resolveConfig(config: SignalboxConfig, mode: Mode): ResolvedConfig {
  const {
    agents,
    providers = {},
    catalog,
    models = [],
    overrides = [],
    taskClasses = {},
    exploration,
    database,
    blobs = DEFAULT_BLOBS,
    quality,
    tools = {},
    checks = {},
    taskQueue,
  } = checkConfig(config);
  const allProviders = { ...simulatedProviders, ...liveProviders, ...providers };
  const snapshot = readSnapshot(catalog);
  // Hosts of the catalog may be ruled on before they are configured.
  const hosts = snapshot.models.flatMap(({ endpoints }) => endpoints.map(({ provider }) => provider));
  const providerNames = [...new Set([...Object.keys(allProviders), ...hosts])];
  assertKnown('provider', Object.keys(allProviders), [
    ...models.flatMap(({ endpoints }, i) =>
      endpoints.map(({ provider }, j) => [`models.${i}.endpoints.${j}.provider`, provider] as const),
    ),
    ...overrides.map(({ provider }, i) => [`overrides.${i}.provider`, provider] as const),
  ]);
  const known = [...simulatedModels, ...models, ...snapshot.models];
  const modelIds = known.map(({ id }) => id);
  const families = known.map(({ family }) => family);
  assertKnown(
    'model',
    modelIds,
    overrides.flatMap(({ model }, i) => (model === undefined ? [] : [[`overrides.${i}.model`, model]])),
  );
  for (const [path, { providers, models, families: ofPolicy }] of policiesIn(config)) {
    assertKnown('provider', providerNames, named(`${path}.providers`, providers));
    assertKnown('model', modelIds, named(`${path}.models`, models));
    assertKnown('family', families, named(`${path}.families`, ofPolicy));
  }
  const active = new Map(
    Object.entries<ProviderConfig>(allProviders).filter(
      ([, p]) => (p.simulated ?? false) === (mode === 'simulated'),
    ),
  );
  const builtIn =
    mode === 'simulated'
      ? { version: 'simulated', endpoints: simulatedModels.flatMap(endpointsOf) }
      : {
          version: snapshot.version,
          endpoints: snapshotEndpoints(snapshot, readDataPolicyClaims(), config.policy?.models?.allow),
        };
  const own = models.flatMap(endpointsOf).map(({ id }) => id);
  assertOnce(own);
  assertKnown(
    'endpoint',
    [...own, ...builtIn.endpoints.map(({ id }) => id)],
    overrides.flatMap(({ endpoint }, i) =>
      endpoint === undefined ? [] : [[`overrides.${i}.endpoint`, endpoint] as const],
    ),
  );
  const classes = mergeTaskClasses(taskClasses);
  const governance = governanceOf(config);
  assertLayersAgree(governance, classes);
  return {
    agents,
    mode,
    providers: active,
    catalog: buildCatalog(builtIn, { models, overrides }, active),
    taskClasses: classes,
    governance,
    ...(exploration && { exploration }),
    ...(database !== undefined && { database }),
    blobs,
    ...(quality !== undefined && { qualityFile: quality }),
    modelIds: new Set(modelIds),
    tools: new Map(Object.entries(tools)),
    ...verifiersOf(checks, classes),
    taskQueue: taskQueue ?? DEFAULT_TASK_QUEUE,
  };
}

const DEFAULT_BLOBS = 'file:.signalbox/blobs';

/** Functions run with the answer, judges are asked after it. */
function verifiersOf(
  checks: NonNullable<SignalboxConfig['checks']>,
  taskClasses: ReadonlyMap<string, TaskClass>,
): Pick<ResolvedConfig, 'checks' | 'judges'> {
  const functions = new Map<string, Check>();
  const judges = new Map<string, Judge>();
  for (const [name, verifier] of Object.entries(checks)) {
    if (!isJudge(verifier)) functions.set(name, verifier);
    else if (taskClasses.has(verifier.task)) judges.set(name, verifier);
    else
      throw new ConfigError(
        `checks.${name}.task: there is no task class "${verifier.task}".`,
        `Use one of ${[...taskClasses.keys()].join(', ')}, or add it to taskClasses in signalbox.config.ts.`,
      );
  }
  return { checks: functions, judges };
}

type Named = readonly [path: string, name: string];

const named = (path: string, { allow = [], deny = [] }: AllowDeny = {}): Named[] => [
  ...allow.map((name, i) => [`${path}.allow.${i}`, name] as const),
  ...deny.map((name, i) => [`${path}.deny.${i}`, name] as const),
];

/** Two endpoints of one id could be told apart by nobody: rules would look at one, and the other be asked. */
function assertOnce(ids: readonly string[]): void {
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice === undefined) return;
  throw new ConfigError(
    `models: the endpoint "${twice}" is there twice.`,
    'Give each model id once, and endpoints of one provider different regions.',
  );
}

/** A name nobody knows is a typing error that would quietly allow, forbid or serve nothing. */
function assertKnown(
  what: 'provider' | 'model' | 'family' | 'endpoint',
  known: readonly string[],
  names: readonly Named[],
): void {
  const unknown = names.find(([, name]) => !known.includes(name));
  if (!unknown) return;
  throw new ConfigError(
    `${unknown[0]}: there is no ${what} "${unknown[1]}".`,
    `Use one of ${closestNames(unknown[1], [...new Set(known)]).join(', ')}, or add it to ${what === 'provider' ? 'providers' : 'models'} in signalbox.config.ts.`,
  );
}

/** Every policy in a config, with its path. */
function policiesIn({ policy, tenants = {}, taskClasses = {} }: SignalboxConfig): [string, Policy][] {
  return [
    ['policy', policy ?? {}],
    ...Object.entries(tenants).map(([name, of]): [string, Policy] => [
      `tenants.${name}.policy`,
      of.policy ?? {},
    ]),
    ...Object.entries(taskClasses).map(([name, of]): [string, Policy] => [
      `taskClasses.${name}.policy`,
      of.policy ?? {},
    ]),
  ];
}

/** Layers that a config holds are known to agree before any run meets them. @throws PolicyRelaxed, PolicyContradiction */
function assertLayersAgree(
  { policy, tenants = new Map() }: Governance,
  taskClasses: ReadonlyMap<string, TaskClass>,
): void {
  for (const [tenant, of] of [[undefined, undefined], ...tenants] as const) {
    for (const taskClass of taskClasses.values())
      layerPolicies(policyLayers({ policy, tenant, tenantPolicy: of?.policy, taskClass }));
  }
}

function mergeTaskClasses(changes: NonNullable<SignalboxConfig['taskClasses']>): Map<string, TaskClass> {
  const classes = new Map(BUILT_IN_TASK_CLASSES.map((taskClass) => [taskClass.name, taskClass]));
  for (const [name, { deadlines, ...change }] of Object.entries(changes)) {
    const base = classes.get(name) ?? classes.get(DEFAULT_TASK_CLASS)!;
    const set = Object.keys(deadlines ?? {}) as (keyof Deadlines)[];
    const merged = {
      ...{ ...base, ...change, name },
      ...(deadlines && {
        deadlines: { ...base.deadlines, ...deadlines },
        setDeadlines: [...(base.setDeadlines ?? []), ...set],
      }),
    };
    if (merged.expectedOutputTokens > merged.maxOutputTokens) {
      throw new ConfigError(
        `taskClasses.${name}: expectedOutputTokens (${merged.expectedOutputTokens}) is more than maxOutputTokens (${merged.maxOutputTokens}).`,
        'Lower the one or raise the other: a usual reply must fit.',
      );
    }
    classes.set(name, merged);
  }
  return classes;
}
