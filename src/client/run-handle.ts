import { setTimeout as sleep } from 'node:timers/promises';
import {
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import {
  ABORT_UPDATE,
  APPROVE_UPDATE,
  type CallAddress,
  DENY_UPDATE,
  type Parked,
  RAISE_CAP_UPDATE,
  RETRY_UPDATE,
} from '../core/contract/run.ts';
import { lastTaskFailure } from '../history/read-run.ts';
import {
  NothingParked,
  OtherwiseParked,
  RepairPending,
  RunClosed,
  RunFailed,
  RunParked,
  RunStuck,
  ServerUnreachable,
  UnknownAgent,
} from './errors.ts';
import { parkedOf, type RunView, summaryOf, viewOf } from './run-view.ts';
import type { Signalbox } from './signalbox.ts';

/** One run. Addressed by workflow id alone, so that it stays valid whatever happens to the run. */
export class RunHandle<Output = unknown> {
  readonly id: string;
  readonly #signalbox: Signalbox;
  readonly #handle: WorkflowHandle;

  constructor(signalbox: Signalbox, id: string) {
    this.id = id;
    this.#signalbox = signalbox;
    this.#handle = signalbox.client.workflow.getHandle(id);
  }

  /**
   * Waits for the answer.
   * @param whenParked `reject` (the default) rejects with `RunParked`; `wait` waits until somebody repairs the run
   * @throws RunParked, RunFailed, RunStuck, UnknownAgent, RunNotFound, ServerUnreachable
   */
  async result({ whenParked = 'reject' }: { readonly whenParked?: 'reject' | 'wait' } = {}): Promise<Output> {
    const done = new AbortController();
    const answer = this.#signalbox.client.withAbortSignal(done.signal, () => this.#handle.result());
    const watch = this.#watch(whenParked, done.signal);
    try {
      return (await Promise.race([answer, watch])) as Output;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw this.#signalbox.reachable(error);
      throw new RunFailed(this.id, summaryOf(await this.#signalbox.describe(this.id)).status, error.cause);
    } finally {
      done.abort();
      // A call still open would outlive the connection that the caller may close next.
      await Promise.allSettled([answer, watch]);
    }
  }

  /** The run in full, read from its history: no worker is needed. @throws RunNotFound, ServerUnreachable */
  async state(): Promise<RunView> {
    const description = await this.#signalbox.describe(this.id);
    return viewOf(this.#signalbox.client, description);
  }

  /**
   * Lets a parked run go on; returns the steps unparked. `raiseCapUsd` allows it to spend that much more first.
   * Effects that ask first are not allowed by it: that is `approve`.
   * @throws RunClosed, NothingParked, OtherwiseParked, NoWorker, RepairPending, RunNotFound, ServerUnreachable
   */
  async resume({ raiseCapUsd }: { readonly raiseCapUsd?: number } = {}): Promise<string[]> {
    const parked = await this.#assertParked(({ update }) => update !== APPROVE_UPDATE);
    return raiseCapUsd === undefined
      ? this.#update(parked, RETRY_UPDATE)
      : this.#update(parked, RAISE_CAP_UPDATE, { usd: raiseCapUsd });
  }

  /**
   * Allows effects that ask first: the calls of one step or one call where named, else all that wait now; none that asks
   * later. Their arguments are in `state().callsWaiting`. Returns the steps.
   * @throws as `resume`
   */
  async approve(address: CallAddress = {}): Promise<string[]> {
    return this.#decide(APPROVE_UPDATE, address, ({ update }) => update === APPROVE_UPDATE);
  }

  /**
   * Refuses what `approve` would allow, or says what became of an effect whose outcome nobody knew. The model is shown
   * the reason and goes on. Returns the steps.
   * @throws as `resume`
   */
  async deny(reason: string, address: CallAddress = {}): Promise<string[]> {
    return this.#decide(DENY_UPDATE, address, isDeniable, { reason });
  }

  /** Gives a parked run up: it fails with the reason. @throws as `resume` */
  async abort(reason: string): Promise<void> {
    await this.#update(await this.#assertParked(), ABORT_UPDATE, { reason });
  }

  /** Asks the run to stop; calls under way are closed. @throws RunClosed, RunNotFound, ServerUnreachable */
  async cancel(): Promise<void> {
    const { status } = summaryOf(await this.#signalbox.describe(this.id));
    if (status !== 'running' && status !== 'parked') throw new RunClosed(this.id, status);
    await this.#handle.cancel();
  }

  /** Ends the run where it stands, without its worker's doing. For runs that no worker can run. */
  async terminate(reason: string): Promise<void> {
    await this.#handle.terminate(reason);
  }

  /** Each call by its own address, so that nothing is decided that the caller could not have seen. */
  async #decide(
    name: string,
    { step, call }: CallAddress,
    isMeant: (parked: Parked) => boolean,
    argument: object = {},
  ): Promise<string[]> {
    const meant = (parked: Parked) =>
      isMeant(parked) &&
      (step === undefined || parked.step === step) &&
      (call === undefined || parked.call === call);
    const decided = (await this.#assertParked(meant)).filter(meant);
    for (const parked of decided) {
      const { step, call } = parked;
      await this.#update([parked], name, { step, ...(call !== undefined && { call }), ...argument });
    }
    return [...new Set(decided.map(({ step }) => step))];
  }

  /** @param isMeant what of it the caller can decide */
  async #assertParked(isMeant: (parked: Parked) => boolean = () => true): Promise<readonly Parked[]> {
    const description = await this.#signalbox.describe(this.id);
    const { status } = summaryOf(description);
    if (status === 'running') throw new NothingParked(this.id);
    if (status !== 'parked') throw new RunClosed(this.id, status);
    const parked = parkedOf(description);
    if (!parked.some(isMeant)) throw new OtherwiseParked(this.id, parked);
    await this.#signalbox.assertWorker();
    return parked;
  }

  /**
   * The server names a worker's poller for minutes after its death, so that only the answer tells that it lives. An
   * update nobody took waits at the server; its id says what it repairs, so that asking again does nothing twice.
   */
  async #update(parked: readonly Parked[], name: string, argument: object = {}): Promise<string[]> {
    const { client, taskQueue } = this.#signalbox;
    const updateId = [name, ...parked.map(({ number }) => number), JSON.stringify(argument)].join(' ');
    const options: { args: [object]; updateId: string } = { args: [argument], updateId };
    try {
      return await client.withAbortSignal(AbortSignal.timeout(UPDATE_MS), () =>
        this.#handle.executeUpdate<string[], [object]>(name, options),
      );
    } catch (error) {
      throw error instanceof WorkflowUpdateRPCTimeoutOrCancelledError
        ? new RepairPending(this.id, taskQueue)
        : error;
    }
  }

  async #assertNotStuck({ raw, runId, type }: WorkflowExecutionDescription): Promise<void> {
    const attempts = raw.pendingWorkflowTask?.attempt ?? 0;
    if (attempts < 2) return;
    const address = { workflowId: this.id, runId };
    const failure = await lastTaskFailure(this.#signalbox.client, address);
    // Tasks that nobody ended in time: their worker died, or has more to do than it can.
    if (failure === undefined) return;
    if (failure.includes('no such function is exported')) throw new UnknownAgent(type, this.id);
    if (attempts >= STUCK_ATTEMPTS) throw new RunStuck(this.id, failure);
  }

  /**
   * Resolves only once it is told to end: rejects where the run parks or is stuck, or where the server has been gone too
   * long to wait on.
   */
  async #watch(whenParked: 'reject' | 'wait', signal: AbortSignal): Promise<void> {
    let unreachableSinceMs: number | undefined;
    for (let waitMs = WATCH_MS.first; ; waitMs = Math.min(2 * waitMs, WATCH_MS.most)) {
      await sleep(waitMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        const description = await this.#signalbox.describe(this.id);
        unreachableSinceMs = undefined;
        await this.#assertNotStuck(description);
        const parked = parkedOf(description);
        if (parked.length > 0 && whenParked === 'reject') throw new RunParked(this.id, parked);
      } catch (error) {
        if (!(error instanceof ServerUnreachable)) throw error;
        unreachableSinceMs ??= Date.now();
        if (Date.now() - unreachableSinceMs > UNREACHABLE_MS) throw error;
      }
    }
  }
}

/** Asks first, or of an effect that nobody knows the outcome of. */
const isDeniable = ({ update, reason }: Parked) =>
  update === APPROVE_UPDATE || reason === 'effect_unknown' || reason === 'compensation_failed';

/** Looks at a run cost the server: those that are over soon need none, and long ones few. */
const WATCH_MS = { first: 250, most: 2_000 };
/** An update takes a worker milliseconds; a second more where it was another's before. */
const UPDATE_MS = 10_000;
/** Failures of one workflow task; a deploy may cause one or two that pass by themselves. */
const STUCK_ATTEMPTS = 3;
/** A server that restarts is back within this; after it the caller is told. */
const UNREACHABLE_MS = 10_000;
