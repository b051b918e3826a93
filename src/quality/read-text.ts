import { readUnpacked } from '../files/read-unpacked.ts';
import { QualityFileError } from './quality-file-error.ts';

/** A whole file as text, unpacked where it is gzip. @throws QualityFileError */
export function readText(file: string): string {
  try {
    return readUnpacked(file);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new QualityFileError(
      `${file} cannot be read: ${message}`,
      'Name a file that is there and is whole, as it is or packed with gzip.',
      { cause },
    );
  }
}
