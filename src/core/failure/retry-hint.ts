import type { Refusal } from './kind.ts';

/** No hint is followed for longer: a day is the longest window that vendors count in. */
const LONGEST_HINT_MS = 86_400_000;

/**
 * How long the provider asks us to stay away, in milliseconds; `undefined` where it does not say. First what it says
 * outright (`retry-after-ms`; `Retry-After` as seconds or as an HTTP date, RFC 9110, 10.2.3; Google's `RetryInfo`), then when
 * the limits that are used up begin anew (Anthropic's and OpenAI's rate limit headers).
 */
export function retryHintMs(refusal: Refusal, nowMs: number): number | undefined {
  const hintMs = outright(refusal, nowMs) ?? untilReset(refusal.headers, nowMs);
  return hintMs === undefined ? undefined : Math.min(hintMs, LONGEST_HINT_MS);
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

/** Each limit has a header that says what is left of it and one that says when it begins anew. */
const LIMITS: readonly { readonly remaining: string; readonly reset: string }[] = [
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((what) => ({
    remaining: `anthropic-ratelimit-${what}-remaining`,
    reset: `anthropic-ratelimit-${what}-reset`,
  })),
  ...['requests', 'tokens'].map((what) => ({
    remaining: `x-ratelimit-remaining-${what}`,
    reset: `x-ratelimit-reset-${what}`,
  })),
];

/** When the last of the limits that are used up begins anew. */
function untilReset(headers: Refusal['headers'], nowMs: number): number | undefined {
  const resets = LIMITS.flatMap(({ remaining, reset }) => {
    if (headers[remaining]?.trim() !== '0') return [];
    return fromNowMs(headers[reset]?.trim() ?? '', nowMs) ?? [];
  });
  return resets.length === 0 ? undefined : Math.max(...resets);
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** A time as Anthropic gives it (RFC 3339), or a span as OpenAI does: `6m0s`, `1.5s`, `120ms`. */
function fromNowMs(value: string, nowMs: number): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) {
    const at = Date.parse(value);
    return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
  }
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(value)) return undefined;
  return [...value.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number.parseFloat(count!) * UNIT_MS[unit!]!,
    0,
  );
}
