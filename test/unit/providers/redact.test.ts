import { expect, it } from '@jest/globals';
import { redact } from '../../../src/providers/redact.ts';

it.each([
  ['Incorrect API key provided: abcd1234efgh5678.', 'abcd1234efgh5678', 'Incorrect API key provided: [key].'],
  [
    'Incorrect API key provided: sk-proj-****************zA9b.',
    'another-key',
    'Incorrect API key provided: [key]',
  ],
  ['Bearer eyJhbGciOi is not allowed', 'another-key', '[key] is not allowed'],
  ['The simulated engine is overloaded', 'simulated', 'The simulated engine is overloaded'],
  ['The engine is overloaded, ask-again later', 'none', 'The engine is overloaded, ask-again later'],
])('takes keys out of %j', (text, key, clean) => {
  expect(redact(text, key)).toBe(clean);
});
