import { LRUCache } from 'lru-cache';
import type { TranscriptPort } from '../../activities/ports.ts';
import { extendDigest } from '../core/transcript/digest.ts';
import type { TranscriptEntry, TranscriptReference } from '../core/vocabulary/transcript.ts';
import type { RunRecord } from './read-run.ts';

/** Bytes of conversations a worker keeps, counted as the characters of their JSON. */
const CACHE_CHARS = 64 * 1024 * 1024;

/**
 * Conversations by reference: from memory, keyed by the digest of everything in them, so that a late attempt can never
 * poison it; else by folding the run's own history.
 */
export class Transcripts implements TranscriptPort {
  readonly #readRun: () => AsyncIterable<RunRecord>;
  readonly #cache = new LRUCache<string, readonly TranscriptEntry[]>({
    maxSize: CACHE_CHARS,
    sizeCalculation: (entries) => JSON.stringify(entries).length,
  });

  /** @param readRun the history of the run whose activity is executing */
  constructor(readRun: () => AsyncIterable<RunRecord>) {
    this.#readRun = readRun;
  }

  async resolve(reference: TranscriptReference): Promise<readonly TranscriptEntry[]> {
    if (reference.length === 0) return [];
    const kept = this.#cache.get(reference.digest);
    if (kept) return kept;

    const entries = await this.#fold(reference);
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

  async #fold({ id, length }: TranscriptReference): Promise<TranscriptEntry[]> {
    const entries: TranscriptEntry[] = [];
    for await (const record of this.#readRun()) {
      if (record.type !== 'answered' || record.input.transcript.id !== id) continue;
      entries.push(...record.input.delta, record.result.message);
      if (entries.length >= length) break;
    }
    return entries.slice(0, length);
  }
}
