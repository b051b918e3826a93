import { fingerprintOf } from './fingerprint.ts';

/** A key of a provider's; `secret` stays on the worker. */
export interface ApiKey {
  readonly secret: string;
  /** Of the key and where it is used. */
  readonly fingerprint: string;
  /** The environment variable that holds it; absent where none does. */
  readonly variable?: string;
}

/** @param baseUrl a rejected key may be good at another address */
export function apiKeyOf(secret: string, baseUrl: string | undefined, variable?: string): ApiKey {
  return {
    secret,
    fingerprint: fingerprintOf(`${baseUrl ?? ''}\n${secret}`),
    ...(variable !== undefined && { variable }),
  };
}
