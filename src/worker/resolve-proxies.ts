import { ConfigError } from '../config/config-error.ts';
import type { Proxies } from '../providers/http/dispatcher.ts';

/**
 * The proxies that the environment names in `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals or not.
 *
 * @throws ConfigError naming the variable, and not its value, which may hold a password
 */
export function resolveProxies(env: NodeJS.ProcessEnv): Proxies {
  const address = (name: string) => {
    const given = variable(env, name);
    if (given === '' || PROXY.test(given)) return given;
    throw new ConfigError(
      `${name} is not the address of a proxy.`,
      'Give one such as http://proxy.example.com:3128, or unset the variable.',
    );
  };
  return { http: address('HTTP_PROXY'), https: address('HTTPS_PROXY'), except: variable(env, 'NO_PROXY') };
}

const PROXY = /^(?:https?|socks5?):\/\/[^\s/]+\/?$/;

const variable = (env: NodeJS.ProcessEnv, name: string) => env[name.toLowerCase()] ?? env[name] ?? '';
