import type { Catalog, Endpoint } from '../core/vocabulary/model.ts';
import type { ModelConfig } from './catalog-config.ts';

/**
 * The catalog of the endpoints whose providers are active: the built-in models, with the user's own added and those of
 * the same id replaced.
 */
export function buildCatalog(
  builtIn: readonly ModelConfig[],
  own: readonly ModelConfig[],
  activeProviders: ReadonlyMap<string, unknown>,
): Catalog {
  const replaced = new Set(own.map(({ id }) => id));
  const models = [...builtIn.filter(({ id }) => !replaced.has(id)), ...own];
  const endpoints = models.flatMap(endpointsOf).filter(({ provider }) => activeProviders.has(provider));
  return { version: own.length > 0 ? `built-in, ${own.length} models of the config` : 'built-in', endpoints };
}

function endpointsOf({ endpoints, ...model }: ModelConfig): Endpoint[] {
  return endpoints.map(({ provider, wireModel = model.id, price, speed, dataPolicy }) => ({
    id: `${provider}/${model.id}`,
    provider,
    model,
    wireModel,
    price: { cacheRead: price.input, ...price },
    speed: { firstTokenMs: 1_000, tokensPerSecond: 50, ...speed },
    dataPolicy: { zeroRetention: 'unknown', trainsOnData: 'unknown', region: 'unknown', ...dataPolicy },
  }));
}
