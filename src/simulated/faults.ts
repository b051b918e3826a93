import { z } from 'zod';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { refusalReasons } from './wire/wire.ts';

/** HTTP statuses a simulated provider can be told to answer with. */
export const faultStatuses = [400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529] as const;

/** Faults of the connection or the answer, beside a plain error status, and what each does. */
export const faultMeanings = {
  reset: 'the socket is reset before any header',
  timeout: 'the request is accepted, headers never come',
  silence: 'headers come, a token never does',
  stall: 'half the answer comes, then nothing more, the socket stays open',
  cut: 'half the answer comes, then the socket is destroyed',
  malformed: 'one chunk of the stream is broken, or the JSON body ends early',
  'error-in-200': "the vendor's error event in mid-stream, or its error body, under status 200",
  empty: 'a 200 that is well formed and says nothing',
  slow: 'the answer, its first token seconds late',
  'no-sentinel': 'the whole answer, without the last event that only says that it is over',
  refusal: 'a 200 that ends as filtered by the provider',
  misshapen: 'a whole answer, but of another shape than was asked for',
  'wrong-usage': 'the whole answer, with counts that cannot be',
} as const;

const faultKinds = Object.keys(faultMeanings) as (keyof typeof faultMeanings)[];

/** What a quota counts. */
export const quotaUnits = ['requests', 'tokens'] as const;

/** When a fault strikes; without any of these, every request, until it is cleared. */
const when = {
  /** Heals by itself after so many requests. */
  times: z.int().positive().optional(),
  /** Share of the requests that it strikes, above 0 and up to 1, drawn by the seed of the simulation. */
  share: z.number().positive().max(1).optional(),
  /** Strikes for `downMs`, leaves alone for `upMs`, and so on, from when it was set. */
  flaps: z.strictObject({ downMs: z.number().positive(), upMs: z.number().positive() }).optional(),
};

export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.literal(faultStatuses),
    /** Sent as the `retry-after` header. */
    retryAfterSeconds: z.int().nonnegative().optional(),
    /** The error the body names, where the status alone would mean another one. */
    reason: z.enum(refusalReasons).optional(),
    ...when,
  }),
  z.strictObject({
    kind: z.literal('slow'),
    /** How late the first token is. Default 10. */
    lateSeconds: z.number().positive().optional(),
    ...when,
  }),
  z.strictObject({
    kind: z.literal('quota'),
    unit: z.enum(quotaUnits),
    /** So many requests or tokens are let through in a window; what comes past it is refused with 429. */
    limit: z.int().positive(),
    windowMs: z.number().positive(),
  }),
  z.strictObject({ kind: z.enum(faultKinds).exclude(['slow']), ...when }),
]);

/** What goes wrong with requests, and when. */
export type Fault = z.infer<typeof faultSchema>;

/** A limit rather than a fault: it is told in every answer, and refuses what comes past it. */
export type Quota = Extract<Fault, { kind: 'quota' }>;

/** What can strike one request. */
export type Strike = Exclude<Fault, Quota>;

/** What `parseFault` reads: how it is written, and what it does. */
export const faultGrammar = [
  ['503', `answers with this status: ${faultStatuses.join(', ')}`],
  ['400/content_filter', `names this reason in the body: ${refusalReasons.join(', ')}`],
  ['429:30', 'asks to be left alone for 30 s (`retry-after`)'],
  ['cut', `breaks the connection or the answer: ${faultKinds.join(', ')}`],
  ['slow:3', 'the first token comes 3 s late; without a number, 10 s'],
  [
    'quota:100requests/60s',
    'lets 100 requests through a minute, says so in headers, and refuses the rest with 429',
  ],
  ['quota:20000tokens/60s', 'the same by tokens, of prompts and answers'],
  ['503@20%', 'strikes 20% of the requests; the shares of several faults of one target add up'],
  ['503~60s/2m', 'strikes for 60 s, leaves alone for 2 minutes, and so on (ms, s, m, h)'],
  ['503x2', 'heals after two requests'],
] as const;

const EXAMPLE_WIDTH = Math.max(...faultGrammar.map(([example]) => example.length));

const GRAMMAR = new RegExp(
  [
    '^(?<name>error-in-200|[a-z-]+|\\d+)',
    '(?:/(?<reason>[a-z_]+))?',
    '(?::(?<amount>[\\d.]+)(?:(?<unit>[a-z]+)/(?<window>[\\d.]+[a-z]+?))?)?',
    '(?:@(?<percent>[\\d.]+)%)?',
    '(?:~(?<down>[\\d.]+[a-z]+)/(?<up>[\\d.]+[a-z]+?))?',
    '(?:x(?<times>\\d+))?$',
  ].join(''),
);

/**
 * Reads a fault from a command line, as `faultGrammar` shows: `503`, `429:30`, `cut@5%`, `503~60s/60sx2`, …
 * Throws `SignalboxError` listing what is allowed.
 */
export function parseFault(text: string): Fault {
  const { groups = {} } = GRAMMAR.exec(text.trim()) ?? {};
  const { name = '', reason, amount, unit, window, percent, down, up, times } = groups;
  const isStatus = /^\d+$/.test(name);
  const parsed = faultSchema.safeParse({
    ...(isStatus ? { kind: 'status', status: Number(name) } : { kind: name }),
    ...(reason !== undefined && { reason }),
    ...(amount !== undefined && { [amountOf(name)]: Number(amount) }),
    ...(unit !== undefined && { unit }),
    ...(window !== undefined && { windowMs: durationMs(window) }),
    ...(percent !== undefined && { share: Number(percent) / 100 }),
    ...(down !== undefined && { flaps: { downMs: durationMs(down), upMs: durationMs(up!) } }),
    ...(times !== undefined && { times: Number(times) }),
  });
  if (parsed.success) return parsed.data;
  throw new SignalboxError(
    `"${text}" is not a fault`,
    `Write one as in these:${faultGrammar.map(([example, meaning]) => `\n  ${example.padEnd(EXAMPLE_WIDTH)}  ${meaning}`).join('')}`,
  );
}

/** What the number behind the colon is of. */
const amountOf = (name: string) =>
  name === 'slow' ? 'lateSeconds' : name === 'quota' ? 'limit' : 'retryAfterSeconds';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `NaN` where it is no duration, which no schema takes. */
function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(.*)$/.exec(text) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? Number.NaN);
}

/** A fault in the words of the request log: `status 503`, `cut`, … */
export function describeFault(fault: Strike): string {
  return fault.kind === 'status' ? `status ${fault.status}` : fault.kind;
}

/** How much later than usual the first token comes. */
export const lateMsOf = (fault: Strike): number =>
  fault.kind === 'slow' ? 1_000 * (fault.lateSeconds ?? SLOW_SECONDS) : 0;

const SLOW_SECONDS = 10;
