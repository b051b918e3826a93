import { createHash } from 'node:crypto';

/** A key of a provider's; `secret` stays on the worker. */
export interface ApiKey {
  readonly secret: string;
  /** Tells keys apart where they may be seen: eight characters of a hash over the key and where it is used. */
  readonly fingerprint: string;
  /** The environment variable that holds it; absent where none does. */
  readonly variable?: string;
}

/** @param baseUrl a rejected key may be good at another address */
export function apiKeyOf(secret: string, baseUrl: string | undefined, variable?: string): ApiKey {
  const hash = createHash('sha256').update(`${baseUrl ?? ''}\n${secret}`);
  return {
    secret,
    fingerprint: hash.digest('hex').slice(0, 8),
    ...(variable !== undefined && { variable }),
  };
}
