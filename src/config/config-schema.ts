/** What a config may hold, field by field; what the fields mean together is `resolve-config.ts`'s to check. */
import { z } from 'zod';
import type { SdkProvider } from '../catalog/catalog-config.ts';
import { LONGEST_CONNECT_MS, LONGEST_TOTAL_MS } from '../core/routing/call-deadlines.ts';
import { MOST_EXPLORED } from '../core/routing/explore.ts';
import type { BlobStore } from '../core/vocabulary/blob.ts';
import { ABILITIES, MODALITIES, WIRES } from '../core/vocabulary/model.ts';
import { ACCEPTABLE } from '../core/vocabulary/policy.ts';
import type { Check } from './check.ts';
import type { SignalboxConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Tool } from './tool.ts';

const allowDeny = z.strictObject({
  allow: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
});
const usdPerMillion = z.number().nonnegative();
const abilities = z.array(z.enum(ABILITIES as [string, ...string[]]));
const names = z.array(z.string().min(1));
const rates = {
  input: usdPerMillion,
  output: usdPerMillion,
  cacheRead: usdPerMillion.optional(),
  cacheWrite: usdPerMillion.optional(),
  reasoning: usdPerMillion.optional(),
};
const price = z.strictObject({
  ...rates,
  tiers: z
    .array(z.strictObject({ ...z.object(rates).partial().shape, above: z.int().positive() }))
    .min(1)
    .refine(
      (tiers) => tiers.every(({ above }, i) => i === 0 || above > tiers[i - 1]!.above),
      'tiers stand in ascending order of `above`',
    )
    .optional(),
  source: z.string().min(1),
  date: z.iso.date(),
});
const speed = z.strictObject({
  firstTokenMs: z.number().positive().optional(),
  tokensPerSecond: z.number().positive().optional(),
});
const dataPolicy = z
  .strictObject({
    zdr: z.boolean().optional(),
    retentionDays: z.number().nonnegative().optional(),
    trainsOnData: z.boolean().optional(),
    regions: names.min(1).optional(),
    basis: z.enum(['public', 'contract']),
    source: z.string().min(1),
    checked: z.iso.date(),
  })
  .refine(
    ({ zdr, retentionDays }) =>
      zdr === undefined || retentionDays === undefined || zdr === (retentionDays === 0),
    {
      error: 'contradicts zdr, which keeps nothing for any days: correct the one or the other',
      path: ['retentionDays'],
    },
  );
const policy = z.strictObject({
  providers: allowDeny.optional(),
  models: allowDeny.optional(),
  families: allowDeny.optional(),
  zeroRetention: z.boolean().optional(),
  noTraining: z.boolean().optional(),
  regions: names.min(1).optional(),
  abilities: abilities.optional(),
  quantizations: names.min(1).optional(),
  maxPrice: z.strictObject({ input: usdPerMillion.optional(), output: usdPerMillion.optional() }).optional(),
  maxLatencyMs: z.number().positive().optional(),
  minTokensPerSecond: z.number().positive().optional(),
  minQuality: z.number().min(0).max(1).optional(),
});
const deadlines = z
  .strictObject({
    connectMs: z.int().positive().max(LONGEST_CONNECT_MS),
    firstTokenMs: z.int().positive(),
    idleMs: z.int().positive(),
    totalMs: z.int().positive().max(LONGEST_TOTAL_MS),
  })
  .partial();

const caps = z.strictObject({
  day: z.number().positive().optional(),
  month: z.number().positive().optional(),
});

/** In capitals, so that a key put in its place is told: few keys are without small letters. */
const KEY_VARIABLES =
  'name the environment variable that holds the key, in capitals, or a list of them, e.g. ["OWN_KEY_1", "OWN_KEY_2"], and never a key itself';
const keyVariable = z.string(KEY_VARIABLES).regex(/^[A-Z_][A-Z0-9_]*$/, KEY_VARIABLES);
const keyVariables = z.union([keyVariable, z.array(keyVariable).min(1, KEY_VARIABLES)], KEY_VARIABLES);
const baseUrl = z
  .url({ protocol: /^https?$/, error: 'give an address such as https://llm.example.com/v1' })
  .refine(
    (address) => !/[?#]|\/\/[^/]*@/.test(address),
    'paths are put behind it: leave out a query, a fragment, a user and a password; keys go by apiKeyEnv',
  );

const BLOBS = 'give a folder, file:PATH, or a store of your own: { put(digest, bytes), get(digest) }';

const configSchema = z.strictObject({
  agents: z.string().min(1),
  catalog: z.string().min(1).optional(),
  providers: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]*$/, 'a provider name has lower-case letters, digits, dots and dashes'),
      z
        .strictObject({
          wire: z.enum(WIRES).optional(),
          sdk: z
            .custom<SdkProvider>(
              (value) => typeof value === 'function' && !('languageModel' in value),
              'give a function that makes a provider of the AI SDK: ({ fetch, apiKey }) => createX({ fetch, apiKey })',
            )
            .optional(),
          baseUrl: baseUrl.optional(),
          apiKeyEnv: keyVariables.optional(),
          maxConcurrent: z.int().positive().optional(),
          streams: z.boolean().optional(),
          simulated: z.boolean().optional(),
        })
        .refine(
          ({ wire, sdk }) => (wire === undefined) !== (sdk === undefined),
          `give either the wire it speaks (${WIRES.join(', ')}) or an sdk`,
        )
        .refine(
          ({ sdk, simulated }) => !sdk || !simulated,
          'a simulated provider speaks a wire, and has no sdk',
        ),
    )
    .optional(),
  models: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        family: z.string().min(1),
        contextTokens: z.int().positive(),
        maxOutputTokens: z.int().positive(),
        abilities,
        inputs: z.array(z.enum(MODALITIES)).min(1).optional(),
        endpoints: z
          .array(
            z.strictObject({
              provider: z.string(),
              contextTokens: z.int().positive().optional(),
              wireModel: z.string().min(1).optional(),
              price,
              quantization: z.string().min(1).optional(),
              region: z.string().min(1).optional(),
              speed: speed.optional(),
              dataPolicy: dataPolicy.optional(),
              deadlines: deadlines.optional(),
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
        qualityFloor: z.number().min(0).max(1).optional(),
        deadlines: deadlines.optional(),
        caps: caps.optional(),
        policy: policy.optional(),
      }),
    )
    .optional(),
  overrides: z
    .array(
      z
        .strictObject({
          provider: z.string().min(1),
          model: z.string().min(1).optional(),
          endpoint: z.string().min(1).optional(),
          price: price.optional(),
          dataPolicy: dataPolicy.optional(),
          speed: speed.optional(),
          deadlines: deadlines.optional(),
        })
        .refine(
          ({ price, dataPolicy, speed, deadlines }) => price || dataPolicy || speed || deadlines,
          'changes nothing: give a price, a dataPolicy, a speed or deadlines',
        ),
    )
    .optional(),
  policy: policy.optional(),
  tenants: z
    .record(z.string().min(1), z.strictObject({ policy: policy.optional(), caps: caps.optional() }))
    .optional(),
  accepts: z.array(z.enum(ACCEPTABLE)).optional(),
  exploration: z.strictObject({ share: z.number().min(0).max(MOST_EXPLORED) }).optional(),
  database: z.string().min(1).optional(),
  quality: z.string().min(1).optional(),
  blobs: z
    .union(
      [
        z.string().regex(/^file:./, BLOBS),
        z.custom<BlobStore>(
          (value) =>
            typeof (value as BlobStore | null)?.put === 'function' &&
            typeof (value as BlobStore).get === 'function',
        ),
      ],
      BLOBS,
    )
    .optional(),
  tools: z
    .record(
      z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'a tool name has letters, digits, _ and -, at most 64'),
      z.custom<Tool>(
        (value) => typeof (value as Tool | null)?.run === 'function' && 'kind' in (value as Tool),
        'make it with tool({ description, input, execute })',
      ),
    )
    .optional(),
  checks: z
    .record(
      z.string().min(1),
      z.union(
        [
          z.custom<Check>(
            (value) =>
              typeof (value as Check | null)?.run === 'function' &&
              typeof (value as Check).reliability === 'object',
          ),
          z.strictObject({
            rubric: z.string().trim().min(1),
            task: z.string().min(1),
            reliability: z.strictObject({
              acceptsWrong: z.number().min(0).max(1),
              rejectsRight: z.number().min(0).max(1),
              costUsd: z.number().min(0),
            }),
          }),
        ],
        'make it with check({ accepts }) or judge({ rubric }), with chances from 0 to 1',
      ),
    )
    .optional(),
  taskQueue: z.string().min(1).optional(),
});

/** @throws ConfigError naming every field that is wrong, its value and the remedy */
export function checkConfig(config: SignalboxConfig): SignalboxConfig {
  const result = configSchema.safeParse(config);
  if (result.success) return config;
  const issues = result.error.issues.map((issue) => {
    const at = issue.path.reduce<unknown>(
      (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
      config,
    );
    const shown = issue.path.includes('apiKeyEnv') ? undefined : shownOf(at);
    const message = issue.code === 'invalid_key' ? issue.issues[0]!.message : issue.message;
    return `  ${issue.path.join('.') || '(the whole)'}: ${message}${shown === undefined ? '' : `, got ${shown}`}`;
  });
  throw new ConfigError(
    `The Signalbox config is wrong in ${issues.length === 1 ? 'one place' : `${issues.length} places`}:\n${issues.join('\n')}`,
    'Mend these fields in signalbox.config.ts; defineConfig() from "signalbox" shows their types in your editor.',
  );
}

/** A value as an error may show it, which ends in logs: without the user and the password of an address. */
function shownOf(value: unknown): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value.replace(/\/\/[^/]*@/, '//…@'));
  return typeof value === 'object' || typeof value === 'function' ? undefined : JSON.stringify(value);
}
