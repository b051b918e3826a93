import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Signalbox keeps what is costly to get again: `$SIGNALBOX_CACHE_DIR`, else `$XDG_CACHE_HOME/signalbox`, else
 * `~/.cache/signalbox`. Outside any checkout, so that all of them share it. `tools/setup.mjs` follows the same rule.
 */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  if (env.SIGNALBOX_CACHE_DIR) return env.SIGNALBOX_CACHE_DIR;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox');
}
