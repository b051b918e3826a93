import { describe, expect, it } from '@jest/globals';
import type { SignalboxError } from '../../../src/core/vocabulary/errors.ts';
import { type Fault, faultGrammar, parseFault } from '../../../src/simulated/faults.ts';

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
    ['slow', { kind: 'slow' }],
    ['slow:2.5', { kind: 'slow', lateSeconds: 2.5 }],
    ['503@20%', { kind: 'status', status: 503, share: 0.2 }],
    ['429:1@2.5%x2', { kind: 'status', status: 429, retryAfterSeconds: 1, share: 0.025, times: 2 }],
    ['cut~60s/1.5m', { kind: 'cut', flaps: { downMs: 60_000, upMs: 90_000 } }],
    [
      'error-in-200@50%~250ms/1hx4',
      { kind: 'error-in-200', share: 0.5, flaps: { downMs: 250, upMs: 3_600_000 }, times: 4 },
    ],
    ['quota:100requests/60s', { kind: 'quota', unit: 'requests', limit: 100, windowMs: 60_000 }],
    ['quota:20000tokens/1m', { kind: 'quota', unit: 'tokens', limit: 20_000, windowMs: 60_000 }],
  ] satisfies [string, Fault][])('are read from %p', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each(faultGrammar.map(([example]) => example))('of the grammar are read: %p', (example) => {
    expect(() => parseFault(example)).not.toThrow();
  });

  it.each([
    ...[
      '',
      '418',
      'melt',
      'cut:30',
      '503x0',
      '400/other',
      '503:soon',
      '503:1.5',
      '503@',
      '503@0%',
      '503@120%',
    ],
    ...[
      '503@5',
      '503~60s',
      '503~60/60',
      '503~0s/1s',
      '503~1d/1d',
      'slow:0',
      'quota',
      'quota:5',
      'quota:5/60s',
    ],
    ...[
      'quota:5requests',
      'quota:0requests/1s',
      'quota:5words/1s',
      'quota:5requests/1sx2',
      '503:5requests/1s',
    ],
  ])('are not read from %p', (text) => {
    expect(() => parseFault(text)).toThrow(`"${text}" is not a fault`);
    try {
      parseFault(text);
    } catch (error) {
      expect((error as SignalboxError).remedy).toMatch(/503.*429:30.*stall/s);
    }
  });
});
