import { z } from 'zod';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { refusalReasons } from './wire/wire.ts';

/** HTTP statuses a simulated provider can be told to answer with. */
export const faultStatuses = [400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529] as const;

/**
 * Faults of the connection or the answer, beside a plain error status.
 * - `reset`: the socket is reset before any header
 * - `timeout`: the request is accepted, headers never come
 * - `silence`: headers come, a token never does
 * - `stall`: half the answer comes, then nothing more, the socket stays open
 * - `cut`: half the answer comes, then the socket is destroyed
 * - `malformed`: one chunk of the stream is broken, or the JSON body ends early
 * - `error-in-200`: the vendor's error event in mid-stream, or its error body, under status 200
 * - `empty`: a 200 that is well formed and says nothing
 * - `slow`: the answer, its first token ten seconds late
 * - `no-sentinel`: the whole answer, without the last event that only says that it is over
 * - `refusal`: a 200 that ends as filtered by the provider
 * - `misshapen`: a whole answer, but of another shape than was asked for
 * - `wrong-usage`: the whole answer, with counts that cannot be
 */
export const faultKinds = [
  'reset',
  'timeout',
  'silence',
  'stall',
  'cut',
  'malformed',
  'error-in-200',
  'empty',
  'slow',
  'no-sentinel',
  'refusal',
  'misshapen',
  'wrong-usage',
] as const;

/** Heals by itself after `times` requests; without it, stays until cleared. */
const times = z.int().positive().optional();

export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.literal(faultStatuses),
    /** Sent as the `retry-after` header. */
    retryAfterSeconds: z.int().nonnegative().optional(),
    /** The error the body names, where the status alone would mean another one. */
    reason: z.enum(refusalReasons).optional(),
    times,
  }),
  z.strictObject({ kind: z.enum(faultKinds), times }),
]);

/** What goes wrong with a request, and how often. */
export type Fault = z.infer<typeof faultSchema>;

/**
 * Reads a fault from a command line: `503`, `429:30` (retry after 30 s), `400/content_filter`, `cut`; each with an
 * optional `x2` (twice, then it heals).
 * Throws `SignalboxError` listing what is allowed.
 */
export function parseFault(text: string): Fault {
  const [, name = '', reason, retryAfter, count] =
    /^([a-z-]+|\d+|error-in-200)(?:\/([a-z_]+))?(?::(\d+))?(?:x(\d+))?$/.exec(text.trim()) ?? [];
  const parsed = faultSchema.safeParse({
    ...(/^\d+$/.test(name) ? { kind: 'status', status: Number(name) } : { kind: name }),
    ...(reason !== undefined && { reason }),
    ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }),
    ...(count !== undefined && { times: Number(count) }),
  });
  if (parsed.success) return parsed.data;
  throw new SignalboxError(
    `"${text}" is not a fault`,
    `Use a status (${faultStatuses.join(', ')}), after it optionally "/" and a reason (${refusalReasons.join(', ')}) ` +
      `and ":" and seconds to retry after, as in 429:30; or one of ${faultKinds.join(', ')}. ` +
      'End with x and a number to have it heal after so many requests, as in 503x2.',
  );
}

/** A fault in the words of the request log: `status 503`, `cut`, … */
export function describeFault(fault: Fault): string {
  return fault.kind === 'status' ? `status ${fault.status}` : fault.kind;
}

/** The faults set at present, by target: `*`, a provider, or `provider/model`. */
export class FaultBoard {
  readonly #faults = new Map<string, Fault>();
  readonly #targets: ReadonlySet<string>;

  constructor(targets: readonly string[]) {
    this.#targets = new Set(['*', ...targets]);
  }

  /** Throws `SignalboxError` for a target that does not exist. */
  set(target: string, fault: Fault): void {
    if (!this.#targets.has(target)) {
      throw new SignalboxError(
        `There is no fault target "${target}"`,
        `Use one of ${[...this.#targets].join(', ')}.`,
      );
    }
    this.#faults.set(target, fault);
  }

  clear(): void {
    this.#faults.clear();
  }

  all(): Record<string, Fault> {
    return Object.fromEntries(this.#faults);
  }

  /** The fault that strikes this request, the most specific target first; counts it down. */
  strike(provider: string, model: string): Fault | undefined {
    const target = [`${provider}/${model}`, provider, '*'].find((name) => this.#faults.has(name));
    if (target === undefined) return undefined;
    const fault = this.#faults.get(target)!;
    if (fault.times === 1) this.#faults.delete(target);
    else if (fault.times !== undefined) this.#faults.set(target, { ...fault, times: fault.times - 1 });
    return fault;
  }
}
