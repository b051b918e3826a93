import type { BlobReference } from '../core/vocabulary/blob.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';

/** A message that history points at is not where this worker looks for it. */
export class BlobLost extends SignalboxError {
  constructor({ digest, bytes }: BlobReference, what: 'is not there' | 'is damaged') {
    super(
      `The blob ${digest}, a message of ${bytes} bytes, ${what}.`,
      'Give all workers the same blobs (`blobs` in the config), and bring back what was deleted.',
    );
  }
}
