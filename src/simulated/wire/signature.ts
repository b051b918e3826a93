import { createHash } from 'node:crypto';

/** What a simulated vendor signs its model's reasoning with; no other model's is valid. */
export function signatureOf(model: string): string {
  return `sim-${createHash('sha256').update(`reasoning of ${model}`).digest('hex').slice(0, 32)}`;
}
