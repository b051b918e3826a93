import type { Readable } from 'node:stream';

/** A refusal says its typed code in the first few hundred bytes. */
const REFUSAL_BYTES = 64 * 1024;
/** What a refusal says beyond its status is not worth a longer wait. */
const REFUSAL_MS = 2_000;

/** What came of a refusal's body within bounds: the status stands, whatever becomes of the rest. */
export async function readRefusal(body: Readable): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), REFUSAL_MS);
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      bytes += piece.byteLength;
      if (bytes >= REFUSAL_BYTES) break;
    }
  } catch {
    // It broke, or took too long.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(pieces).subarray(0, REFUSAL_BYTES);
}
