import { LRUCache } from 'lru-cache';
import type { TranscriptPort } from '../../activities/ports.ts';
import { compacted, passageShown } from '../core/transcript/compaction.ts';
import { extendDigest } from '../core/transcript/digest.ts';
import type {
  AssistantMessage,
  CompactedEntry,
  PassageEntry,
  ShownEntry,
  TranscriptEntry,
  TranscriptReference,
} from '../core/vocabulary/transcript.ts';
import type { RunRecord } from './read-run.ts';

/** Bytes of conversations a worker keeps, counted as the characters of their JSON. */
const CACHE_CHARS = 64 * 1024 * 1024;

/**
 * Conversations by reference: from memory, keyed by the digest of everything in them, so that a late attempt can never
 * poison it; else by folding the run's own history.
 */
export class Transcripts implements TranscriptPort {
  readonly #readRun: (runId?: string) => AsyncIterable<RunRecord>;
  readonly #cache = new LRUCache<string, readonly ShownEntry[]>({
    maxSize: CACHE_CHARS,
    sizeCalculation: (entries) => JSON.stringify(entries).length,
  });

  /** @param readRun the history of a run of the workflow whose activity is executing; without an id of that very run */
  constructor(readRun: (runId?: string) => AsyncIterable<RunRecord>) {
    this.#readRun = readRun;
  }

  async resolve(reference: TranscriptReference, runId?: string): Promise<readonly ShownEntry[]> {
    if (reference.length === 0) return [];
    const kept = this.#cache.get(reference.digest);
    return kept ?? fold(reference, await this.#told(reference, runId), this.#cache);
  }

  async shown(entries: readonly TranscriptEntry[]): Promise<readonly ShownEntry[]> {
    const shown = entries.map(async (entry) =>
      'of' in entry ? standIn(entry, await this.resolve(entry.of)) : [entry],
    );
    return (await Promise.all(shown)).flat();
  }

  remember(digest: string, entries: readonly ShownEntry[]): void {
    this.#cache.set(digest, entries);
  }

  async answers(runId: string, steps: readonly string[]): Promise<ReadonlyMap<string, AssistantMessage>> {
    const answers = new Map<string, AssistantMessage>();
    if (steps.length === 0) return answers;
    for await (const record of this.#readRun(runId)) {
      if (record.type === 'answered' && record.input.callKind === undefined)
        answers.set(record.input.step, record.result.message);
      if (record.type !== 'carried') continue;
      for (const item of record.items) if ('answer' in item) answers.set(item.step, item.answer);
    }
    const missing = steps.find((step) => !answers.has(step));
    if (missing !== undefined)
      throw new Error(`The history of run ${runId} has no answer of step "${missing}".`);
    return answers;
  }

  /** What history tells of each conversation, up to the end of the one referred to: all that it rests on came before. */
  async #told({ id, length }: TranscriptReference, runId: string | undefined): Promise<Told> {
    const told = new Map<string, TranscriptEntry[]>();
    const toldOf = (transcript: string) => {
      const entries = told.get(transcript) ?? [];
      told.set(transcript, entries);
      return entries;
    };
    for await (const record of this.#readRun(runId)) {
      if (record.type === 'carried') {
        for (const item of record.items) if ('entry' in item) toldOf(item.transcript).push(item.entry);
      } else if (record.type === 'answered') {
        const { transcript, delta } = record.input;
        toldOf(transcript.id).push(...delta, record.result.message);
        if (transcript.id === id && toldOf(id).length >= length) break;
      }
    }
    return told;
  }
}

/** Conversations by id, as they stand in history. */
type Told = ReadonlyMap<string, readonly TranscriptEntry[]>;

/** One conversation, and those that it goes on from. @throws Error where one is not the one that was referred to */
function fold(
  { id, length, digest }: TranscriptReference,
  told: Told,
  cache: LRUCache<string, readonly ShownEntry[]>,
): readonly ShownEntry[] {
  const kept = cache.get(digest);
  if (kept) return kept;
  const entries = (told.get(id) ?? []).slice(0, length);
  if (extendDigest('', entries) !== digest) {
    throw new Error(
      `The history of step "${id}" gives another conversation than its reference: ${entries.length} entries of ${length}.`,
    );
  }
  const shown = entries.flatMap((entry) =>
    'of' in entry ? standIn(entry, fold(entry.of, told, cache)) : [entry],
  );
  cache.set(digest, shown);
  return shown;
}

/** What an entry stands for, given the conversation that it is about. */
const standIn = (entry: CompactedEntry | PassageEntry, entries: readonly ShownEntry[]): ShownEntry[] =>
  entry.role === 'passage' ? passageShown(entries, entry) : compacted(entries, entry.keep, entry.summary);
