import { pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { BrokenResponse } from './broken-response.ts';

/**
 * What the body of one answer may have, unpacked. The longest answers of today, 128,000 tokens streamed as one event of
 * 400 bytes each, have 51 MB.
 */
export const BODY_BYTES = 64 * 1024 * 1024;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
  zstd: createZstdDecompress,
};

/** Unpacks a body. Nobody is asked to compress; some do so for everybody. @throws BrokenResponse for what nobody reads */
export function unpacked(body: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === 'identity') return body;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (!decoder) {
    throw new BrokenResponse(`The answer is compressed in a way that was not asked for.`, { billed: true });
  }
  return pipeline(body, decoder(), ignore);
}

/**
 * A body that fails as soon as it is longer than any answer, or, where it should be text, is none. Failing, and being
 * given up, closes what it comes from.
 */
export function boundedBody(body: Readable, { isText }: { readonly isText: boolean }): Readable {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  const faultOf = (piece?: Uint8Array): BrokenResponse | null => {
    bytes += piece?.byteLength ?? 0;
    if (bytes > BODY_BYTES) {
      return new BrokenResponse(`The answer goes on past ${BODY_BYTES} bytes.`, { billed: true });
    }
    try {
      if (isText) utf8.decode(piece, { stream: piece !== undefined });
      return null;
    } catch (cause) {
      return new BrokenResponse('The answer is not UTF-8.', { billed: true, cause });
    }
  };
  const bound = new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      const fault = faultOf(piece);
      if (fault) done(fault);
      else done(null, piece);
    },
    flush(done) {
      done(faultOf());
    },
  });
  return pipeline(body, bound, ignore);
}

/** The last stream of a pipeline tells its reader. */
const ignore = () => {};
