import { describe, expect, it } from '@jest/globals';
import type { SignalboxError } from '../../../src/core/vocabulary/errors.ts';
import { type Fault, parseFault } from '../../../src/simulated/faults.ts';

describe('faults', () => {
  it.each([
    ['503', { kind: 'status', status: 503 }],
    ['429:30', { kind: 'status', status: 429, retryAfterSeconds: 30 }],
    ['429:30x2', { kind: 'status', status: 429, retryAfterSeconds: 30, times: 2 }],
    ['400/content_filter', { kind: 'status', status: 400, reason: 'content_filter' }],
    ['cut', { kind: 'cut' }],
    ['error-in-200', { kind: 'error-in-200' }],
    ['error-in-200x3', { kind: 'error-in-200', times: 3 }],
    ['resetx1', { kind: 'reset', times: 1 }],
  ] satisfies [string, Fault][])('are read from %p', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each(['', '418', 'melt', 'cut:30', '503x0', '400/other', '503:soon'])('are not read from %p', (text) => {
    expect(() => parseFault(text)).toThrow(`"${text}" is not a fault`);
    try {
      parseFault(text);
    } catch (error) {
      expect((error as SignalboxError).remedy).toMatch(/503.*stall.*429:30|503.*429:30.*stall/);
    }
  });
});
