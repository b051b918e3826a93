import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import type { EmbeddingAnswer } from '../../activities/ports.ts';
import { BrokenResponse } from './http/broken-response.ts';

/**
 * One vector for each text, however many a vendor takes at once.
 * @throws BrokenResponse where a vector is missing, or of another length than the others
 */
export async function embedAll(
  model: EmbeddingModelV4,
  texts: readonly string[],
  abortSignal: AbortSignal,
): Promise<Omit<EmbeddingAnswer, 'headroom'>> {
  const atOnce = (await model.maxEmbeddingsPerCall) ?? texts.length;
  const vectors: number[][] = [];
  let inputTokens: number | undefined = 0;
  for (let at = 0; at < texts.length; at += atOnce) {
    const values = texts.slice(at, at + atOnce);
    const { embeddings, usage } = await model.doEmbed({ values, abortSignal });
    assertWhole(embeddings, values.length, vectors[0] ?? embeddings[0]);
    vectors.push(...embeddings);
    inputTokens = usage && inputTokens !== undefined ? inputTokens + usage.tokens : undefined;
  }
  return { vectors, ...(inputTokens !== undefined && { inputTokens }) };
}

function assertWhole(vectors: readonly number[][], count: number, first: readonly number[] = []): void {
  const isWhole = (vector: readonly number[]) =>
    vector.length > 0 && vector.length === first.length && vector.every(Number.isFinite);
  if (vectors.length === count && vectors.every(isWhole)) return;
  throw new BrokenResponse(`Of ${count} texts not every one has a vector as long as the others.`, {
    billed: true,
  });
}
