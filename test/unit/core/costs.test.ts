import { describe, expect, it } from '@jest/globals';
import { endpointsOf } from '../../../src/catalog/build-catalog.ts';
import { capReachedText, periodStart, usdText } from '../../../src/core/cost/cap.ts';
import { dayAfter, isDay } from '../../../src/core/cost/day.ts';
import { whatIf } from '../../../src/core/cost/what-if.ts';

describe('what the same tokens cost elsewhere', () => {
  const endpoints = endpointsOf({
    ...{ id: 'm', family: 'f', contextTokens: 1_000, maxOutputTokens: 100, abilities: [] },
    endpoints: [
      { provider: 'dear', price: { input: 3, output: 15, cacheRead: 0.3, source: 's', date: '2026-11-01' } },
      { provider: 'cheap', price: { input: 1, output: 2, source: 's', date: '2026-11-01' } },
    ],
  });
  const traffic = {
    attempts: 2,
    inputTokens: 100,
    cacheReadTokens: 40,
    cacheWriteTokens: 0,
    outputTokens: 10,
    reasoningTokens: 0,
    costMicros: 200,
  };

  it('goes by each price, that of the cache too, the cheapest first', () => {
    expect(whatIf(traffic, endpoints)).toMatchObject([
      { endpoint: 'cheap/m', costMicros: 120, differenceMicros: -80 },
      { endpoint: 'dear/m', costMicros: 342, differenceMicros: 142 },
    ]);
  });
});

describe('a cap', () => {
  it('is named with its day or month of UTC and its sum', () => {
    const nowMs = Date.parse('2026-11-30T23:59:59.999Z');
    expect(periodStart('day', nowMs)).toBe('2026-11-30');
    expect(periodStart('month', nowMs + 1)).toBe('2026-12');
    const cap = { scope: 'class', name: 'reasoning', period: 'month', capMicros: 2_500_000 } as const;
    expect(capReachedText({ cap, start: '2026-11', spentMicros: 2_499_875, openMicros: 0 })).toBe(
      'The cap of class reasoning, month 2026-11, $2.50 is reached: $2.499875 spent, $0.00 set aside for calls under way.',
    );
  });

  it.each([
    [0, '$0.00'],
    [1, '$0.000001'],
    [1_200_000, '$1.20'],
    [-130, '-$0.00013'],
  ])('%d micro-dollars are %s', (micros, text) => {
    expect(usdText(micros)).toBe(text);
  });
});

describe('a day', () => {
  it('is one that the calendar has', () => {
    const days = ['2026-11-25', '2028-02-29', '2026-02-29', '2026-13-01', '2026-1-1', '2026-11-25T10:00', ''];
    expect(days.filter(isDay)).toEqual(['2026-11-25', '2028-02-29']);
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  });
});
