import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addWindows,
  afterOutcome,
  type CallOutcome,
  EMPTY_WINDOW,
  measure,
  measuredSpeed,
  type Window,
} from '../../../../src/core/health/window.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const MINUTE_MS = 60_000;
const answered = (firstTokenMs: number, totalMs: number, outputTokens?: number): CallOutcome => ({
  ...{ type: 'answered', firstTokenMs, totalMs, outputTokens },
});
const through = (...calls: readonly [CallOutcome, number][]): Window =>
  calls.reduce((window, [call, atMs]) => afterOutcome(window, call, atMs), EMPTY_WINDOW);

describe('a window', () => {
  it('tells success, percentiles and throughput', () => {
    const calls = Array.from({ length: 100 }, (_, i): [CallOutcome, number] => [
      answered(100 + 10 * i, 1_100 + 10 * i, 50),
      NOW + i,
    ]);
    const failed: [CallOutcome, number] = [{ type: 'failed', kind: 'unavailable', totalMs: 20 }, NOW];
    const { firstTokenMs, totalMs, ...rest } = measure(through(...calls, failed), NOW + 100);
    expect(rest).toEqual({
      answered: 100,
      failed: { unavailable: 1 },
      successRate: 100 / 101,
      tokensPerSecond: 50,
    });
    for (const [told, exact] of [
      [firstTokenMs!.p50, 595],
      [firstTokenMs!.p95, 1_040],
      [totalMs!.p95, 2_040],
    ] as const)
      expect(Math.abs(told - exact) / exact).toBeLessThan(0.06);
  });

  it('counts no failure against the endpoint that is the request’s', () => {
    const window = through(
      [answered(1, 1), NOW],
      [{ type: 'failed', kind: 'content_filtered', totalMs: 5 }, NOW],
    );
    expect(measure(window, NOW)).toMatchObject({ successRate: 1, failed: { content_filtered: 1 } });
  });

  it('forgets what is an hour old, whether or not anything new came', () => {
    const window = through([answered(1, 1), NOW]);
    expect(measure(window, NOW + 59 * MINUTE_MS).answered).toBe(1);
    expect(measure(window, NOW + 70 * MINUTE_MS)).toEqual({ answered: 0, failed: {} });
  });

  it('keeps its size, whatever the traffic', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 40 }),
        (calls, everyMinutes) => {
          let window = EMPTY_WINDOW;
          for (let i = 0; i < calls; i++)
            window = afterOutcome(
              window,
              answered(2 ** (i % 22), 2 ** (i % 22)),
              NOW + i * everyMinutes * MINUTE_MS,
            );
          expect(window.slices.length).toBeLessThanOrEqual(6);
          expect(JSON.stringify(window).length).toBeLessThan(6_000);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('of a fleet is that of one worker who saw it all', () => {
    const call = fc.tuple(
      fc.oneof(
        fc.nat(60_000).map((ms) => answered(ms, ms + 10, 5)),
        fc.constant<CallOutcome>({ type: 'failed', kind: 'timed_out', totalMs: 20_000 }),
      ),
      fc.nat(90).map((minutes) => NOW + minutes * MINUTE_MS),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), (calls) => {
        const inTime = calls.toSorted(([, a], [, b]) => a - b);
        const of = (here: boolean) =>
          through(
            ...inTime.flatMap(([c, at, by]): [CallOutcome, number][] => (by === here ? [[c, at]] : [])),
          );
        const all = through(...inTime.map(([c, at]): [CallOutcome, number] => [c, at]));
        const nowMs = NOW + 91 * MINUTE_MS;
        expect(measure(addWindows(of(true), of(false)), nowMs)).toEqual(measure(all, nowMs));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a measured speed', () => {
  it('takes enough calls', () => {
    const calls = Array.from({ length: 20 }, (): [CallOutcome, number] => [answered(200, 1_200, 100), NOW]);
    expect(measuredSpeed(through(...calls.slice(1)), NOW)).toBeUndefined();
    expect(measuredSpeed(through(...calls), NOW)).toMatchObject({ msPerToken: 10 });
  });

  it('counts those that had no first token in time, or a deadline learnt from it would only shrink', () => {
    const calls = Array.from({ length: 20 }, (): [CallOutcome, number] => [answered(200, 300), NOW]);
    const late: [CallOutcome, number] = [{ type: 'failed', kind: 'timed_out', totalMs: 9_000 }, NOW];
    const p95 = measuredSpeed(through(...calls, late, late, late), NOW)!.firstTokenMs.p95;
    expect(p95).toBeGreaterThan(8_500);
  });
});
