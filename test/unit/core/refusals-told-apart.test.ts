import { describe, expect, it } from '@jest/globals';
import { DISPOSITIONS, disposition } from '../../../src/core/failure/disposition.ts';
import { FAILURE_KINDS, type FailureKind, kindOfRefusal } from '../../../src/core/failure/kind.ts';
import { retryHintMs } from '../../../src/core/failure/retry-hint.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const kindOf = (status: number, body = '', headers: Record<string, string> = {}) =>
  kindOfRefusal({ status, headers, body });

describe('the words of real vendors', () => {
  it.each<[string, number, string, FailureKind]>([
    [
      'the ordinary rate limit of OpenAI, which speaks of payment and billing, does not quarantine the key',
      429,
      'Rate limit reached for gpt-5 on requests per min. Limit: 3 / min. You can increase your rate limit by adding a payment method to your account at https://platform.openai.com/account/billing.',
      'rate_limited',
    ],
    [
      'an exhausted quota of OpenAI quarantines it',
      429,
      '{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}',
      'payment_required',
    ],
    ['an inactive account', 429, '{"error":{"code":"billing_not_active"}}', 'payment_required'],
    [
      'an empty account of Anthropic',
      400,
      'Your credit balance is too low to access the Anthropic API.',
      'payment_required',
    ],
    [
      'the content filter of Anthropic, in words',
      400,
      'Output blocked by content filtering policy',
      'content_filtered',
    ],
    [
      'a contract about payment that a 400 quotes does not quarantine the key',
      400,
      `{"error":{"message":"Invalid value: 'payment of the billing period'"}}`,
      'invalid_request',
    ],
    [
      'a parameter that this model lacks',
      400,
      `{"error":{"message":"Unsupported parameter: 'temperature'","code":"unsupported_parameter"}}`,
      'parameter_unsupported',
    ],
  ])('%s', (_, status, body, kind) => {
    expect(kindOf(status, body)).toBe(kind);
  });
});

it('a status nobody listed is unavailable where the provider says that it should be tried again', () => {
  expect(kindOf(409, '', { 'x-should-retry': 'true' })).toBe('unavailable');
  expect(kindOf(409)).toBe('unknown');
});

it('a refusal is never an answer, whatever its status', () => {
  for (let status = 400; status < 600; status++) expect(FAILURE_KINDS).toContain(kindOf(status));
});

it.each(['-5', '10s', '1e3', 'tomorrow 5', '2026'])('Retry-After: %s is no hint', (value) => {
  const expected = value === '2026' ? 2_026_000 : undefined;
  expect(retryHintMs({ status: 429, headers: { 'retry-after': value }, body: '' }, NOW)).toBe(expected);
});

it('the obsolete forms of an HTTP date are read', () => {
  expect(
    retryHintMs({ status: 429, headers: { 'retry-after': 'Monday, 23-Nov-26 12:00:30 GMT' }, body: '' }, NOW),
  ).toBe(30_000);
});

describe('where a provider says when to come back', () => {
  // A 400 with a Retry-After was once sent again; a 401 with one waited for.
  const lasting = FAILURE_KINDS.filter((kind) => DISPOSITIONS[kind].passes === undefined);
  it('those that pass are few', () => {
    const passing = FAILURE_KINDS.filter((kind) => !lasting.includes(kind));
    expect(passing).toEqual([
      ...['rate_limited', 'unavailable', 'answer_incomplete', 'no_eligible_endpoint', 'worth_waiting'],
    ]);
  });

  it.each(lasting)('%s does not pass by waiting', (kind) => {
    for (const hintMs of [1_000, 600_000]) {
      expect(disposition(kind, { hintMs }, NOW, 0)).toEqual(disposition(kind, {}, NOW, 0));
    }
  });

  it.each(['rate_limited', 'unavailable', 'no_eligible_endpoint'] as const)('%s rests until then', (kind) => {
    expect(disposition(kind, { hintMs: 600_000 }, NOW, 0).restsUntilMs).toBe(NOW + 600_000);
  });
});

it.each(FAILURE_KINDS)('%s has a disposition that leads on or stops', (kind) => {
  const { triesPerEndpoint, onward, retryAfterMs: pauseMs } = disposition(kind, {}, NOW, 0.5);
  expect(['failover', 'stop']).toContain(onward);
  expect(triesPerEndpoint).toBeGreaterThanOrEqual(1);
  expect(pauseMs).toBeGreaterThanOrEqual(0);
});

it.each([
  'timed_out',
  'context_too_long',
  'credential_rejected',
  'invalid_request',
  'model_not_found',
] as const)('%s never asks the same endpoint again', (kind) => {
  expect(disposition(kind, {}, NOW, 0).triesPerEndpoint).toBe(1);
});
