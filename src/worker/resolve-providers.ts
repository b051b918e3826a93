import type { ProviderConfig } from '../catalog/catalog-config.ts';
import { liveProviders } from '../catalog/live-vendors.ts';
import { ConfigError } from '../config/config-error.ts';
import type { ResolvedConfig } from '../config/resolve-config.ts';
import { type ApiKey, apiKeyOf } from '../providers/api-key.ts';
import type { ResolvedProvider } from '../providers/language-model.ts';

/** More than a worker runs activities at once, unless it is told to: sockets are not used up by one provider that hangs. */
const MAX_CONCURRENT = 256;

/** Where simulated providers run, for workers in other processes than theirs. */
export const SIMULATED_URL_ENV = 'SIGNALBOX_SIMULATED_URL';

/**
 * Gives every active provider its address and keys, so that a missing one fails at start and not in a run. Built-in live
 * vendors without a key are left out, as long as one has a key; one that the config names must have its own.
 *
 * @throws ConfigError naming the environment variable
 */
export function resolveProviders(
  config: ResolvedConfig,
  env: NodeJS.ProcessEnv,
): Map<string, ResolvedProvider> {
  const resolve = config.mode === 'live' ? resolveLive : resolveSimulated;
  const resolved = [...config.providers].flatMap(([name, provider]) => resolve(name, provider, env) ?? []);
  if (resolved.length === 0) {
    const variables = [...config.providers.values()].flatMap(({ apiKeyEnv = [] }) => apiKeyEnv);
    throw new ConfigError(
      `--live needs a key of at least one provider, and none of ${variables.join(', ')} is set.`,
      `Set one, e.g. export ${variables[0]}=…, or leave --live out to use the simulated providers.`,
    );
  }
  return new Map(resolved.map((provider) => [provider.name, provider]));
}

function resolveLive(
  name: string,
  provider: ProviderConfig,
  env: NodeJS.ProcessEnv,
): ResolvedProvider | undefined {
  const { wire, sdk, baseUrl, apiKeyEnv, streams = true, maxConcurrent = MAX_CONCURRENT } = provider;
  if (!baseUrl && !sdk) {
    throw new ConfigError(
      `providers.${name}.baseUrl is missing.`,
      'Give the address up to and including the version, e.g. https://llm.example.com/v1.',
    );
  }
  const keys = keysOf(apiKeyEnv, baseUrl, env);
  if (keys.length === 0) {
    if (Object.values<ProviderConfig>(liveProviders).includes(provider)) return undefined;
    const variables = [apiKeyEnv ?? []].flat();
    throw new ConfigError(
      `providers.${name}.apiKeyEnv: ${variables.join(', ')} ${variables.length === 1 ? 'is' : 'are all'} not set.`,
      `Set it, e.g. export ${variables[0]}=…, or take providers.${name} out of the config.`,
    );
  }
  const speaks = sdk ?? wire!;
  return { name, speaks, keys, streams, maxConcurrent, ...(baseUrl !== undefined && { baseUrl }) };
}

function resolveSimulated(
  name: string,
  { wire, baseUrl, streams = true, maxConcurrent = MAX_CONCURRENT }: ProviderConfig,
  env: NodeJS.ProcessEnv,
): ResolvedProvider {
  const url = env[SIMULATED_URL_ENV];
  if (!baseUrl && !url) {
    throw new ConfigError(
      `Provider ${name} is simulated, and nobody says where: ${SIMULATED_URL_ENV} is not set.`,
      'Start everything together with `signalbox dev`, set the variable to the address it prints, or use --live.',
    );
  }
  const address = baseUrl ?? `${url}/${name}/v1`;
  const keys = [apiKeyOf('simulated', address)];
  return { name, speaks: wire!, baseUrl: address, keys, streams, maxConcurrent };
}

/** Those that are set, each once. */
function keysOf(
  apiKeyEnv: ProviderConfig['apiKeyEnv'],
  baseUrl: string | undefined,
  env: NodeJS.ProcessEnv,
): ApiKey[] {
  if (apiKeyEnv === undefined) return [apiKeyOf('none', baseUrl)];
  const keys = [apiKeyEnv].flat().flatMap((variable) => {
    const secret = env[variable];
    return secret ? [apiKeyOf(secret, baseUrl, variable)] : [];
  });
  return [...new Map(keys.toReversed().map((key) => [key.fingerprint, key])).values()].toReversed();
}
