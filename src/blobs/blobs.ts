import { createHash } from 'node:crypto';
import type { BlobPort } from '../../activities/ports.ts';
import type { BlobReference, BlobStore } from '../core/vocabulary/blob.ts';
import type { Json } from '../core/vocabulary/json.ts';
import { BlobLost } from './blob-lost.ts';

/** JSON under the digest of its bytes, so that a reference says what it must give. */
export class Blobs implements BlobPort {
  readonly #store: BlobStore;

  constructor(store: BlobStore) {
    this.#store = store;
  }

  async put(value: Json): Promise<BlobReference> {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = digestOf(bytes);
    await this.#store.put(digest, bytes);
    return { digest, bytes: bytes.length };
  }

  async get(reference: BlobReference): Promise<Json> {
    const bytes = await this.#store.get(reference.digest);
    if (!bytes) throw new BlobLost(reference, 'is not there');
    if (digestOf(bytes) !== reference.digest) throw new BlobLost(reference, 'is damaged');
    return JSON.parse(Buffer.from(bytes).toString()) as Json;
  }
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
