import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import type { AttemptFailure } from '../src/core/contract/activities.ts';
import { type HeartbeatDetails, lostIn } from '../src/core/contract/heartbeat.ts';
import { absurdCounts, tokensOf } from '../src/core/cost/plausible-usage.ts';
import { costMicros, priceRow } from '../src/core/cost/price.ts';
import { disposition, type FailureFacts } from '../src/core/failure/disposition.ts';
import type { FailureKind } from '../src/core/failure/kind.ts';
import type { Attempt, LostAttempt, Usage } from '../src/core/vocabulary/attempt.ts';
import type { WrittenDecision } from '../src/core/vocabulary/decision.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import { LOST_WORKERS } from './lost-workers.ts';
import { type HeartbeatPort, InvocationFailure, type ModelAnswer } from './ports.ts';

/** Words about a failure, a provider's or our own, are kept up to this many characters. */
const MESSAGE_CHARS = { provider: 400, own: 1_500 };
/** A worker hears of a cancel in the answer to a heartbeat: twice a second, as often as it may send them, closes a socket in time. */
const HEARTBEAT_MS = 400;
/** Until a call is open: what comes before it, such as a database that is away, may take longer than a dead worker is given. */
const HEARTBEAT_BEFORE_MS = 1_000;

/**
 * Keeps the tab of one attempt: what workers that died under it may have spent, what is open now, and in the end the
 * Attempt that goes into history. History does not show killed attempts, but the last heartbeat survives them.
 */
export class AttemptTab {
  readonly lost: readonly LostAttempt[];
  readonly #context: Context;
  #decision: WrittenDecision | undefined;
  #call: PricedCall | undefined;
  #askedAtMs: number;
  #heartbeat: NodeJS.Timeout;
  /** Whether a heartbeat may be waiting in the SDK for its turn. */
  #queued = false;
  #receivedCharacters = 0;

  /** Says that this worker lives from here on: must be closed. */
  constructor(context: Context) {
    this.#context = context;
    this.#askedAtMs = Date.now();
    this.lost = lostIn(context.info.heartbeatDetails ?? {}, this.#askedAtMs);
    this.#heartbeat = this.#heartbeats(HEARTBEAT_BEFORE_MS, () => ({ lost: this.lost }));
  }

  /** @throws InvocationFailure `worker_lost` where workers keep dying under the attempt */
  assertWorkersLive(): void {
    if (this.#context.info.attempt <= LOST_WORKERS) return;
    throw new InvocationFailure('worker_lost', `${LOST_WORKERS} workers died under this attempt.`, {
      billed: false,
    });
  }

  /** What dead workers may have spent of the attempt's allotment. */
  get lostMicros(): number {
    return this.lost.reduce((sum, { costMicros }) => sum + costMicros, 0);
  }

  /** The last one made; absent until there is one. */
  get decision(): WrittenDecision | undefined {
    return this.#decision;
  }

  decided(decision: WrittenDecision): void {
    this.#decision = decision;
  }

  /**
   * Tells the server what is about to be spent, and waits until it knows; then goes on saying that this worker lives.
   * Only then may the provider be asked: a worker that dies at once has left word of it.
   */
  async open(call: PricedCall, heartbeats: HeartbeatPort): Promise<void> {
    const { endpoint, worstCaseMicros } = call;
    this.#call = call;
    this.#askedAtMs = Date.now();
    const details: HeartbeatDetails = {
      lost: this.lost,
      open: {
        endpoint: endpoint.id,
        requestedModel: endpoint.model.id,
        costMicros: worstCaseMicros,
        price: priceRow(endpoint.price),
        activityAttempt: this.#context.info.attempt,
        startedAtMs: this.#askedAtMs,
      },
    };
    clearInterval(this.#heartbeat);
    await heartbeats.send(details);
    // Those of before know of no call, and must not come after this one: it takes their place.
    if (this.#queued) this.#context.heartbeat(details);
    this.#heartbeat = this.#heartbeats(HEARTBEAT_MS, () => ({ ...details, ...this.#progress() }));
  }

  #heartbeats(everyMs: number, details: () => HeartbeatDetails): NodeJS.Timeout {
    return setInterval(() => {
      this.#queued = true;
      this.#context.heartbeat(details());
    }, everyMs);
  }

  /** A piece of the answer has come: the next heartbeat tells how far it is. */
  received(characters: number): void {
    this.#receivedCharacters += characters;
  }

  #progress(): Pick<HeartbeatDetails, 'receivedCharacters'> {
    return this.#receivedCharacters > 0 ? { receivedCharacters: this.#receivedCharacters } : {};
  }

  close(): void {
    clearInterval(this.#heartbeat);
  }

  answered(answer: ModelAnswer): Attempt {
    return { ...this.#attempt('answered', answer.usage, true), ...this.#saidBy(answer) };
  }

  failed(
    failure: InvocationFailure,
    facts: Pick<FailureFacts, 'restsUntilMs' | 'otherKeys' | 'failsOverAfterFilter'>,
  ): ApplicationFailure {
    const chars = this.#call ? MESSAGE_CHARS.provider : MESSAGE_CHARS.own;
    const message = failure.message.slice(0, chars);
    const details: AttemptFailure = {
      attempt: {
        ...this.#attempt(failure.kind, failure.usage, failure.billed),
        ...(failure.answer && this.#saidBy(failure.answer)),
        message,
      },
      disposition: disposition(failure.kind, { ...failure, ...facts }, Date.now(), Math.random()),
      lost: this.lost,
      ...(this.#decision && { decision: this.#decision }),
      ...(failure.tooLong && { tooLong: true }),
      ...(failure.neededMicros !== undefined && { neededMicros: failure.neededMicros }),
    };
    const where = this.#call ? `${this.#call.endpoint.id}: ` : '';
    return ApplicationFailure.create({
      type: failure.kind,
      nonRetryable: true,
      message: `${where}${message}`,
      details: [details],
    });
  }

  /** The call was broken off because somebody gave the step up; history keeps what it may have cost. */
  canceled(): CancelledFailure {
    const details: AttemptFailure = {
      attempt: { ...this.#attempt('canceled', undefined, true), message: 'The step was given up.' },
      disposition: disposition('canceled', {}, Date.now(), 0),
      lost: this.lost,
      ...(this.#decision && { decision: this.#decision }),
    };
    return new CancelledFailure('CANCELLED', [details]);
  }

  #saidBy({ firstTokenMs, servedModel, reportedMicros }: ModelAnswer): Partial<Attempt> {
    return {
      firstTokenMs,
      ...(servedModel !== undefined && servedModel !== this.#call?.endpoint.model.id && { servedModel }),
      ...(reportedMicros !== undefined && { reportedMicros }),
    };
  }

  #attempt(outcome: 'answered' | FailureKind, usage: ModelAnswer['usage'], billed: boolean): Attempt {
    const totalMs = Date.now() - this.#askedAtMs;
    if (!this.#call) return { endpoint: 'none', requestedModel: 'none', outcome, costMicros: 0, totalMs };
    const { endpoint, worstCaseMicros, inputTokens, maxOutputTokens } = this.#call;
    const { id, model, price } = endpoint;
    const unknownMicros = billed ? worstCaseMicros : 0;
    const limits = { contextTokens: Math.min(model.contextTokens, mostInput(inputTokens)), maxOutputTokens };
    const absurdUsage = usage !== undefined && absurdCounts(tokensOf(usage), limits).length > 0;
    return {
      endpoint: id,
      requestedModel: model.id,
      outcome,
      costMicros: usage && !absurdUsage ? costMicros(price, usage) : unknownMicros,
      worstCaseMicros,
      price: priceRow(price),
      totalMs,
      ...(usage && { usage: withoutZeros(usage) }),
      ...(absurdUsage && { absurdUsage }),
    };
  }
}

/** A call about to be made, and what it can cost. */
export interface PricedCall {
  readonly endpoint: Endpoint;
  readonly worstCaseMicros: number;
  /** As we reckon them. */
  readonly inputTokens: number;
  /** As we ask for. */
  readonly maxOutputTokens: number;
}

/** A vendor's tokens may be several to each of ours, and its own prompt comes on top; ten times as many are not. */
const mostInput = (reckoned: number) => 5 * reckoned + 10_000;

const withoutZeros = ({ inputTokens, outputTokens, ...parts }: Usage): Usage => ({
  ...{ inputTokens, outputTokens },
  ...Object.fromEntries(Object.entries(parts).filter(([, tokens]) => tokens > 0)),
});
