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
  const { agents, quality } = config;
  return {
    ...config,
    ...(typeof agents === 'string' && {
      agents: fileBeside(path, 'agents', agents, 'Name the file that exports your agents.'),
    }),
    ...(typeof quality === 'string' && {
      quality: fileBeside(
        path,
        'quality',
        quality,
        'Write it with `signalbox routes learn`, or leave quality out.',
      ),
    }),
  };
}

function fileBeside(configPath: string, field: string, value: string, remedy: string): string {
  const file = value.startsWith('file:') ? fileURLToPath(value) : value;
  const path = isAbsolute(file) ? file : resolve(dirname(configPath), file);
  if (existsSync(path)) return path;
  throw new ConfigError(`${field}: there is no file ${path} (from "${value}" in ${configPath}).`, remedy);
}
