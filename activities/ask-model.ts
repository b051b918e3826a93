import { DISPOSITIONS } from '../src/core/failure/disposition.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import { type ActivityPorts, InvocationFailure, type ModelAnswer, type ModelCall } from './ports.ts';

/**
 * Asks an endpoint with the next of its keys, and records how it went; a call that is given up says nothing.
 * @throws what the model port throws
 */
export async function askModel(
  endpoint: Endpoint,
  { models, health }: Pick<ActivityPorts, 'models' | 'health'>,
  call: Omit<ModelCall, 'key'>,
): Promise<ModelAnswer> {
  const key = health.keyFor(endpoint);
  const askedAtMs = Date.now();
  try {
    const answer = await models.invoke(endpoint, { ...call, key });
    const { firstTokenMs, headroom, usage } = answer;
    const totalMs = Date.now() - askedAtMs;
    const { outputTokens } = usage ?? {};
    health.record(endpoint, { type: 'answered', key, firstTokenMs, totalMs, outputTokens, headroom });
    return answer;
  } catch (error) {
    const { kind, message, hintMs, headroom, asked } = asFailure(error);
    if (call.signal.aborted || !asked) throw error;
    const totalMs = Date.now() - askedAtMs;
    if (DISPOSITIONS[kind].health === 'rejects the key')
      health.quarantine(endpoint.provider, key, kind, message);
    health.record(endpoint, { type: 'failed', kind, key, totalMs, hintMs, headroom });
    throw error;
  }
}

/** What nobody foresaw is not retried by the server for ever: it is an attempt that failed. */
export function asFailure(error: unknown): InvocationFailure {
  if (error instanceof InvocationFailure) return error;
  return new InvocationFailure('unknown', error instanceof Error ? error.message : String(error), {
    billed: false,
  });
}
