import { LONGEST_WINDOW_MS, readHeadroom, usedUpUntilMs } from '../health/headroom.ts';
import type { Refusal } from './kind.ts';

/**
 * How long the provider asks us to stay away, in milliseconds; `undefined` where it does not say. First what it says
 * outright (`retry-after-ms`; `Retry-After` as seconds or as an HTTP date, RFC 9110, 10.2.3; Google's `RetryInfo`), then when
 * the limits that are used up begin anew (Anthropic's and OpenAI's rate limit headers).
 */
export function retryHintMs(refusal: Refusal, nowMs: number): number | undefined {
  const hintMs = outright(refusal, nowMs) ?? untilReset(refusal.headers, nowMs);
  return hintMs === undefined ? undefined : Math.min(hintMs, LONGEST_WINDOW_MS);
}

function outright({ headers, body }: Pick<Refusal, 'headers' | 'body'>, nowMs: number): number | undefined {
  const millis = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (Number.isFinite(millis) && millis >= 0) return millis;
  const value = headers['retry-after']?.trim();
  if (!value) return retryInfoMs(body);
  if (/^\d+(\.\d+)?$/.test(value)) return Number.parseFloat(value) * 1000;
  // Date.parse reads a date into nearly anything, "-5" and "10s" among it; an HTTP date begins with its day.
  const at = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** `"retryDelay": "34.07s"` in the details of an error of Google's. */
function retryInfoMs(body: string): number | undefined {
  const seconds = /"retryDelay":\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  return seconds === undefined ? undefined : Number.parseFloat(seconds) * 1000;
}

/** When the last of the limits that are used up begins anew. */
function untilReset(headers: Refusal['headers'], nowMs: number): number | undefined {
  const untilMs = usedUpUntilMs(readHeadroom(headers, nowMs));
  return untilMs === undefined ? undefined : untilMs - nowMs;
}
