import type { Catalog, DataPolicy, Endpoint, Speed } from '../core/vocabulary/model.ts';
import type { ModelConfig } from './catalog-config.ts';

export const UNMEASURED_SPEED: Speed = { firstTokenMs: 1_000, tokensPerSecond: 50 };

export const UNKNOWN_DATA_POLICY: DataPolicy = {
  zeroRetention: 'unknown',
  trainsOnData: 'unknown',
  region: 'unknown',
};

/** What the active providers serve: the built-in endpoints, with the user's own models in place of those of the same id. */
export function buildCatalog(
  builtIn: Catalog,
  own: readonly ModelConfig[],
  activeProviders: ReadonlyMap<string, unknown>,
): Catalog {
  const replaced = new Set(own.map(({ id }) => id));
  const kept = builtIn.endpoints.filter(({ model }) => !replaced.has(model.id));
  return {
    version: own.length > 0 ? `${builtIn.version}, ${own.length} models of the config` : builtIn.version,
    endpoints: [...kept, ...own.flatMap(endpointsOf)].filter(({ provider }) => activeProviders.has(provider)),
  };
}

/** One model as people write it, completed. */
export function endpointsOf({ endpoints, ...model }: ModelConfig): Endpoint[] {
  return endpoints.map(({ provider, wireModel = model.id, price, speed, dataPolicy }) => ({
    id: `${provider}/${model.id}`,
    provider,
    model,
    wireModel,
    price: { cacheRead: price.input, ...price },
    speed: { ...UNMEASURED_SPEED, ...speed },
    dataPolicy: { ...UNKNOWN_DATA_POLICY, ...dataPolicy },
  }));
}
