import type { BodyIssue, Refusal, RefusalReason, WireErrors } from './wire.ts';

/** Gemini's error bodies, as its API answers them: `{ error: { code, message, status, details } }`. */
export const googleErrors: WireErrors = {
  keyMissing: () =>
    refusal(
      403,
      'PERMISSION_DENIED',
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    ),
  modelUnknown: (model) =>
    refusal(
      404,
      'NOT_FOUND',
      `models/${model} is not found for API version v1, or is not supported for generateContent.`,
    ),
  bodyUnreadable: () =>
    refusal(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Expected a value at the beginning.'),
  bodyInvalid,
  contextExceeded: (tokens, limit) =>
    refusal(
      400,
      'INVALID_ARGUMENT',
      `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${limit}).`,
    ),
  outputLimitExceeded: (asked, limit) =>
    refusal(
      400,
      'INVALID_ARGUMENT',
      `Unable to submit request because it has a maxOutputTokens value of ${asked} but the supported range is from 1 (inclusive) to ${limit + 1} (exclusive).`,
    ),
  ofStatus: (code, { reason, retryAfterSeconds } = {}) =>
    told(code, reason ? reasons[reason] : usual[code]!, retryAfterSeconds),
  midStream: () => ({ data: JSON.stringify(googleErrors.ofStatus(503).body), tokens: 0 }),
};

function bodyInvalid({ path, missing, message }: BodyIssue): Refusal {
  const where = path.map(String).join('.');
  return refusal(
    400,
    'INVALID_ARGUMENT',
    missing
      ? `* GenerateContentRequest.${where}: is not specified`
      : `Invalid value at '${where}': ${message}`,
  );
}

type Words = readonly [status: string, message: string, reason?: string];

const usual: Record<number, Words> = {
  400: ['INVALID_ARGUMENT', 'Request contains an invalid argument.'],
  401: ['UNAUTHENTICATED', 'Request had invalid authentication credentials.', 'ACCESS_TOKEN_EXPIRED'],
  402: ['FAILED_PRECONDITION', 'Please enable billing on your project in Google AI Studio.'],
  403: ['PERMISSION_DENIED', 'The caller does not have permission'],
  404: ['NOT_FOUND', 'Requested entity was not found.'],
  408: ['DEADLINE_EXCEEDED', 'The request timed out.'],
  413: ['INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.'],
  422: ['INVALID_ARGUMENT', 'The request could not be processed.'],
  429: ['RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'],
  500: ['INTERNAL', 'An internal error has occurred. Please retry or report in the developer forum.'],
  502: ['UNAVAILABLE', 'Bad gateway.'],
  503: ['UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  504: ['DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
  529: ['UNAVAILABLE', 'The model is overloaded. Please try again later.'],
};

const reasons: Record<RefusalReason, Words> = {
  context_length_exceeded: [
    'INVALID_ARGUMENT',
    'The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).',
  ],
  content_filter: [
    'INVALID_ARGUMENT',
    "The prompt could not be submitted: it violates Google's Responsible AI practices.",
  ],
  insufficient_quota: [
    'PERMISSION_DENIED',
    'This API method requires billing to be enabled.',
    'BILLING_DISABLED',
  ],
  unsupported_parameter: ['INVALID_ARGUMENT', 'Thinking level is not supported for this model.'],
};

const refusal = (code: number, status: string, message: string): Refusal => told(code, [status, message]);

function told(code: number, [status, message, reason]: Words, retryAfterSeconds?: number): Refusal {
  const details = [
    ...(reason === undefined ? [] : [{ ...detail('ErrorInfo'), reason, domain: 'googleapis.com' }]),
    ...(retryAfterSeconds === undefined
      ? []
      : [{ ...detail('RetryInfo'), retryDelay: `${retryAfterSeconds}s` }]),
  ];
  return { status: code, body: { error: { code, message, status, ...(details.length > 0 && { details }) } } };
}

const detail = (type: string) => ({ '@type': `type.googleapis.com/google.rpc.${type}` });
