/**
 * What an endpoint's calls of the last hour were like: a reducer, (window, call, now) → window. It has six slices of ten
 * minutes; the oldest falls off as the next begins, so that its size is bounded whatever the traffic. The windows of
 * several workers add up to the fleet's.
 */
import { DISPOSITIONS } from '../failure/disposition.ts';
import type { FailureKind } from '../failure/kind.ts';
import { addSketches, type LatencySketch, percentileMs, withLatency } from './latency-sketch.ts';

export interface Window {
  /** Oldest first. */
  readonly slices: readonly Slice[];
  readonly lastFailure?: { readonly kind: FailureKind; readonly atMs: number };
}

interface Slice {
  readonly startMs: number;
  readonly answered: number;
  readonly failed: FailureCounts;
  /** Of answers; a call that had no first token in time counts with the time it was given. */
  readonly firstToken: LatencySketch;
  /** Of answers. */
  readonly total: LatencySketch;
  /** Of answers whose tokens were reported, and the time from their first token to their last. */
  readonly outputTokens: number;
  readonly writingMs: number;
}

export type FailureCounts = Readonly<Partial<Record<FailureKind, number>>>;

export type CallOutcome =
  | {
      readonly type: 'answered';
      readonly firstTokenMs: number;
      readonly totalMs: number;
      /** Absent where the provider never said. */
      readonly outputTokens?: number | undefined;
    }
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly totalMs: number };

export const EMPTY_WINDOW: Window = { slices: [] };

const SLICE_MS = 600_000;
const SLICES = 6;

export function afterOutcome(window: Window, call: CallOutcome, nowMs: number): Window {
  const startMs = nowMs - (nowMs % SLICE_MS);
  const slice = withOutcome({ ...EMPTY_SLICE, startMs }, call);
  return addWindows(window, {
    slices: [slice],
    ...(call.type === 'failed' && { lastFailure: { kind: call.kind, atMs: nowMs } }),
  });
}

const EMPTY_SLICE: Omit<Slice, 'startMs'> = {
  answered: 0,
  failed: {},
  firstToken: {},
  total: {},
  outputTokens: 0,
  writingMs: 0,
};

function withOutcome(slice: Slice, call: CallOutcome): Slice {
  if (call.type === 'failed') {
    const { kind, totalMs } = call;
    // Without these, a deadline that is learnt from the rest would grow ever shorter.
    const firstToken = kind === 'timed_out' ? withLatency(slice.firstToken, totalMs) : slice.firstToken;
    return { ...slice, failed: { [kind]: 1 }, firstToken };
  }
  const { firstTokenMs, totalMs, outputTokens } = call;
  return {
    ...slice,
    answered: 1,
    firstToken: withLatency(slice.firstToken, firstTokenMs),
    total: withLatency(slice.total, totalMs),
    ...(outputTokens !== undefined && { outputTokens, writingMs: Math.max(0, totalMs - firstTokenMs) }),
  };
}

/** What two workers saw, as one would have that saw both. */
export function addWindows(a: Window, b: Window): Window {
  const byStart = new Map<number, Slice>();
  for (const slice of [...a.slices, ...b.slices]) {
    const before = byStart.get(slice.startMs);
    byStart.set(slice.startMs, before ? addSlices(before, slice) : slice);
  }
  const newestMs = Math.max(...byStart.keys());
  const lastFailure = (a.lastFailure?.atMs ?? 0) > (b.lastFailure?.atMs ?? 0) ? a.lastFailure : b.lastFailure;
  return {
    slices: [...byStart.values()]
      .filter(({ startMs }) => startMs > newestMs - SLICES * SLICE_MS)
      .sort((one, other) => one.startMs - other.startMs),
    ...(lastFailure && { lastFailure }),
  };
}

function addSlices(a: Slice, b: Slice): Slice {
  const kinds = Object.keys({ ...a.failed, ...b.failed }) as FailureKind[];
  return {
    startMs: a.startMs,
    answered: a.answered + b.answered,
    failed: Object.fromEntries(
      kinds.map((kind) => [kind, (a.failed[kind] ?? 0) + (b.failed[kind] ?? 0)]),
    ) as FailureCounts,
    firstToken: addSketches(a.firstToken, b.firstToken),
    total: addSketches(a.total, b.total),
    outputTokens: a.outputTokens + b.outputTokens,
    writingMs: a.writingMs + b.writingMs,
  };
}

/** A window in figures. */
export interface Measured {
  readonly answered: number;
  /** By kind, those included for which the endpoint can do nothing. */
  readonly failed: FailureCounts;
  /** 0-1, of the calls that it answered or could have; absent where there were none. */
  readonly successRate?: number;
  /** Absent where nothing was answered, nor waited for in vain. */
  readonly firstTokenMs?: Percentiles;
  readonly totalMs?: Percentiles;
  /** From the first token to the last; absent where answers came in one piece. */
  readonly tokensPerSecond?: number;
}

/** Milliseconds, 5% off at most. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

export function measure({ slices }: Window, nowMs: number): Measured {
  const { answered, failed, firstToken, total, outputTokens, writingMs } = slices
    .filter(({ startMs }) => startMs > nowMs - SLICES * SLICE_MS)
    .reduce(addSlices, { ...EMPTY_SLICE, startMs: nowMs });
  const asked = answered + endpointsOwn(failed);
  const firstTokenMs = percentilesOf(firstToken);
  const totalMs = percentilesOf(total);
  return {
    answered,
    failed,
    ...(asked > 0 && { successRate: answered / asked }),
    ...(firstTokenMs && { firstTokenMs }),
    ...(totalMs && { totalMs }),
    ...(writingMs > 0 && { tokensPerSecond: (1_000 * outputTokens) / writingMs }),
  };
}

/** Failures that are the endpoint's: it is no fault of its own where a request is wrong. */
const endpointsOwn = (failed: FailureCounts) =>
  Object.entries(failed)
    // Another worker's code may know kinds that this one does not.
    .filter(([kind]) => DISPOSITIONS[kind as FailureKind]?.health !== 'works')
    .reduce((sum, [, count]) => sum + count, 0);

function percentilesOf(sketch: LatencySketch): Percentiles | undefined {
  const [p50, p95] = [percentileMs(sketch, 0.5), percentileMs(sketch, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}

/** What the router and the deadlines take from a window, once there is enough of it. */
export interface MeasuredSpeed {
  readonly firstTokenMs: Percentiles;
  /** After the first; 0 where answers come in one piece. */
  readonly msPerToken: number;
}

/** A median of fewer says less than the catalog does. */
const ENOUGH_CALLS = 20;

export function measuredSpeed(window: Window, nowMs: number): MeasuredSpeed | undefined {
  const { answered, firstTokenMs, tokensPerSecond } = measure(window, nowMs);
  if (!firstTokenMs || answered < ENOUGH_CALLS) return undefined;
  return { firstTokenMs, msPerToken: tokensPerSecond ? 1_000 / tokensPerSecond : 0 };
}
