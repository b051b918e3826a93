/**
 * How often calls took how long: a DDSketch (Masson, Rim and Lee, PVLDB 12, 2019), which is counts by logarithmic
 * bucket. A percentile read from it is off by 5% at most, two sketches add up to the sketch of both, and none has more
 * than 152 buckets: from a millisecond to an hour.
 */
export type LatencySketch = Readonly<Record<number, number>>;

const ERROR = 0.05;
const GAMMA = (1 + ERROR) / (1 - ERROR);
const SHORTEST_MS = 1;
const LONGEST_MS = 3_600_000;

export function withLatency(sketch: LatencySketch, ms: number): LatencySketch {
  const bucket = bucketOf(ms);
  return { ...sketch, [bucket]: (sketch[bucket] ?? 0) + 1 };
}

export function addSketches(a: LatencySketch, b: LatencySketch): LatencySketch {
  const sum: Record<number, number> = { ...a };
  for (const [bucket, count] of bucketsOf(b)) sum[bucket] = (sum[bucket] ?? 0) + count;
  return sum;
}

const latencyCount = (sketch: LatencySketch): number =>
  bucketsOf(sketch).reduce((sum, [, count]) => sum + count, 0);

/**
 * @param share 0 to 1, e.g. 0.95
 * @returns milliseconds; `undefined` of an empty sketch
 */
export function percentileMs(sketch: LatencySketch, share: number): number | undefined {
  const wanted = share * (latencyCount(sketch) - 1);
  let passed = 0;
  for (const [bucket, count] of bucketsOf(sketch)) {
    passed += count;
    if (passed > wanted) return Math.round((2 * GAMMA ** bucket) / (GAMMA + 1));
  }
  return undefined;
}

const bucketOf = (ms: number) =>
  Math.ceil(Math.log(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms))) / Math.log(GAMMA));

/** Ascending, as whole-numbered keys of an object always are. */
const bucketsOf = (sketch: LatencySketch) =>
  Object.entries(sketch).map(([bucket, count]) => [Number(bucket), count] as const);
