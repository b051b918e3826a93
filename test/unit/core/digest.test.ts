import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { extendDigest } from '../../../src/core/transcript/digest.ts';
import type { TranscriptEntry } from '../../../src/core/vocabulary/transcript.ts';

const entry: fc.Arbitrary<TranscriptEntry> = fc.oneof(
  fc.record({ role: fc.constant('user' as const), content: fc.string({ unit: 'binary' }) }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.array(fc.record({ type: fc.constant('text' as const), text: fc.string() }), { maxLength: 2 }),
  }),
);
const entries = fc.array(entry, { maxLength: 6 });

it('is that of a chain of SHA-256 over the entries, halved', () => {
  const [a, b]: TranscriptEntry[] = [
    { role: 'user', content: 'ä' },
    { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
  ];
  const sha = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
  expect(extendDigest('', [a!, b!])).toBe(sha(sha(JSON.stringify(a)) + JSON.stringify(b)));
});

it('is the same in one go or piece by piece', () => {
  fc.assert(
    fc.property(entries, fc.nat(6), (all, at) => {
      const piecewise = extendDigest(extendDigest('', all.slice(0, at)), all.slice(at));
      expect(piecewise).toBe(extendDigest('', all));
    }),
  );
});

it('tells any two conversations apart, order and cuts included', () => {
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      expect(extendDigest('', a)).not.toBe(extendDigest('', b));
    }),
  );
});

it('survives the trip through JSON that history is', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const read = JSON.parse(JSON.stringify(all)) as TranscriptEntry[];
      expect(extendDigest('', read)).toBe(extendDigest('', all));
    }),
  );
});
