import { describe, expect, it } from '@jest/globals';
import { readHeadroom, usedUpUntilMs } from '../../../../src/core/health/headroom.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');

describe('headroom', () => {
  it('is read as OpenAI gives it', () => {
    const headroom = readHeadroom(
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      NOW,
    );
    expect(headroom).toEqual([
      { of: 'requests', left: 59, limit: 60, resetsAtMs: NOW + 1_000 },
      { of: 'tokens', left: 0, resetsAtMs: NOW + 360_000 },
    ]);
    expect(usedUpUntilMs(headroom)).toBe(NOW + 360_000);
  });

  it('is read as Anthropic gives it', () => {
    const headroom = readHeadroom(
      {
        'anthropic-ratelimit-input-tokens-limit': '40000',
        'anthropic-ratelimit-input-tokens-remaining': '12000',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-25T12:00:30Z',
      },
      NOW,
    );
    expect(headroom).toEqual([{ of: 'input-tokens', left: 12_000, limit: 40_000, resetsAtMs: NOW + 30_000 }]);
    expect(usedUpUntilMs(headroom)).toBeUndefined();
  });

  it.each([
    ['-1', '1s'],
    ['none', '1s'],
    ['1e9', '1s'],
    ['9999999999999999999', '1s'],
  ])('takes %s for no count', (remaining, reset) => {
    const headers = { 'x-ratelimit-remaining-requests': remaining, 'x-ratelimit-reset-requests': reset };
    expect(readHeadroom(headers, NOW)).toEqual([]);
  });

  it('believes no reset that nobody can read, nor one more than a day away', () => {
    const used = (reset: string) =>
      usedUpUntilMs(
        readHeadroom({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': reset }, NOW),
      );
    expect(used('soon')).toBeUndefined();
    expect(used('900d')).toBe(NOW + 86_400_000);
  });
});
