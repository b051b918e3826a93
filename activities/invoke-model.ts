/** One attempt: resolve the conversation, choose an endpoint, ask it, check the answer. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { AttemptFailure, InvokeModelInput, InvokeModelResult } from '../src/core/contract/activities.ts';
import { capReachedText, capsOf } from '../src/core/cost/cap.ts';
import { worstCaseMicros as worstCaseMicrosOf } from '../src/core/cost/price.ts';
import { requestIdOf } from '../src/core/cost/request-id.ts';
import { DISPOSITIONS, UNHINTED_REST_MS } from '../src/core/failure/disposition.ts';
import { callDeadlines } from '../src/core/routing/call-deadlines.ts';
import { tenantOf } from '../src/core/routing/governance.ts';
import { NoEligibleEndpoint } from '../src/core/routing/no-eligible-endpoint.ts';
import type { ChooseInput } from '../src/core/routing/request.ts';
import { NONE, sift } from '../src/core/routing/sift.ts';
import { worthWaiting } from '../src/core/routing/worth-waiting.ts';
import { extendDigest } from '../src/core/transcript/digest.ts';
import type { Attempt } from '../src/core/vocabulary/attempt.ts';
import type { Decision } from '../src/core/vocabulary/decision.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import type { TaskClass } from '../src/core/vocabulary/task-class.ts';
import { AttemptTab, type PricedCall } from './attempt-tab.ts';
import { createAnswerCheck } from './check-answer.ts';
import { readConversation } from './conversation.ts';
import { decide } from './decide.ts';
import { type ActivityPorts, type HealthPort, InvocationFailure } from './ports.ts';
import { verifyAnswer } from './verify-answer.ts';

/**
 * @returns the activity. Every failure it throws is a non-retryable `ApplicationFailure` whose `type` is the failure
 * kind and whose one detail is an `AttemptFailure`; only a lost worker is left to the server's retries.
 */
export function createInvokeModel(
  ports: ActivityPorts,
): (input: InvokeModelInput) => Promise<InvokeModelResult> {
  const checkAnswer = createAnswerCheck();

  return async (input) => {
    const context = Context.current();
    const { workflowId, runId } = context.info.workflowExecution!;
    const requestId = requestIdOf({ runId, ...context.info });
    const tab = new AttemptTab(context);
    let endpoint: Endpoint | undefined;
    let reserved = false;
    const settle = ({ costMicros }: Attempt) => {
      if (reserved) void ports.budgets.settle(requestId, costMicros);
    };
    try {
      tab.assertWorkersLive();
      if (input.pauseMs > 0) await context.sleep(input.pauseMs);
      const entries = [...(await ports.transcripts.resolve(input.transcript)), ...input.delta];
      const conversation = readConversation(entries, input.repair, ports);
      // The workflow settles what was lost out of the same allotment.
      const allotmentMicros = input.allotmentMicros - tab.lostMicros;
      const { asked, decision } = decide(input, conversation, { seed: workflowId, allotmentMicros }, ports);
      tab.decided(decision);
      if (input.retry === undefined && !input.ignoreHealth)
        waitWhereWorthIt(asked, decision, input.patienceMs);
      const chosen = endpointFor(decision, asked, input.retry);
      const call = pricedCall(chosen, asked);
      reserved = await reserve(requestId, call.worstCaseMicros, { ...input, ...asked.request }, ports);
      await tab.open(call, ports.heartbeats);
      // Only from here on does what happens say anything of the endpoint.
      endpoint = chosen;
      ports.health.record(endpoint.id, { type: 'started' });
      const { taskClass } = asked.request;
      const answer = await ports.models.invoke(endpoint, {
        ...conversation,
        maxOutputTokens: call.maxOutputTokens,
        deadlines: callDeadlines(taskClass, endpoint),
        received: (characters) => tab.received(characters),
        signal: context.cancellationSignal,
        labels: { run: workflowId, step: input.step, turn: String(input.turn), requestId },
      });
      ports.health.record(endpoint.id, { type: 'succeeded' });
      checkAnswer(answer, conversation);
      await verifyAnswer(answer, conversation, ports, context.cancellationSignal);

      const message = { ...answer.message, endpoint: endpoint.id };
      const added = [...input.delta, message];
      const digest = extendDigest(input.transcript.digest, added);
      ports.transcripts.remember(digest, [...entries, message]);
      const attempt = tab.answered(answer);
      settle(attempt);
      return { message, attempt, decision, lost: tab.lost, digest };
    } catch (error) {
      if (isCanceled(context)) {
        const canceled = tab.canceled();
        settle(attemptIn(canceled));
        throw canceled;
      }
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      // Trouble with the server, which is the server's to retry.
      if (error instanceof ApplicationFailure) throw error;
      const failure = error instanceof InvocationFailure ? error : unknownFailure(error);
      if (endpoint) recordFailure(ports.health, endpoint, failure);
      const failed = tab.failed(failure, {
        restsUntilMs: endpoint && restsUntilMs(ports.health, endpoint),
        failsOverAfterFilter: ports.governance.accepts.has('failover-after-filter'),
      });
      settle(attemptIn(failed));
      throw failed;
    } finally {
      tab.close();
    }
  };
}

const attemptIn = ({ details }: ApplicationFailure | CancelledFailure) =>
  (details![0] as AttemptFailure).attempt;

/** Whether somebody gave the step up, and not only this worker. */
const isCanceled = ({ cancellationSignal: { aborted, reason } }: Context) =>
  aborted && reason instanceof CancelledFailure && reason.message === 'CANCELLED';

/**
 * Sets the worst case aside in the caps of the tenant and the class.
 * @returns whether there are any
 * @throws InvocationFailure `cap_reached` where one has no room, `no_eligible_endpoint` where nobody can say: the walk
 * then waits, for a cap that cannot be read must not be passed
 */
async function reserve(
  requestId: string,
  micros: number,
  { tenant, taskClass }: Pick<InvokeModelInput, 'tenant'> & { taskClass: TaskClass },
  { governance, budgets }: ActivityPorts,
): Promise<boolean> {
  const name = tenant === undefined ? undefined : { name: tenant, caps: tenantOf(governance, tenant).caps };
  const caps = capsOf(name, taskClass);
  if (caps.length === 0) return false;
  const reached = await budgets.reserve(requestId, caps, micros).catch((error: Error) => {
    const message = `Nobody may be asked while the budgets cannot be read: ${error.message}`;
    throw new InvocationFailure('no_eligible_endpoint', message, { billed: false, hintMs: STORE_AWAY_MS });
  });
  if (reached) throw new InvocationFailure('cap_reached', capReachedText(reached), { billed: false });
  return true;
}

/** How soon a database that is away is asked again. */
const STORE_AWAY_MS = 10_000;

/**
 * The endpoint to ask: the one that is retried, if it may still be asked; else the first candidate.
 * @throws InvocationFailure `no_eligible_endpoint`, with the time the first rate-limited one comes back as its hint
 */
function endpointFor(
  { candidates, cascade }: Decision,
  asked: ChooseInput,
  retry: string | undefined,
): Endpoint {
  const { catalog } = asked;
  const byId = (id: string | undefined) => {
    const i = id === undefined ? undefined : catalog.positionOf.get(id);
    return i === undefined ? undefined : catalog.endpoints[i];
  };
  const retried = byId(retry);
  if (retried && sift(asked).broken[catalog.positionOf.get(retried.id)!] === NONE) return retried;
  if (cascade?.length === 0 && candidates.length > 0) {
    const message = 'Nobody is left whose answer is likely enough to pass the checks to be worth its price.';
    throw new InvocationFailure('no_eligible_endpoint', message, { billed: false });
  }
  const best = byId(candidates[0]?.endpoint);
  if (best) return best;

  const { message, remedy, restEndsInMs, tooDear } = new NoEligibleEndpoint(asked);
  const about = { billed: false, hintMs: restEndsInMs, tooDear };
  throw new InvocationFailure('no_eligible_endpoint', `${message} ${remedy}`, about);
}

/** @throws InvocationFailure `worth_waiting`, with the time until the limited endpoint may be asked as its hint */
function waitWhereWorthIt(asked: ChooseInput, decision: Decision, patienceMs: number): void {
  const wait = worthWaiting(asked, decision, patienceMs);
  if (!wait) return;
  const { endpoint, forMs, gainUsd } = wait;
  const message = `Waiting ${Math.ceil(forMs / 1e3)} s for ${endpoint} is worth $${gainUsd.toPrecision(2)} more than asking ${decision.candidates[0]!.endpoint} now.`;
  throw new InvocationFailure('worth_waiting', message, { billed: false, hintMs: forMs });
}

function pricedCall(endpoint: Endpoint, { request }: ChooseInput): PricedCall {
  const { inputTokens, taskClass } = request;
  const maxOutputTokens = Math.min(taskClass.maxOutputTokens, endpoint.model.maxOutputTokens);
  const worstCaseMicros = worstCaseMicrosOf(endpoint.price, inputTokens, maxOutputTokens);
  return { endpoint, worstCaseMicros, inputTokens, maxOutputTokens };
}

function recordFailure(
  health: HealthPort,
  { id, provider }: Endpoint,
  { kind, hintMs, message }: InvocationFailure,
): void {
  switch (DISPOSITIONS[kind].health) {
    case 'fails':
      health.record(id, { type: 'failed' });
      break;
    case 'rests':
      health.record(id, { type: 'rests', untilMs: Date.now() + (hintMs ?? UNHINTED_REST_MS) });
      break;
    case 'rejects the key':
      health.quarantine(provider, message);
      break;
    case 'works':
      health.record(id, { type: 'succeeded' });
  }
}

function restsUntilMs(health: HealthPort, { id }: Endpoint): number | undefined {
  const breaker = health.snapshot().breakers.get(id);
  return breaker?.state === 'open' ? breaker.untilMs : undefined;
}

/** What nobody foresaw is not retried by the server for ever: it is an attempt that failed. */
function unknownFailure(error: unknown): InvocationFailure {
  return new InvocationFailure('unknown', error instanceof Error ? error.message : String(error), {
    billed: false,
  });
}
