import type { Deadlines } from '../core/vocabulary/task-class.ts';

const MISSED = {
  connect: 'connection',
  'first token': 'first token',
  idle: 'further token',
  total: 'whole answer',
} as const;

/** Which deadline passed. */
export class DeadlinePassed extends Error {
  readonly which: keyof typeof MISSED;

  constructor(which: DeadlinePassed['which'], ms: number) {
    super(`No ${MISSED[which]} within ${ms} ms.`);
    this.name = 'DeadlinePassed';
    this.which = which;
  }
}

/** One clock for a call: aborts `signal` when a deadline passes or the caller gives up. Must be stopped. */
export class CallClock {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #deadlines: Deadlines;
  readonly #startedAtMs = Date.now();
  readonly #connect: NodeJS.Timeout;
  readonly #total: NodeJS.Timeout;
  #next: NodeJS.Timeout;
  #firstTokenMs: number | undefined;

  constructor(deadlines: Deadlines, caller: AbortSignal) {
    this.#deadlines = deadlines;
    this.signal = AbortSignal.any([caller, this.#controller.signal]);
    this.#connect = this.#abortAfter('connect', deadlines.connectMs);
    this.#total = this.#abortAfter('total', deadlines.totalMs);
    this.#next = this.#abortAfter('first token', deadlines.firstTokenMs);
  }

  /** The request is on its way over a connection. */
  connected(): void {
    clearTimeout(this.#connect);
  }

  /** A piece of the answer has come: the idle deadline starts anew. */
  tick(): void {
    this.#firstTokenMs ??= Date.now() - this.#startedAtMs;
    clearTimeout(this.#next);
    this.#next = this.#abortAfter('idle', this.#deadlines.idleMs);
  }

  get firstTokenMs(): number | undefined {
    return this.#firstTokenMs;
  }

  /** The deadline that ended the call, where one did. */
  get passed(): DeadlinePassed | undefined {
    return this.#controller.signal.reason as DeadlinePassed | undefined;
  }

  stop(): void {
    clearTimeout(this.#connect);
    clearTimeout(this.#total);
    clearTimeout(this.#next);
  }

  #abortAfter(which: DeadlinePassed['which'], ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new DeadlinePassed(which, ms)), ms);
  }
}
