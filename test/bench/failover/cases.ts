/** What may go wrong with an endpoint, and what must come of it: section by section the table of `docs/failures.md`. */

export interface FailoverCase {
  /** A row of the table. */
  readonly row: string;
  /** What strikes the primary endpoint, as `parseFault` reads it; `refused` where nobody listens there. */
  readonly fault: string;
  /** What strikes the fallback as well. */
  readonly fallbackFault?: string;
  /** Requests that the primary and the fallback must see. */
  readonly attempts: readonly [primary: number, fallback: number];
  /** The same where answers come in one piece and a stall cannot be told from silence. */
  readonly attemptsWhole?: readonly [primary: number, fallback: number];
  /** The run parks with this kind in the place of an answer. */
  readonly parks?: string;
  /** An answer of a given shape is asked for. */
  readonly shaped?: true;
}

const failsOver = [1, 1] as const;
const triesTwice = [2, 1] as const;
const heals = [2, 0] as const;
const stops = [1, 0] as const;
const nothingWrong = [1, 0] as const;

const row = (name: string, cases: readonly Omit<FailoverCase, 'row'>[]): FailoverCase[] =>
  cases.map((given) => ({ row: name, ...given }));

export const CASES: readonly FailoverCase[] = [
  ...row('invalid request', [
    { fault: '400', attempts: stops, parks: 'invalid_request' },
    { fault: '422', attempts: stops, parks: 'invalid_request' },
    { fault: '400/unsupported_parameter', attempts: failsOver },
  ]),
  ...row('context too long', [{ fault: '400/context_length_exceeded', attempts: failsOver }]),
  ...row('content filtered, refusal', [
    { fault: '400/content_filter', attempts: stops, parks: 'content_filtered' },
    { fault: 'refusal', attempts: stops, parks: 'content_filtered' },
  ]),
  ...row('credential rejected, payment required', [
    { fault: '401', attempts: failsOver },
    { fault: '402', attempts: failsOver },
    { fault: '429/insufficient_quota', attempts: failsOver },
  ]),
  ...row('forbidden for this request', [{ fault: '403', attempts: failsOver }]),
  ...row('model not found', [{ fault: '404', attempts: failsOver }]),
  ...row('no first token in time', [
    { fault: '408', attempts: failsOver },
    { fault: 'timeout', attempts: failsOver },
    { fault: 'silence', attempts: failsOver },
    { fault: 'slow', attempts: failsOver },
  ]),
  ...row('request too large', [{ fault: '413', attempts: failsOver }]),
  ...row('rate limited', [
    { fault: '429', attempts: failsOver },
    { fault: '429:60', attempts: failsOver },
    { fault: '429:1x1', attempts: heals },
    // Both say when they are back: a durable timer, and the first of them is asked again.
    { fault: '429:7x1', fallbackFault: '429:20', attempts: triesTwice },
  ]),
  ...row('unavailable', [
    ...['500', '502', '503', '504', '529', 'reset'].map((fault) => ({ fault, attempts: triesTwice })),
    { fault: '503x1', attempts: heals },
    { fault: 'resetx1', attempts: heals },
    { fault: 'refused', attempts: [0, 1] },
  ]),
  ...row('stream cut, stalled, malformed, error inside a 200, empty 200', [
    ...['cut', 'malformed', 'error-in-200', 'empty'].map((fault) => ({ fault, attempts: triesTwice })),
    { fault: 'stall', attempts: triesTwice, attemptsWhole: failsOver },
    { fault: 'cutx1', attempts: heals },
    { fault: 'malformedx1', attempts: heals },
  ]),
  ...row('output invalid', [
    { fault: 'misshapen', attempts: triesTwice, shaped: true },
    { fault: 'misshapenx1', attempts: heals, shaped: true },
  ]),
  ...row('no failure', [
    { fault: 'no-sentinel', attempts: nothingWrong },
    { fault: 'wrong-usage', attempts: nothingWrong },
  ]),
];
