/** Refusals as the vendors document them: status and body, and what they are. */
import { describe, expect, it } from '@jest/globals';
import { type FailureKind, kindOfRefusal } from '../../../src/core/failure/kind.ts';
import { retryHintMs } from '../../../src/core/failure/retry-hint.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

type Case = readonly [status: number, error: object, kind: FailureKind];

const google = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, message, status, details },
});
const errorInfo = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
const inSeconds = (retryDelay: string) => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});
const error = (code: string | null, type: string, message = '') => ({ error: { code, type, message } });
const anthropic = (type: string, message: string) => ({ type: 'error', error: { type, message } });

const VENDORS: Record<string, readonly Case[]> = {
  OpenAI: [
    [400, error('context_length_exceeded', 'invalid_request_error'), 'context_too_long'],
    [400, error('unsupported_parameter', 'invalid_request_error'), 'parameter_unsupported'],
    [400, error('unsupported_value', 'invalid_request_error'), 'parameter_unsupported'],
    [400, error('content_policy_violation', 'invalid_request_error'), 'content_filtered'],
    [400, error('invalid_prompt', 'invalid_request_error', 'Access is limited.'), 'content_filtered'],
    [
      400,
      error(
        'invalid_encrypted_content',
        'invalid_request_error',
        'The encrypted content gAAA could not be verified.',
      ),
      'parameter_unsupported',
    ],
    [400, error('moderation_blocked', 'image_generation_user_error'), 'content_filtered'],
    [401, error('invalid_api_key', 'invalid_request_error'), 'credential_rejected'],
    [401, error('account_deactivated', 'invalid_request_error'), 'credential_rejected'],
    [403, error('unsupported_country_region_territory', 'request_forbidden'), 'forbidden'],
    [404, error('model_not_found', 'invalid_request_error'), 'model_not_found'],
    [403, error('model_not_found', 'invalid_request_error'), 'model_not_found'],
    [429, error('rate_limit_exceeded', 'requests'), 'rate_limited'],
    [429, error('insufficient_quota', 'insufficient_quota'), 'payment_required'],
    [429, error('billing_hard_limit_reached', 'insufficient_quota'), 'payment_required'],
    [503, error(null, 'server_error', 'Slow down'), 'unavailable'],
  ],
  Anthropic: [
    [
      400,
      anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      'context_too_long',
    ],
    [
      400,
      anthropic('invalid_request_error', '`temperature` is deprecated for this model.'),
      'parameter_unsupported',
    ],
    [
      400,
      anthropic('invalid_request_error', 'messages.1.content.0: Invalid `signature` in `thinking` block'),
      'parameter_unsupported',
    ],
    [
      400,
      anthropic('invalid_request_error', 'messages: at least one message is required'),
      'invalid_request',
    ],
    [
      400,
      anthropic('invalid_request_error', 'Your credit balance is too low to access the API.'),
      'payment_required',
    ],
    [401, anthropic('authentication_error', 'invalid x-api-key'), 'credential_rejected'],
    [402, anthropic('billing_error', 'There is an issue with your billing'), 'payment_required'],
    [403, anthropic('permission_error', 'Your API key does not have permission'), 'forbidden'],
    [404, anthropic('not_found_error', 'model: claude-none'), 'model_not_found'],
    [413, anthropic('request_too_large', 'Request exceeds the maximum size'), 'request_too_large'],
    [429, anthropic('rate_limit_error', 'This request would exceed your rate limit'), 'rate_limited'],
    [500, anthropic('api_error', 'Internal server error'), 'unavailable'],
    [529, anthropic('overloaded_error', 'Overloaded'), 'unavailable'],
  ],
  Gemini: [
    [
      400,
      google(400, 'INVALID_ARGUMENT', 'API key not valid.', [errorInfo('API_KEY_INVALID')]),
      'credential_rejected',
    ],
    [
      400,
      google(400, 'INVALID_ARGUMENT', 'The input token count (1200000) exceeds the maximum of 1048576.'),
      'context_too_long',
    ],
    [400, google(400, 'INVALID_ARGUMENT', 'Invalid value at contents[0].role'), 'invalid_request'],
    [400, google(400, 'INVALID_ARGUMENT', 'Thought signature is not valid'), 'parameter_unsupported'],
    [400, google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'), 'forbidden'],
    [
      400,
      google(400, 'INVALID_ARGUMENT', 'Thinking level is not supported for this model.'),
      'parameter_unsupported',
    ],
    [
      400,
      google(400, 'INVALID_ARGUMENT', "The prompt violates Google's Responsible AI practices."),
      'content_filtered',
    ],
    [401, google(401, 'UNAUTHENTICATED', 'Request had invalid credentials.'), 'credential_rejected'],
    [
      403,
      google(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'),
      'credential_rejected',
    ],
    [
      403,
      google(403, 'PERMISSION_DENIED', 'Suspended.', [errorInfo('CONSUMER_SUSPENDED')]),
      'credential_rejected',
    ],
    [
      403,
      google(403, 'PERMISSION_DENIED', 'Billing is off.', [errorInfo('BILLING_DISABLED')]),
      'payment_required',
    ],
    [429, google(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'), 'payment_required'],
    [403, google(403, 'PERMISSION_DENIED', 'Your API key has no access to this model'), 'forbidden'],
    [404, google(404, 'NOT_FOUND', 'models/none is not found for API version v1beta'), 'model_not_found'],
    [
      429,
      google(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', [inSeconds('34s')]),
      'rate_limited',
    ],
    [503, google(503, 'UNAVAILABLE', 'The model is overloaded.'), 'unavailable'],
    [504, google(504, 'DEADLINE_EXCEEDED', 'Deadline expired'), 'unavailable'],
  ],
  'Azure OpenAI': [
    [
      400,
      {
        error: { code: 'content_filter', status: 400, innererror: { code: 'ResponsibleAIPolicyViolation' } },
      },
      'content_filtered',
    ],
    [
      404,
      { error: { code: 'DeploymentNotFound', message: 'The API deployment does not exist.' } },
      'model_not_found',
    ],
  ],
  OpenRouter: [
    [402, { error: { code: 402, message: 'Insufficient credits' } }, 'payment_required'],
    [
      403,
      { error: { code: 403, message: 'requires moderation', metadata: { reasons: ['violence'] } } },
      'content_filtered',
    ],
    [502, { error: { code: 502, message: 'Provider returned error' } }, 'unavailable'],
    [503, { error: { code: 503, message: 'No available model provider' } }, 'unavailable'],
  ],
  Groq: [
    [400, error('model_decommissioned', 'invalid_request_error'), 'model_not_found'],
    [
      400,
      {
        error: {
          ...{
            code: 'tool_use_failed',
            type: 'invalid_request_error',
            message: 'Failed to call a function.',
          },
          failed_generation: 'The clause is flagged.',
        },
      },
      'output_invalid',
    ],
    [400, error('json_validate_failed', 'invalid_request_error'), 'output_invalid'],
    [413, error('rate_limit_exceeded', 'tokens', 'Request too large for model'), 'request_too_large'],
    [498, error(null, 'flex_capacity', 'Flex tier capacity exceeded'), 'unavailable'],
  ],
  DeepSeek: [
    [
      400,
      error(
        'invalid_request_error',
        'invalid_request_error',
        'The `reasoning_content` in the thinking mode must be passed back to the API.',
      ),
      'parameter_unsupported',
    ],
    [402, error('invalid_request_error', 'unknown_error', 'Insufficient Balance'), 'payment_required'],
  ],
  vLLM: [
    [
      400,
      {
        object: 'error',
        message: "This model's maximum context length is 4096 tokens.",
        type: 'BadRequestError',
      },
      'context_too_long',
    ],
  ],
  Ollama: [[404, { error: { message: 'model "none" not found, try pulling it first' } }, 'model_not_found']],
};

describe.each(Object.entries(VENDORS))('%s', (_, cases) => {
  it.each(cases)('%i %j is %s', (status, body, kind) => {
    expect(kindOfRefusal({ status, headers: {}, body: JSON.stringify(body) })).toBe(kind);
  });
});

it.each<[string, Record<string, string>, number | undefined]>([
  ['Anthropic, used up', limit('anthropic-ratelimit-tokens', '0', '2026-11-23T12:00:20Z'), 20_000],
  ['Anthropic, some left', limit('anthropic-ratelimit-tokens', '12', '2026-11-23T12:00:20Z'), undefined],
  ['OpenAI, in minutes', openAiLimit('requests', '0', '6m0s'), 360_000],
  ['OpenAI, in milliseconds', openAiLimit('tokens', '0', '120ms'), 120],
  ['OpenAI, some left', openAiLimit('tokens', '5', '120ms'), undefined],
  [
    'the later of two',
    { ...openAiLimit('tokens', '0', '1s'), ...openAiLimit('requests', '0', '1m1.5s') },
    61_500,
  ],
  ['what is said outright first', { ...openAiLimit('tokens', '0', '1h'), 'retry-after': '3' }, 3_000],
  ['no time', openAiLimit('tokens', '0', 'soon'), undefined],
  ['a year, which nobody means', { 'retry-after': '31536000' }, 86_400_000],
])('when a limit begins anew: %s', (_, headers, ms) => {
  expect(retryHintMs({ status: 429, headers, body: '' }, NOW)).toBe(ms);
});

it("Google's delay stands in the body", () => {
  const body = JSON.stringify(google(429, 'RESOURCE_EXHAUSTED', 'quota', [inSeconds('34.07s')]));
  expect(retryHintMs({ status: 429, headers: {}, body }, NOW)).toBe(34_070);
});

function limit(name: string, remaining: string, reset: string) {
  return { [`${name}-remaining`]: remaining, [`${name}-reset`]: reset };
}

function openAiLimit(what: string, remaining: string, reset: string) {
  return { [`x-ratelimit-remaining-${what}`]: remaining, [`x-ratelimit-reset-${what}`]: reset };
}
