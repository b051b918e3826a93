import { expect, test } from '@jest/globals';
import { closestNames } from '../../../src/config/closest-names.ts';

const many = Array.from({ length: 40 }, (_, i) => `model-${i}`);

test('a few names are all told', () => {
  expect(closestNames('x', ['a', 'b'])).toEqual(['a', 'b']);
});

test('of many, those that look alike, the closest first', () => {
  const names = [...many, 'claude-opus-4.5', 'claude-sonnet-4', 'claude-sonnet-4.5'];
  expect(closestNames('claude-sonnet-4-5', names, 3)).toEqual([
    'claude-sonnet-4.5',
    'claude-sonnet-4',
    'claude-opus-4.5',
  ]);
});
