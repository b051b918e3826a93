/** In place: scores become chances that sum to one. */
export function softmax(scores: Float64Array): Float64Array {
  const max = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(scores[k]! - max);
    sum += scores[k]!;
  }
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum;
  return scores;
}

/** What a text's features say for each of `width` classes, by weights laid out bucket by bucket, class by class. */
export function evidenceOf(
  features: Uint16Array,
  weights: Float64Array | Float32Array,
  width: number,
): Float64Array {
  const evidence = new Float64Array(width);
  for (let i = 0; i < features.length; i++) {
    const at = features[i]! * width;
    for (let k = 0; k < width; k++) evidence[k]! += weights[at + k]!;
  }
  const norm = features.length > 0 ? 1 / Math.sqrt(features.length) : 0;
  for (let k = 0; k < width; k++) evidence[k]! *= norm;
  return evidence;
}
