/** Points at JSON that is too large for history and lies beside it. */
export interface BlobReference {
  /** SHA-256 of the JSON's UTF-8, hex. */
  readonly digest: string;
  readonly bytes: number;
}

/** Where blobs lie. All workers of a task queue must reach the same one. */
export interface BlobStore {
  /** Keeps the bytes under their digest, whole or not at all; those that are there already stay. */
  put(digest: string, bytes: Uint8Array): Promise<void>;
  /** The bytes as they were put; undefined where there are none. */
  get(digest: string): Promise<Uint8Array | undefined>;
}
