import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { TranscriptEntry } from '../vocabulary/transcript.ts';

/** 128 bits: it stands in history twice a turn. */
const DIGEST_CHARS = 32;

/**
 * Extends a chained digest by entries: `h(n) = SHA-256(h(n−1) ‖ JSON of entry n)`, its first half. Whoever holds the digest of a
 * transcript can tell that another copy is the same one, entry for entry, in order.
 */
export function extendDigest(digest: string, entries: readonly TranscriptEntry[]): string {
  return entries.reduce(
    (before, entry) => bytesToHex(sha256(utf8ToBytes(before + JSON.stringify(entry)))).slice(0, DIGEST_CHARS),
    digest,
  );
}
