import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A whole file as text, unpacked where it is gzip. Throws what Node throws where it is not there or not whole. */
export function readUnpacked(file: string): string {
  const bytes = readFileSync(file);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? gunzipSync(bytes) : bytes).toString('utf8');
}
