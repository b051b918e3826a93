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
  'payload_too_large',
  'rate_limited',
  'unavailable',
  'answer_incomplete',
  'output_invalid',
  'check_failed',
  'no_eligible_endpoint',
  'worth_waiting',
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

/**
 * What a refusal's body says beyond its status: a vendor's typed code, or its words where it gives no code. First match
 * wins. A key is only called rejected or unpaid on a typed code: a moderated prompt must not cost one.
 */
export const TYPED_REFUSALS: readonly {
  readonly statuses: readonly number[];
  readonly codes: readonly string[];
  readonly says?: RegExp;
  readonly kind: FailureKind;
}[] = [
  {
    statuses: [400],
    // Groq, which looks at what a model says before it hands it on.
    codes: ['tool_use_failed', 'json_validate_failed'],
    kind: 'output_invalid',
  },
  {
    statuses: [400, 413, 422],
    codes: ['context_length_exceeded'],
    // Anthropic; vLLM and most who serve open weights; Gemini.
    says: /prompt is too long|maximum context length|input token count \S+ exceeds/i,
    kind: 'context_too_long',
  },
  {
    statuses: [400, 401, 403],
    codes: [
      ...['invalid_api_key', 'authentication_error', 'account_deactivated'],
      ...['API_KEY_INVALID', 'API_KEY_SERVICE_BLOCKED', 'CONSUMER_SUSPENDED'],
    ],
    // Gemini.
    says: /API key was reported as leaked/i,
    kind: 'credential_rejected',
  },
  {
    statuses: [400, 403, 429],
    codes: [
      ...['insufficient_quota', 'billing_error', 'billing_not_active', 'billing_hard_limit_reached'],
      'BILLING_DISABLED',
    ],
    // Anthropic; Gemini. Not the bare words: OpenAI's ordinary rate limit advises "adding a payment method".
    says: /credit balance is too low|prepayment credits are depleted/i,
    kind: 'payment_required',
  },
  {
    statuses: [400, 403, 422],
    codes: [
      'content_filter',
      'content_policy_violation',
      'moderation_blocked',
      'ResponsibleAIPolicyViolation',
      // OpenAI, of models that reason.
      'invalid_prompt',
    ],
    // Anthropic; Azure; Google; OpenRouter, whose 403 lists why a prompt was flagged.
    says: /content filtering policy|content management policy|Responsible AI practices|flagged|moderation/i,
    kind: 'content_filtered',
  },
  {
    statuses: [400, 403, 404],
    codes: ['model_not_found', 'model_decommissioned', 'DeploymentNotFound'],
    kind: 'model_not_found',
  },
  {
    statuses: [400, 422],
    codes: ['unsupported_parameter', 'unsupported_value'],
    // Anthropic and Gemini, who only say `invalid_request_error` and `INVALID_ARGUMENT`.
    says: /is (?:not supported|deprecated) (?:for|with|by) this model/i,
    kind: 'parameter_unsupported',
  },
  {
    statuses: [400],
    codes: ['invalid_encrypted_content'],
    // Of what a vendor wants back as it was, though the key may be another account's now: Anthropic; Gemini; OpenAI;
    // DeepSeek and Moonshot. Others are told the conversation without it.
    says: /`signature` in `thinking` block|thought.signature|encrypted content \S*\s?could not be verified|reasoning_content/i,
    kind: 'parameter_unsupported',
  },
  {
    statuses: [400],
    codes: [],
    // Gemini, which calls it a failed precondition: others may serve the place.
    says: /user location is not supported/i,
    kind: 'forbidden',
  },
];

export const KIND_BY_STATUS: Readonly<Record<number, FailureKind>> = {
  400: 'invalid_request',
  401: 'credential_rejected',
  402: 'payment_required',
  403: 'forbidden',
  404: 'model_not_found',
  408: 'timed_out',
  410: 'model_not_found',
  413: 'request_too_large',
  422: 'invalid_request',
  429: 'rate_limited',
  // Groq: its flexible tier is full.
  498: 'unavailable',
  529: 'unavailable',
};

/** Tells failures apart by status and the body's typed code: the one place where a refusal becomes a kind. */
export function kindOfRefusal({ status, headers, body }: Refusal): FailureKind {
  const codes = codesIn(body);
  const typed = TYPED_REFUSALS.find(
    (row) =>
      row.statuses.includes(status) && (row.codes.some((code) => codes.has(code)) || row.says?.test(body)),
  );
  if (typed) return typed.kind;
  const kind = KIND_BY_STATUS[status];
  if (kind) return kind;
  return status >= 500 || headers['x-should-retry'] === 'true' ? 'unavailable' : 'unknown';
}

/**
 * What an error is that came inside a 200 before any part of an answer: OpenAI's responses refuse like that as well, by
 * the same typed codes. Anything else is an answer that broke.
 * @param error as JSON
 */
export function kindInsideAnswer(error: string): FailureKind {
  const codes = codesIn(error);
  const typed = TYPED_REFUSALS.find((row) => row.codes.some((code) => codes.has(code)));
  if (typed) return typed.kind;
  return codes.has('rate_limit_exceeded') ? 'rate_limited' : 'answer_incomplete';
}

/** Fields in which vendors put typed codes: `error.code`, `error.type`, `error.innererror.code`, `error.details[].reason`. */
const CODE_FIELDS: ReadonlySet<string> = new Set(['code', 'type', 'reason', 'status']);

/** The typed codes of an error body, wherever in it they stand. */
function codesIn(body: string): ReadonlySet<string> {
  const codes = new Set<string>();
  try {
    JSON.parse(body, (field, value: unknown) => {
      if (CODE_FIELDS.has(field) && typeof value === 'string') codes.add(value);
      return value;
    });
  } catch {
    // No JSON, or cut off: its words are left.
  }
  return codes;
}
