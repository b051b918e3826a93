import { createHash } from 'node:crypto';

export const DIMENSIONS = 64;

/**
 * The words of a text as a point: each word adds one to, or takes one from, a place that its hash names; length one. Texts
 * with words in common are close to each other.
 */
export function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const [place, sign] = createHash('sha256').update(word).digest();
    vector[place! % DIMENSIONS]! += sign! % 2 === 0 ? 1 : -1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((number) => number / length);
}
