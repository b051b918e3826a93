/** Why an attempt failed. What each one leads to is in `disposition.ts`. */
export const FAILURE_KINDS = [
  'invalid_request',
  'parameter_unsupported',
  'context_too_long',
  'content_filtered',
  'credential_rejected',
  'payment_required',
  'forbidden',
  'model_not_found',
  'timed_out',
  'request_too_large',
  'rate_limited',
  'unavailable',
  'answer_incomplete',
  'output_invalid',
  'check_failed',
  'no_eligible_endpoint',
  'cap_reached',
  'canceled',
  'worker_lost',
  'unknown',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What a provider said when it refused, before anything was streamed. */
export interface Refusal {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, bounded by the caller. */
  readonly body: string;
}

/** Words in a refusal's body that say more than its status does. First match wins. */
const TYPED: readonly {
  readonly statuses: readonly number[];
  readonly says: RegExp;
  readonly kind: FailureKind;
}[] = [
  {
    statuses: [400, 413, 422],
    says: /context_length_exceeded|prompt is too long|maximum context length/i,
    kind: 'context_too_long',
  },
  {
    statuses: [400, 403, 422],
    says: /content[ _]filter|content[ _]policy|safety|moderation|flagged/i,
    kind: 'content_filtered',
  },
  {
    statuses: [400, 422],
    says: /unsupported[ _](?:parameter|value)/i,
    kind: 'parameter_unsupported',
  },
  {
    statuses: [403],
    says: /invalid_api_key|authentication_error|invalid api key/i,
    kind: 'credential_rejected',
  },
  {
    // Not the bare words: OpenAI's ordinary rate limit advises "adding a payment method" at ".../account/billing".
    statuses: [400, 403, 429],
    says: /insufficient_quota|billing_|credit balance/i,
    kind: 'payment_required',
  },
];

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  400: 'invalid_request',
  401: 'credential_rejected',
  402: 'payment_required',
  403: 'forbidden',
  404: 'model_not_found',
  408: 'timed_out',
  413: 'request_too_large',
  422: 'invalid_request',
  429: 'rate_limited',
  529: 'unavailable',
};

/** Tells failures apart by status and the body's typed code: the one place where a refusal becomes a kind. */
export function kindOfRefusal({ status, headers, body }: Refusal): FailureKind {
  const typed = TYPED.find((row) => row.statuses.includes(status) && row.says.test(body));
  if (typed) return typed.kind;
  const kind = BY_STATUS[status];
  if (kind) return kind;
  return status >= 500 || headers['x-should-retry'] === 'true' ? 'unavailable' : 'unknown';
}

/**
 * How long the provider asks us to stay away, in milliseconds; `undefined` where it does not say.
 * Reads `retry-after-ms`, then `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const millis = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (Number.isFinite(millis) && millis >= 0) return millis;
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number.parseFloat(value) * 1000;
  // Date.parse reads a date into nearly anything, "-5" and "10s" among it; an HTTP date begins with its day.
  const at = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
