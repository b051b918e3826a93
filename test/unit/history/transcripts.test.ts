import { describe, expect, it } from '@jest/globals';
import type { InvokeModelInput, InvokeModelResult, Read } from '../../../src/core/contract/activities.ts';
import { extendDigest } from '../../../src/core/transcript/digest.ts';
import type {
  AssistantMessage,
  ShownEntry,
  TranscriptEntry,
} from '../../../src/core/vocabulary/transcript.ts';
import type { RunRecord } from '../../../src/history/read-run.ts';
import { Transcripts } from '../../../src/history/transcripts.ts';

const user = (content: string): ShownEntry => ({ role: 'user', content });
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

describe('a conversation that goes on from another', () => {
  const summary = 'They counted.';
  const goesOn: TranscriptEntry = { role: 'compacted', of: reference(whole), keep: 1, summary };
  const more = [goesOn, user('three'), assistant('3')];
  const longer = [...records, { ...answered('a~1', [goesOn, user('three')], assistant('3')) }];
  const shown = [
    user('one'),
    { role: 'user', content: expect.stringContaining(summary) },
    assistant('2'),
    user('three'),
    assistant('3'),
  ];

  it('is folded with it, in one reading', async () => {
    const { transcripts, reads } = over(longer);
    expect(await transcripts.resolve(reference(more, 'a~1'))).toEqual(shown);
    expect(reads()).toBe(1);
  });

  it('begins with it when nothing has been answered yet', async () => {
    const { transcripts } = over(records);
    const begins = await transcripts.shown([goesOn, user('three')]);
    expect(begins).toEqual(shown.slice(0, -1));
  });

  it('leaves it as it was', async () => {
    const { transcripts } = over(longer);
    await transcripts.resolve(reference(more, 'a~1'));
    expect(await transcripts.resolve(reference(whole))).toEqual(whole);
  });

  it('is refused where history gives another one for it', async () => {
    const { transcripts } = over(longer.slice(1));
    await expect(transcripts.resolve(reference(more, 'a~1'))).rejects.toThrow('step "a"');
  });
});
