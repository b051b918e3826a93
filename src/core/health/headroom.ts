/** What is left of the limits that a provider counts a key's calls against, as its last answer said it. */
export interface Allowance {
  readonly of: (typeof COUNTED)[number];
  readonly left: number;
  readonly limit?: number;
  /** Milliseconds since the epoch. */
  readonly resetsAtMs?: number;
}

const COUNTED = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const;

/** No limit is believed to last longer, nor a hint followed for: a day is the longest window that vendors count in. */
export const LONGEST_WINDOW_MS = 86_400_000;

/** Each allowance has headers for the limit, what is left of it and when it begins anew: Anthropic's names, then OpenAI's. */
const NAMES: readonly ((of: string, what: 'limit' | 'remaining' | 'reset') => string)[] = [
  (of, what) => `anthropic-ratelimit-${of}-${what}`,
  (of, what) => `x-ratelimit-${what}-${of}`,
];

/** @param headers with lower-case names */
export function readHeadroom(headers: Readonly<Record<string, string>>, nowMs: number): Allowance[] {
  return NAMES.flatMap((name) =>
    COUNTED.flatMap((of) => {
      const left = countIn(headers[name(of, 'remaining')]);
      if (left === undefined) return [];
      const limit = countIn(headers[name(of, 'limit')]);
      const resetMs = fromNowMs(headers[name(of, 'reset')]?.trim() ?? '', nowMs);
      return {
        of,
        left,
        ...(limit !== undefined && { limit }),
        ...(resetMs !== undefined && { resetsAtMs: nowMs + Math.min(resetMs, LONGEST_WINDOW_MS) }),
      };
    }),
  );
}

/** When the last of the allowances that are used up begins anew; `undefined` where none is. */
export function usedUpUntilMs(headroom: readonly Allowance[]): number | undefined {
  const resets = headroom.flatMap(({ left, resetsAtMs }) => (left === 0 ? (resetsAtMs ?? []) : []));
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

const countIn = (value: string | undefined) =>
  value !== undefined && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** A time as Anthropic gives it (RFC 3339), or a span as OpenAI does: `6m0s`, `1.5s`, `120ms`. */
function fromNowMs(value: string, nowMs: number): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) {
    const at = Date.parse(value);
    return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
  }
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(value)) return undefined;
  return [...value.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number.parseFloat(count!) * UNIT_MS[unit!]!,
    0,
  );
}
