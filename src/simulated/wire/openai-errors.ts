import type { BodyIssue, Refusal, RefusalReason, WireErrors } from './wire.ts';

/** OpenAI's error bodies, as its API answers them: `{ error: { message, type, param, code } }`. */
export const openAiErrors: WireErrors = {
  keyMissing: () =>
    refusal(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      'invalid_request_error',
    ),
  modelUnknown: (model) =>
    refusal(
      404,
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ),
  bodyUnreadable: () =>
    refusal(
      400,
      'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
      'invalid_request_error',
    ),
  bodyInvalid,
  contextExceeded: (tokens, limit) =>
    refusal(
      400,
      `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
      'invalid_request_error',
      'context_length_exceeded',
      'messages',
    ),
  outputLimitExceeded: (asked, limit) =>
    refusal(
      400,
      `max_tokens is too large: ${asked}. This model supports at most ${limit} completion tokens, whereas you provided ${asked}.`,
      'invalid_request_error',
      'invalid_value',
      'max_tokens',
    ),
  ofStatus: (status, { reason } = {}) => (reason ? ofReason(status, reason) : ofStatus(status)),
  midStream: () => ({ data: JSON.stringify(ofStatus(500).body), tokens: 0 }),
};

function bodyInvalid({ path, missing, message }: BodyIssue): Refusal {
  const param = path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    '',
  );
  return missing
    ? refusal(
        400,
        `Missing required parameter: '${param}'.`,
        'invalid_request_error',
        'missing_required_parameter',
        param,
      )
    : refusal(
        400,
        `Invalid value for '${param}': ${message}.`,
        'invalid_request_error',
        'invalid_value',
        param,
      );
}

const usual: Record<number, readonly [message: string, type: string, code?: string]> = {
  400: ['Your request was malformed or missing some required parameters.', 'invalid_request_error'],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  402: ['Insufficient credits. Add more credits to continue.', 'insufficient_quota', 'insufficient_quota'],
  403: [
    'Country, region, or territory not supported',
    'request_forbidden',
    'unsupported_country_region_territory',
  ],
  404: [
    'The model does not exist or you do not have access to it.',
    'invalid_request_error',
    'model_not_found',
  ],
  408: ['Timed out reading the request.', 'invalid_request_error'],
  413: ['The request body is too large.', 'invalid_request_error', 'request_too_large'],
  422: ['Unable to process the request despite the format being correct.', 'invalid_request_error'],
  429: ['Rate limit reached for requests. Please try again later.', 'requests', 'rate_limit_exceeded'],
  500: ['The server had an error while processing your request. Sorry about that!', 'server_error'],
  502: ['Bad gateway.', 'server_error'],
  503: ['The engine is currently overloaded, please try again later.', 'server_error'],
  504: ['The upstream server took too long to answer.', 'server_error'],
  529: ['That model is currently overloaded with other requests.', 'server_error'],
};

function ofStatus(status: number): Refusal {
  const [message, type, code] = usual[status]!;
  return refusal(status, message, type, code);
}

function ofReason(status: number, reason: RefusalReason): Refusal {
  switch (reason) {
    case 'context_length_exceeded':
      return refusal(
        status,
        "This model's maximum context length has been exceeded. Please reduce the length of the messages.",
        'invalid_request_error',
        reason,
        'messages',
      );
    case 'content_filter':
      return refusal(
        status,
        'The response was filtered due to the prompt triggering the content management policy.',
        'invalid_request_error',
        reason,
        'prompt',
      );
    case 'insufficient_quota':
      return refusal(
        status,
        'You exceeded your current quota, please check your plan and billing details.',
        reason,
        reason,
      );
    case 'unsupported_parameter':
      return refusal(
        status,
        "Unsupported parameter: 'temperature' is not supported with this model.",
        'invalid_request_error',
        reason,
        'temperature',
      );
  }
}

function refusal(status: number, message: string, type: string, code?: string, param?: string): Refusal {
  return { status, body: { error: { message, type, param: param ?? null, code: code ?? null } } };
}
