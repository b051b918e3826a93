import { expect, it } from '@jest/globals';
import { durationText } from '../../../src/core/vocabulary/duration-text.ts';

it.each([
  [1, '1 s'],
  [45_000, '45 s'],
  [119_001, '2 min'],
  [3_600_000, '60 min'],
  [7_200_000, '2 h'],
  [9_000_001, '2.6 h'],
])('a wait of %i ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
