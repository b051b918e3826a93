/** Loose outside, resolved inside: a user's config is checked and completed here, once, and nowhere else. */
import { z } from 'zod';
import { buildCatalog, endpointsOf } from '../catalog/build-catalog.ts';
import type { ProviderConfig } from '../catalog/catalog-config.ts';
import { liveProviders } from '../catalog/live-vendors.ts';
import { readSnapshot } from '../catalog/read-snapshot.ts';
import { simulatedModels, simulatedProviders } from '../catalog/simulated-vendors.ts';
import { snapshotEndpoints } from '../catalog/snapshot-endpoints.ts';
import { DEFAULT_TASK_QUEUE } from '../core/contract/run.ts';
import { BUILT_IN_TASK_CLASSES } from '../core/routing/task-classes.ts';
import { ABILITIES, type Catalog } from '../core/vocabulary/model.ts';
import type { AllowDeny, Policy } from '../core/vocabulary/policy.ts';
import type { TaskClass } from '../core/vocabulary/task-class.ts';
import { closestNames } from './closest-names.ts';
import type { SignalboxConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Tool } from './tool.ts';

export interface ResolvedConfig {
  readonly agents: string;
  readonly mode: Mode;
  readonly providers: ReadonlyMap<string, ProviderConfig>;
  readonly catalog: Catalog;
  readonly taskClasses: ReadonlyMap<string, TaskClass>;
  readonly policy: Policy;
  /** The learnt file. */
  readonly qualityFile?: string;
  /** Of every model the config knows, those that no active provider serves included. */
  readonly modelIds: ReadonlySet<string>;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly taskQueue: string;
}

/** `simulated` uses only simulated providers, `live` only the others. */
export type Mode = 'simulated' | 'live';

/**
 * `today` decides which models have retired.
 * @throws ConfigError naming the path, the value and the remedy
 */
export function resolveConfig(
  config: SignalboxConfig,
  mode: Mode,
  today = new Date().toISOString().slice(0, 10),
): ResolvedConfig {
  const {
    agents,
    providers = {},
    catalog,
    models = [],
    taskClasses = {},
    policy = {},
    quality,
    tools = {},
    taskQueue,
  } = check(config);
  const allProviders = { ...simulatedProviders, ...liveProviders, ...providers };
  const snapshot = readSnapshot(catalog);
  assertKnown('provider', Object.keys(allProviders), [
    ...models.flatMap(({ endpoints }, i) =>
      endpoints.map(({ provider }, j) => [`models.${i}.endpoints.${j}.provider`, provider] as const),
    ),
    ...named('policy.providers', policy.providers),
  ]);
  const modelIds = [...simulatedModels, ...models, ...snapshot.models].map(({ id }) => id);
  assertKnown('model', modelIds, named('policy.models', policy.models));
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
          endpoints: snapshotEndpoints(snapshot, today, policy.models?.allow ?? []),
        };
  return {
    agents,
    mode,
    providers: active,
    catalog: buildCatalog(builtIn, models, active),
    taskClasses: mergeTaskClasses(taskClasses),
    policy,
    ...(quality !== undefined && { qualityFile: quality }),
    modelIds: new Set(modelIds),
    tools: new Map(Object.entries(tools)),
    taskQueue: taskQueue ?? DEFAULT_TASK_QUEUE,
  };
}

const allowDeny = z.strictObject({
  allow: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
});
const usdPerMillion = z.number().nonnegative();
const known = <T extends z.ZodType>(type: T) => z.union([type, z.literal('unknown')]).optional();
const deadlines = z.strictObject({
  firstTokenMs: z.int().positive(),
  idleMs: z.int().positive(),
  totalMs: z.int().positive(),
});

const configSchema = z.strictObject({
  agents: z.string().min(1),
  catalog: z.string().min(1).optional(),
  providers: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]*$/, 'a provider name has lower-case letters, digits, dots and dashes'),
      z.strictObject({
        wire: z.enum(['openai-compatible', 'anthropic']),
        baseUrl: z.url().optional(),
        apiKeyEnv: z.string().min(1).optional(),
        simulated: z.boolean().optional(),
      }),
    )
    .optional(),
  models: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        family: z.string().min(1),
        contextTokens: z.int().positive(),
        maxOutputTokens: z.int().positive(),
        abilities: z.array(z.enum(ABILITIES as [string, ...string[]])),
        endpoints: z
          .array(
            z.strictObject({
              provider: z.string(),
              wireModel: z.string().min(1).optional(),
              price: z.strictObject({
                input: usdPerMillion,
                output: usdPerMillion,
                cacheRead: usdPerMillion.optional(),
                source: z.string().min(1),
                date: z.iso.date(),
              }),
              speed: z
                .strictObject({
                  firstTokenMs: z.number().positive().optional(),
                  tokensPerSecond: z.number().positive().optional(),
                })
                .optional(),
              dataPolicy: z
                .strictObject({
                  zeroRetention: known(z.boolean()),
                  trainsOnData: known(z.boolean()),
                  region: z.string().optional(),
                })
                .optional(),
            }),
          )
          .min(1),
      }),
    )
    .optional(),
  taskClasses: z
    .record(
      z.string().min(1),
      z.strictObject({
        successUsd: z.number().positive().optional(),
        secondUsd: z.number().nonnegative().optional(),
        maxOutputTokens: z.int().positive().optional(),
        expectedOutputTokens: z.int().positive().optional(),
        deadlines: deadlines.partial().optional(),
      }),
    )
    .optional(),
  policy: z
    .strictObject({
      providers: allowDeny.optional(),
      models: allowDeny.optional(),
      zeroRetention: z.boolean().optional(),
      noTraining: z.boolean().optional(),
      regions: z.array(z.string()).optional(),
      maxPrice: z
        .strictObject({ input: usdPerMillion.optional(), output: usdPerMillion.optional() })
        .optional(),
      maxLatencyMs: z.number().positive().optional(),
    })
    .optional(),
  quality: z.string().min(1).optional(),
  tools: z
    .record(
      z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'a tool name has letters, digits, _ and -, at most 64'),
      z.custom<Tool>(
        (value) => typeof (value as Tool | null)?.run === 'function',
        'make it with tool({ description, input, execute })',
      ),
    )
    .optional(),
  taskQueue: z.string().min(1).optional(),
});

function check(config: SignalboxConfig): SignalboxConfig {
  const result = configSchema.safeParse(config);
  if (result.success) return config;
  const issues = result.error.issues.map((issue) => {
    const at = issue.path.reduce<unknown>(
      (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
      config,
    );
    const got =
      typeof at === 'object' || typeof at === 'function' || at === undefined
        ? ''
        : `, got ${JSON.stringify(at)}`;
    return `  ${issue.path.join('.') || '(the whole)'}: ${issue.message}${got}`;
  });
  throw new ConfigError(
    `The Signalbox config is wrong in ${issues.length === 1 ? 'one place' : `${issues.length} places`}:\n${issues.join('\n')}`,
    'Mend these fields in signalbox.config.ts; defineConfig() from "signalbox" shows their types in your editor.',
  );
}

type Named = readonly [path: string, name: string];

const named = (path: string, { allow = [], deny = [] }: AllowDeny = {}): Named[] => [
  ...allow.map((name, i) => [`${path}.allow.${i}`, name] as const),
  ...deny.map((name, i) => [`${path}.deny.${i}`, name] as const),
];

/** A name nobody knows is a typing error that would quietly allow, forbid or serve nothing. */
function assertKnown(what: 'provider' | 'model', known: readonly string[], names: readonly Named[]): void {
  const unknown = names.find(([, name]) => !known.includes(name));
  if (!unknown) return;
  throw new ConfigError(
    `${unknown[0]}: there is no ${what} "${unknown[1]}".`,
    `Use one of ${closestNames(unknown[1], known).join(', ')}, or add it to ${what}s in signalbox.config.ts.`,
  );
}

function mergeTaskClasses(changes: NonNullable<SignalboxConfig['taskClasses']>): Map<string, TaskClass> {
  const classes = new Map(BUILT_IN_TASK_CLASSES.map((taskClass) => [taskClass.name, taskClass]));
  for (const [name, { deadlines, ...change }] of Object.entries(changes)) {
    const base = classes.get(name) ?? classes.get('writing')!;
    classes.set(name, { ...base, ...change, name, deadlines: { ...base.deadlines, ...deadlines } });
  }
  return classes;
}
