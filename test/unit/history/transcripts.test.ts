import { expect, it } from '@jest/globals';
import type { InvokeModelInput, InvokeModelResult, Read } from '../../../src/core/contract/activities.ts';
import { extendDigest } from '../../../src/core/transcript/digest.ts';
import type { AssistantMessage, TranscriptEntry } from '../../../src/core/vocabulary/transcript.ts';
import type { RunRecord } from '../../../src/history/read-run.ts';
import { Transcripts } from '../../../src/history/transcripts.ts';

const user = (content: string): TranscriptEntry => ({ role: 'user', content });
const assistant = (text: string): AssistantMessage => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
});
const answered = (step: string, delta: TranscriptEntry[], message: AssistantMessage): RunRecord => ({
  type: 'answered',
  call: { activityId: step, attempt: 1, startedAtMs: 0 },
  input: { step, transcript: { id: step, length: 0, digest: '' }, delta } as unknown as InvokeModelInput,
  result: { message } as unknown as Read<InvokeModelResult>,
});

/** Transcripts over these records, which count how often they are read. */
function over(records: readonly RunRecord[]) {
  let reads = 0;
  const transcripts = new Transcripts(async function* () {
    reads += 1;
    yield* records;
  });
  return { transcripts, reads: () => reads };
}
const first = [user('one'), assistant('1')];
const whole = [...first, user('two'), assistant('2')];
const records = [
  answered('a', [user('one')], assistant('1')),
  answered('b', [user('other')], assistant('x')),
  answered('a', [user('two')], assistant('2')),
];
const reference = (entries: TranscriptEntry[], id = 'a') => ({
  id,
  length: entries.length,
  digest: extendDigest('', entries),
});

it('folds the answered turns of its own step, in order', async () => {
  expect(await over(records).transcripts.resolve(reference(whole))).toEqual(whole);
});

it('folds no further than the reference says', async () => {
  expect(await over(records).transcripts.resolve(reference(first))).toEqual(first);
});

it('reads no history for a conversation that has not begun', async () => {
  const { transcripts, reads } = over(records);
  expect(await transcripts.resolve({ id: 'a', length: 0, digest: '' })).toEqual([]);
  expect(reads()).toBe(0);
});

it('reads no history for what it remembers', async () => {
  const { transcripts, reads } = over(records);
  transcripts.remember(extendDigest('', whole), whole);
  expect(await transcripts.resolve(reference(whole))).toEqual(whole);
  expect(reads()).toBe(0);
});

it('reads a history once', async () => {
  const { transcripts, reads } = over(records);
  await transcripts.resolve(reference(whole));
  await transcripts.resolve(reference(whole));
  expect(reads()).toBe(1);
});

it('a late attempt that remembers another end does not poison the conversation', async () => {
  const { transcripts } = over(records);
  const other = [...first, user('two'), assistant('a late answer')];
  transcripts.remember(extendDigest('', other), other);
  expect(await transcripts.resolve(reference(whole))).toEqual(whole);
});

it('refuses a history that does not give the digest', async () => {
  const { transcripts } = over(records.slice(0, 2));
  await expect(transcripts.resolve(reference(whole))).rejects.toThrow('2 entries of 4');
});
