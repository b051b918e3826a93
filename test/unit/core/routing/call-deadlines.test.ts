import { describe, expect, it } from '@jest/globals';
import { callDeadlines } from '../../../../src/core/routing/call-deadlines.ts';

const deadlines = { connectMs: 5_000, firstTokenMs: 20_000, idleMs: 15_000, totalMs: 180_000 };
const speed = (p95: number) => ({ firstTokenMs: { p50: p95 / 2, p95 }, msPerToken: 20 });

describe('how long a first token may take', () => {
  it('is the class’s default until it is learnt', () => {
    expect(callDeadlines({ deadlines }, {})).toEqual(deadlines);
  });

  it.each([
    [100, 5_000],
    [3_000, 9_000],
    [30_000, 20_000],
  ])('is learnt from a p95 of %s ms: %s ms', (p95, firstTokenMs) => {
    expect(callDeadlines({ deadlines }, {}, speed(p95))).toEqual({ ...deadlines, firstTokenMs });
  });

  it('is what the config says, of the class or of the endpoint', () => {
    const set = { deadlines, setDeadlines: ['firstTokenMs'] as const };
    expect(callDeadlines(set, {}, speed(100)).firstTokenMs).toBe(20_000);
    const endpoint = { deadlines: { firstTokenMs: 1_234 } };
    expect(callDeadlines({ deadlines }, endpoint, speed(100)).firstTokenMs).toBe(1_234);
  });
});
