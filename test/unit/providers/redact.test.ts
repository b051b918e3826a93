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
  ['Key abcd1234efgh56… is unknown', 'abcd1234efgh5678ijkl', 'Key [key]… is unknown'],
  ['…efgh5678ijkl and abcd1234efgh5678ijkl.', 'abcd1234efgh5678ijkl', '…[key] and [key].'],
  ['no route to ?token=abcd%2F1234%2Befgh', 'abcd/1234+efgh', 'no route to ?token=[key]'],
  [
    `Basic ${btoa('user:abcd1234efgh5678ijkl')} is refused`,
    'abcd1234efgh5678ijkl',
    expect.not.stringMatching(/[\w+/=]{14}/),
  ],
  ['GET https://me:secret@llm.example.com/v1', 'another-key', 'GET https://[key]@llm.example.com/v1'],
  ['no such path: /v1?key=AIzaSyA1&alt=sse', 'none', 'no such path: /v1?key=[key]&alt=sse'],
  ['abcd1234', 'abcd1234efgh5678ijkl', 'abcd1234'],
  ['', 'abcd1234efgh5678ijkl', ''],
  ['The simulated engine is overloaded', 'simulated', 'The simulated engine is overloaded'],
  ['The engine is overloaded, ask-again later', 'none', 'The engine is overloaded, ask-again later'],
])('takes keys out of %j', (text, key, clean) => {
  expect(redact(text, key)).toEqual(clean);
});
