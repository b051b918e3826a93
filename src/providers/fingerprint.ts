import { createHash } from 'node:crypto';

/** Tells secrets and addresses apart where they may be seen: eight characters of a hash. */
export const fingerprintOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8);
