import { describe, expect, it } from '@jest/globals';
import { admits } from '../../../../src/core/health/breaker.ts';
import {
  afterHealthEvent,
  type EndpointHealth,
  type HealthEvent,
  UNHEARD_OF,
} from '../../../../src/core/health/endpoint-health.ts';
import type { Allowance } from '../../../../src/core/health/headroom.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const KEYS = ['key-a', 'key-b'];
const answered = (key: string, headroom: readonly Allowance[] = []): HealthEvent => ({
  ...{ type: 'answered', key, firstTokenMs: 1, totalMs: 2, headroom },
});
const limited = (key: string, hintMs: number): HealthEvent => ({
  ...{ type: 'failed', kind: 'rate_limited', key, totalMs: 1, headroom: [], hintMs },
});
const through = (...events: readonly [HealthEvent, number][]): EndpointHealth =>
  events.reduce((health, [event, ms]) => afterHealthEvent(health, event, KEYS, NOW + ms), UNHEARD_OF);

describe('an endpoint', () => {
  it('rests once all of its keys do, until the first of them may be used', () => {
    const first = through([limited('key-a', 60_000), 0]);
    expect(admits(first.breaker, NOW)).toBe(true);
    const both = through([limited('key-a', 60_000), 0], [limited('key-b', 30_000), 0]);
    expect(admits(both.breaker, NOW + 29_999)).toBe(false);
    expect(admits(both.breaker, NOW + 30_000)).toBe(true);
  });

  it('rests before it has to refuse, where an answer says that nothing is left', () => {
    const usedUp: Allowance[] = [{ of: 'requests', left: 0, resetsAtMs: NOW + 10_000 }];
    const health = through([answered('key-a', usedUp), 0], [answered('key-b', usedUp), 1]);
    expect(admits(health.breaker, NOW + 9_999)).toBe(false);
    expect(admits(health.breaker, NOW + 10_000)).toBe(true);
  });

  it('goes on resting when an answer comes to what was asked before', () => {
    const slow: HealthEvent = { ...answered('key-a'), totalMs: 5_000 } as HealthEvent;
    const health = through([limited('key-a', 60_000), 0], [limited('key-b', 60_000), 0], [slow, 1_000]);
    expect(admits(health.breaker, NOW + 1_001)).toBe(false);
  });

  it('is not taken for dead because a key is rejected, and a probe that tells no more makes room', () => {
    const rejected: HealthEvent = {
      ...{ type: 'failed', kind: 'credential_rejected', key: 'key-a', totalMs: 1, headroom: [] },
    };
    expect(through([rejected, 0], [rejected, 1], [rejected, 2]).breaker.state).toBe('closed');
    const failed: HealthEvent = { ...rejected, kind: 'unavailable' };
    const probing = through([failed, 0], [failed, 1], [{ type: 'started' }, 20_000]);
    expect(admits(probing.breaker, NOW + 20_001)).toBe(false);
    const after = afterHealthEvent(probing, rejected, KEYS, NOW + 20_002);
    expect(admits(after.breaker, NOW + 20_002)).toBe(true);
  });

  it('keeps nothing of keys that are gone', () => {
    const health = through([limited('old', 1_000), 0], [answered('key-a'), 2_000]);
    expect(Object.keys(health.keys)).toEqual(['key-a']);
  });
});
