import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { CallClock } from '../../../src/providers/deadlines.ts';

const deadlines = { connectMs: 60, firstTokenMs: 100, idleMs: 40, totalMs: 250 };
const newClock = (caller = new AbortController().signal) => {
  const clock = new CallClock(deadlines, caller);
  clock.connected();
  return clock;
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('ends a call that gets no connection in time', () => {
  const clock = new CallClock(deadlines, new AbortController().signal);
  jest.advanceTimersByTime(59);
  expect(clock.signal.aborted).toBe(false);
  jest.advanceTimersByTime(1);
  expect(clock.passed?.which).toBe('connect');
});

it('ends a call whose first token does not come in time', () => {
  const clock = newClock();
  jest.advanceTimersByTime(99);
  expect(clock.signal.aborted).toBe(false);
  jest.advanceTimersByTime(1);
  expect(clock.signal.aborted).toBe(true);
  expect(clock.passed?.which).toBe('first token');
});

it('ends a call that falls silent after it began', () => {
  const clock = newClock();
  jest.advanceTimersByTime(90);
  clock.tick();
  jest.advanceTimersByTime(39);
  clock.tick();
  expect(clock.signal.aborted).toBe(false);
  jest.advanceTimersByTime(40);
  expect(clock.passed?.which).toBe('idle');
});

it('ends a call that speaks on and on', () => {
  const clock = newClock();
  for (let ms = 0; ms < 250; ms += 10) {
    clock.tick();
    jest.advanceTimersByTime(10);
  }
  expect(clock.passed?.which).toBe('total');
});

it('measures the first token, not a later one', () => {
  const clock = newClock();
  jest.advanceTimersByTime(30);
  clock.tick();
  jest.advanceTimersByTime(20);
  clock.tick();
  expect(clock.firstTokenMs).toBe(30);
});

it('aborts with the caller, and blames no deadline', () => {
  const caller = new AbortController();
  const clock = newClock(caller.signal);
  caller.abort(new Error('cancelled'));
  expect(clock.signal.aborted).toBe(true);
  expect(clock.passed).toBeUndefined();
});

it('leaves no timer behind once it is stopped', () => {
  const clock = new CallClock(deadlines, new AbortController().signal);
  clock.tick();
  clock.stop();
  expect(jest.getTimerCount()).toBe(0);
});
