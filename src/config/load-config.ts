import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SignalboxConfig } from './config.ts';
import { ConfigError } from './config-error.ts';

export const CONFIG_FILE = 'signalbox.config.ts';

/** Reads a config file; the paths in it become absolute. @throws ConfigError naming the file and what is wrong */
export async function loadConfig(file: string = CONFIG_FILE): Promise<SignalboxConfig> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new ConfigError(
      `There is no config file ${path}.`,
      `Write one (see the README), or name yours with --config FILE.`,
    );
  }
  const { default: config } = (await import(pathToFileURL(path).href).catch((cause: unknown) => {
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new ConfigError(
      `The config file ${path} cannot be loaded. ${message}`,
      'Mend the file; Node runs it as it is.',
      { cause },
    );
  })) as { default?: SignalboxConfig };
  if (typeof config !== 'object' || config === null) {
    throw new ConfigError(
      `The config file ${path} has no default export.`,
      'Write `export default defineConfig({ … })` in it.',
    );
  }
  const { agents, catalog, quality } = config;
  return {
    ...config,
    ...(typeof agents === 'string' && { agents: fileOf('agents', agents, path) }),
    ...(typeof catalog === 'string' && { catalog: fileOf('catalog', catalog, path) }),
    ...(typeof quality === 'string' && { quality: fileOf('quality', quality, path) }),
  };
}

const REMEDIES = {
  agents: 'Name the file that exports your agents.',
  catalog: 'Write one with `signalbox catalog sync`, or take `catalog` out of the config.',
  quality: 'Write one with `signalbox route learn`, or take `quality` out of the config.',
};

function fileOf(field: keyof typeof REMEDIES, name: string, configPath: string): string {
  const file = name.startsWith('file:') ? fileURLToPath(name) : name;
  const path = isAbsolute(file) ? file : resolve(dirname(configPath), file);
  if (existsSync(path)) return path;
  throw new ConfigError(
    `${field}: there is no file ${path} (from "${name}" in ${configPath}).`,
    REMEDIES[field],
  );
}
