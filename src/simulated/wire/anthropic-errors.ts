import type { BodyIssue, Refusal, RefusalReason, WireErrors } from './wire.ts';

/** Anthropic's error bodies, as its API answers them: `{ type: 'error', error: { type, message }, request_id }`. */
export const anthropicErrors: WireErrors = {
  keyMissing: () => refusal(401, 'authentication_error', 'x-api-key header is required'),
  modelUnknown: (model) => refusal(404, 'not_found_error', `model: ${model}`),
  bodyUnreadable: () => refusal(400, 'invalid_request_error', 'The request body is not valid JSON'),
  bodyInvalid,
  contextExceeded: (tokens, limit) =>
    refusal(400, 'invalid_request_error', `prompt is too long: ${tokens} tokens > ${limit} maximum`),
  outputLimitExceeded: (asked, limit) =>
    refusal(
      400,
      'invalid_request_error',
      `max_tokens: ${asked} > ${limit}, which is the maximum allowed number of output tokens for this model`,
    ),
  ofStatus: (status, { reason } = {}) => (reason ? ofReason(status, reason) : ofStatus(status)),
  midStream: () => ({ event: 'error', data: JSON.stringify(ofStatus(529).body), tokens: 0 }),
};

function bodyInvalid({ path, missing, message }: BodyIssue): Refusal {
  const where = path.map(String).join('.');
  return refusal(400, 'invalid_request_error', `${where}: ${missing ? 'Field required' : message}`);
}

const usual: Record<number, readonly [type: string, message: string]> = {
  400: ['invalid_request_error', 'There was an issue with the format or content of your request'],
  401: ['authentication_error', 'invalid x-api-key'],
  402: ['billing_error', 'There is an issue with your billing or payment information'],
  403: ['permission_error', 'Your API key does not have permission to use the specified resource'],
  404: ['not_found_error', 'The requested resource was not found'],
  408: ['timeout_error', 'Request timed out'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  422: ['invalid_request_error', 'The request could not be processed'],
  429: ['rate_limit_error', 'This request would exceed your rate limit. Please try again later'],
  500: ['api_error', 'Internal server error'],
  502: ['api_error', 'Bad gateway'],
  503: ['api_error', 'Service unavailable'],
  504: ['timeout_error', 'The request timed out while processing'],
  529: ['overloaded_error', 'Overloaded'],
};

function ofStatus(status: number): Refusal {
  const [type, message] = usual[status]!;
  return refusal(status, type, message);
}

const messages: Record<RefusalReason, string> = {
  context_length_exceeded: 'prompt is too long',
  content_filter: 'Output blocked by content filtering policy',
  insufficient_quota:
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  unsupported_parameter: '`temperature` is not supported for this model.',
};

function ofReason(status: number, reason: RefusalReason): Refusal {
  return refusal(status, status === 429 ? 'rate_limit_error' : 'invalid_request_error', messages[reason]);
}

function refusal(status: number, type: string, message: string): Refusal {
  return { status, body: { type: 'error', error: { type, message }, request_id: 'req_simulated' } };
}
