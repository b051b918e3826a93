import { describe, expect, it } from '@jest/globals';
import { admits, afterEvent, type Breaker, CLOSED } from '../../../src/core/health/breaker.ts';

const T0 = 1_000_000;
type Event = Parameters<typeof afterEvent>[1];
const succeeded: Event = { type: 'succeeded', askedAtMs: T0 };
const through = (breaker: Breaker, ...events: [Event, number][]) =>
  events.reduce((state, [event, ms]) => afterEvent(state, event, T0 + ms), breaker);

describe('a breaker', () => {
  const open = through(CLOSED, [{ type: 'failed' }, 0], [{ type: 'failed' }, 10]);

  it('opens at the second failure in a row, not at two with a success between', () => {
    expect(admits(through(CLOSED, [{ type: 'failed' }, 0]), T0)).toBe(true);
    expect(admits(open, T0 + 20)).toBe(false);
    expect(
      admits(through(CLOSED, [{ type: 'failed' }, 0], [succeeded, 1], [{ type: 'failed' }, 2]), T0 + 3),
    ).toBe(true);
  });

  const busy = Array.from({ length: 40 }, (_, i): [Event, number] => [succeeded, -100 + i]);

  it('of an endpoint that mostly answers stays closed after two in a row, and opens after five', () => {
    const failing = Array.from({ length: 5 }, (_, i): [Event, number] => [{ type: 'failed' }, i]);
    expect(admits(through(CLOSED, ...busy, ...failing.slice(0, 4)), T0 + 5)).toBe(true);
    expect(admits(through(CLOSED, ...busy, ...failing), T0 + 5)).toBe(false);
  });

  it('forgets after ten seconds how well it went', () => {
    const later = through(CLOSED, ...busy, [{ type: 'failed' }, 10_000], [{ type: 'failed' }, 10_300]);
    expect(admits(later, T0 + 10_301)).toBe(false);
  });

  it('lets a single probe through when its cooldown is over', () => {
    expect(admits(open, T0 + 15_011)).toBe(true);
    const probing = through(open, [{ type: 'started' }, 15_011]);
    expect(admits(probing, T0 + 15_012)).toBe(false);
  });

  it('closes when the probe succeeds and rests twice as long when it fails', () => {
    const probing = through(open, [{ type: 'started' }, 15_011]);
    expect(through(probing, [succeeded, 15_100])).toEqual(CLOSED);
    const again = through(probing, [{ type: 'failed' }, 15_100]);
    expect(admits(again, T0 + 15_100 + 29_999)).toBe(false);
    expect(admits(again, T0 + 15_100 + 30_000)).toBe(true);
  });

  it('never rests longer than two minutes for failing', () => {
    let breaker = open;
    let ms = 10;
    for (let probe = 0; probe < 10; probe++) {
      ms += 120_000;
      breaker = through(breaker, [{ type: 'started' }, ms], [{ type: 'failed' }, ms]);
    }
    expect(admits(breaker, T0 + ms + 120_000)).toBe(true);
  });

  it('rests a rate-limited endpoint until the time the provider named', () => {
    const resting = through(CLOSED, [{ type: 'rests', untilMs: T0 + 7_200_000 }, 0]);
    expect(admits(resting, T0 + 7_199_999)).toBe(false);
    expect(admits(resting, T0 + 7_200_000)).toBe(true);
  });

  it('forgets a probe whose worker died', () => {
    const probing = through(open, [{ type: 'started' }, 15_011]);
    expect(admits(probing, T0 + 15_011 + 60_000)).toBe(true);
  });

  it('meets a minute of outage, asked every four seconds, with at most four calls', () => {
    let breaker: Breaker = CLOSED;
    let calls = 0;
    const call = (ms: number) => {
      calls += 1;
      breaker = through(breaker, [{ type: 'started' }, ms], [{ type: 'failed' }, ms]);
    };
    for (let ms = 0; ms < 60_000; ms += 4_000) {
      if (!admits(breaker, T0 + ms)) continue;
      call(ms);
      if (admits(breaker, T0 + ms)) call(ms + 300); // the retry in place
    }
    expect(calls).toBeLessThanOrEqual(4);
  });
});
