import { fingerprintOf } from '../core/routing/hash.ts';
import type { Catalog, DataPolicy, Endpoint, Price, Speed } from '../core/vocabulary/model.ts';
import type { DataPolicyConfig, ModelConfig, OverrideConfig, PriceConfig } from './catalog-config.ts';

export const UNMEASURED_SPEED: Speed = { firstTokenMs: 1_000, tokensPerSecond: 50 };

export const UNKNOWN_DATA_POLICY: DataPolicy = {
  zdr: 'unknown',
  retentionDays: 'unknown',
  trainsOnData: 'unknown',
  regions: 'unknown',
};

export interface OwnCatalog {
  /** In place of built-in ones of the same id. */
  readonly models: readonly ModelConfig[];
  readonly overrides: readonly OverrideConfig[];
}

/** What the active providers serve: the built-in endpoints, changed and added to by what the user's config says. */
export function buildCatalog(
  builtIn: Catalog,
  { models, overrides }: OwnCatalog,
  activeProviders: ReadonlyMap<string, unknown>,
): Catalog {
  const replaced = new Set(models.map(({ id }) => id));
  const kept = builtIn.endpoints.filter(({ model }) => !replaced.has(model.id));
  const own = models.length + overrides.length > 0 ? `, config ${fingerprintOf({ models, overrides })}` : '';
  return {
    version: `${builtIn.version}${own}`,
    endpoints: [...kept, ...models.flatMap(endpointsOf)]
      .filter(({ provider }) => activeProviders.has(provider))
      .map((endpoint) => overrides.reduce(overridden, endpoint)),
  };
}

/** One model as people write it, completed. */
export function endpointsOf({ endpoints, ...model }: ModelConfig): Endpoint[] {
  return endpoints.map(
    ({ provider, wireModel = model.id, region, contextTokens, price, speed, dataPolicy, ...about }) => ({
      id: `${provider}/${model.id}${region === undefined ? '' : `@${region}`}`,
      provider,
      model: { ...model, ...(contextTokens !== undefined && { contextTokens }) },
      wireModel,
      price: priceOf(price),
      speed: { ...UNMEASURED_SPEED, ...speed },
      dataPolicy: dataPolicyOf(dataPolicy),
      ...about,
    }),
  );
}

function overridden(
  endpoint: Endpoint,
  { provider, model, endpoint: id, price, dataPolicy, speed, deadlines }: OverrideConfig,
): Endpoint {
  if (id !== undefined && endpoint.id !== id) return endpoint;
  if (endpoint.provider !== provider || (model !== undefined && endpoint.model.id !== model)) return endpoint;
  return {
    ...endpoint,
    ...(price && { price: priceOf(price) }),
    ...(dataPolicy && { dataPolicy: dataPolicyOf(dataPolicy) }),
    speed: { ...endpoint.speed, ...speed },
    ...(deadlines && { deadlines: { ...endpoint.deadlines, ...deadlines } }),
  };
}

/** Every rate filled in. */
export function priceOf({ tiers, source, date, ...rates }: PriceConfig): Price {
  const base = ratesOf(rates);
  return {
    ...base,
    ...{ source, date },
    ...(tiers && {
      tiers: tiers.map(({ above, ...change }) => ({ above, ...ratesOf({ ...rates, ...change }) })),
    }),
  };
}

const ratesOf = ({ input, output, ...rates }: Omit<PriceConfig, 'tiers' | 'source' | 'date'>) => ({
  input,
  output,
  cacheRead: rates.cacheRead ?? input,
  cacheWrite: rates.cacheWrite ?? input,
  reasoning: rates.reasoning ?? output,
});

/** What is not said is unknown; keeping nothing and keeping it for no days are one promise. */
export function dataPolicyOf(said: DataPolicyConfig | undefined): DataPolicy {
  if (!said) return UNKNOWN_DATA_POLICY;
  const zdr = said.zdr ?? (said.retentionDays === undefined ? 'unknown' : said.retentionDays === 0);
  const retentionDays = said.retentionDays ?? (zdr === true ? 0 : 'unknown');
  return { ...UNKNOWN_DATA_POLICY, ...said, zdr, retentionDays };
}
