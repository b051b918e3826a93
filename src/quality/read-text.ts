import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { QualityFileError } from './quality-file-error.ts';

/** A whole file as text, unpacked where it is gzip. @throws QualityFileError */
export function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (packed ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new QualityFileError(
      `${file} cannot be read: ${message}`,
      'Name a file that is there and is whole, as it is or packed with gzip.',
      { cause },
    );
  }
}
