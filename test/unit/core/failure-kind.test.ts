import { describe, expect, it } from '@jest/globals';
import { disposition, UNHINTED_REST_MS } from '../../../src/core/failure/disposition.ts';
import { type FailureKind, kindOfRefusal } from '../../../src/core/failure/kind.ts';
import { retryHintMs } from '../../../src/core/failure/retry-hint.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('a refusal becomes a kind', () => {
  it.each<[number, string, FailureKind]>([
    [400, '{"error":{"message":"bad"}}', 'invalid_request'],
    [400, '{"error":{"code":"context_length_exceeded"}}', 'context_too_long'],
    [
      400,
      '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}}',
      'context_too_long',
    ],
    [400, '{"error":{"code":"content_filter"}}', 'content_filtered'],
    [400, '{"error":{"message":"Your credit balance is too low"}}', 'payment_required'],
    [401, '', 'credential_rejected'],
    [402, '', 'payment_required'],
    [403, '', 'forbidden'],
    [403, '{"error":{"code":"invalid_api_key"}}', 'credential_rejected'],
    [403, '{"error":{"message":"flagged by moderation"}}', 'content_filtered'],
    [404, '', 'model_not_found'],
    [408, '', 'timed_out'],
    [413, '', 'request_too_large'],
    [422, '', 'invalid_request'],
    [429, '', 'rate_limited'],
    [429, '{"error":{"code":"insufficient_quota"}}', 'payment_required'],
    [500, '', 'unavailable'],
    [502, '', 'unavailable'],
    [503, '', 'unavailable'],
    [504, '', 'unavailable'],
    [529, '{"error":{"type":"overloaded_error"}}', 'unavailable'],
    [418, '', 'unknown'],
  ])('%i %s', (status, body, kind) => {
    expect(kindOfRefusal({ status, headers: {}, body })).toBe(kind);
  });
});

describe('how long a provider asks us to stay away', () => {
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 12:01:30 GMT' }, 90_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %s', (headers, ms) => {
    expect(retryHintMs({ status: 429, headers: headers as Record<string, string>, body: '' }, NOW)).toBe(ms);
  });
});

describe('the disposition table', () => {
  it('rests a rate-limited endpoint that gave no hint', () => {
    expect(disposition('rate_limited', {}, NOW, 0)).toEqual({
      triesPerEndpoint: 1,
      retryAfterMs: 0,
      onward: 'failover',
      restsUntilMs: NOW + UNHINTED_REST_MS,
    });
  });

  it('waits a short hint out in place and honours it for a 503, too', () => {
    expect(disposition('unavailable', { hintMs: 2_000 }, NOW, 0)).toMatchObject({
      triesPerEndpoint: 2,
      retryAfterMs: 2_000,
    });
    expect(disposition('unavailable', { hintMs: 600_000 }, NOW, 0)).toMatchObject({ triesPerEndpoint: 1 });
  });

  it('jitters the pause before a retry around its middle', () => {
    expect(disposition('unavailable', {}, NOW, 0).retryAfterMs).toBe(150);
    expect(disposition('unavailable', {}, NOW, 1).retryAfterMs).toBe(450);
  });
});
