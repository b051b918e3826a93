import { LRUCache } from 'lru-cache';
import type { TranscriptPort } from '../../activities/ports.ts';
import { extendDigest } from '../core/transcript/digest.ts';
import type {
  AssistantMessage,
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
  readonly #cache = new LRUCache<string, readonly TranscriptEntry[]>({
    maxSize: CACHE_CHARS,
    sizeCalculation: (entries) => JSON.stringify(entries).length,
  });

  /** @param readRun the history of a run of the workflow whose activity is executing; without an id of that very run */
  constructor(readRun: (runId?: string) => AsyncIterable<RunRecord>) {
    this.#readRun = readRun;
  }

  async resolve(reference: TranscriptReference, runId?: string): Promise<readonly TranscriptEntry[]> {
    if (reference.length === 0) return [];
    const kept = this.#cache.get(reference.digest);
    if (kept) return kept;

    const entries = await this.#fold(reference, runId);
    if (extendDigest('', entries) !== reference.digest) {
      throw new Error(
        `The history of step "${reference.id}" gives another conversation than its reference: ${entries.length} entries of ${reference.length}.`,
      );
    }
    this.#cache.set(reference.digest, entries);
    return entries;
  }

  remember(digest: string, entries: readonly TranscriptEntry[]): void {
    this.#cache.set(digest, entries);
  }

  async answers(runId: string, steps: readonly string[]): Promise<ReadonlyMap<string, AssistantMessage>> {
    const answers = new Map<string, AssistantMessage>();
    if (steps.length === 0) return answers;
    for await (const record of this.#readRun(runId)) {
      if (record.type === 'answered') answers.set(record.input.step, record.result.message);
      if (record.type !== 'carried') continue;
      for (const item of record.items) if ('answer' in item) answers.set(item.step, item.answer);
    }
    const missing = steps.find((step) => !answers.has(step));
    if (missing !== undefined)
      throw new Error(`The history of run ${runId} has no answer of step "${missing}".`);
    return answers;
  }

  async #fold({ id, length }: TranscriptReference, runId: string | undefined): Promise<TranscriptEntry[]> {
    const entries: TranscriptEntry[] = [];
    for await (const record of this.#readRun(runId)) {
      if (record.type === 'carried')
        entries.push(
          ...record.items.flatMap((item) => ('entry' in item && item.transcript === id ? [item.entry] : [])),
        );
      if (record.type !== 'answered' || record.input.transcript.id !== id) continue;
      entries.push(...record.input.delta, record.result.message);
      if (entries.length >= length) break;
    }
    return entries.slice(0, length);
  }
}
