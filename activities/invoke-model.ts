/** One attempt: resolve the conversation, choose an endpoint, ask it, check the answer. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { AttemptFailure, InvokeModelInput, InvokeModelResult } from '../src/core/contract/activities.ts';
import { capReachedText, capsOf } from '../src/core/cost/cap.ts';
import { worstCaseMicros as worstCaseMicrosOf } from '../src/core/cost/price.ts';
import { requestIdOf } from '../src/core/cost/request-id.ts';
import { callDeadlines } from '../src/core/routing/call-deadlines.ts';
import { tenantOf } from '../src/core/routing/governance.ts';
import type { ChooseInput } from '../src/core/routing/request.ts';
import { callTitle } from '../src/core/run/call-title.ts';
import { extendDigest } from '../src/core/transcript/digest.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { CARRIED_BYTES } from '../src/core/transcript/sizes.ts';
import type { Attempt } from '../src/core/vocabulary/attempt.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import type { TaskClass } from '../src/core/vocabulary/task-class.ts';
import { toolCallsOf } from '../src/core/vocabulary/transcript.ts';
import { asFailure, askModel } from './ask-model.ts';
import { AttemptTab, type PricedCall } from './attempt-tab.ts';
import { createAnswerCheck } from './check-answer.ts';
import { claimEndpoint } from './claim-endpoint.ts';
import { readConversation } from './conversation.ts';
import { isCrowded } from './crowding.ts';
import { keptMessage, withBlobs } from './keep-large.ts';
import { LastDecisions } from './last-decisions.ts';
import { type ActivityPorts, type HealthPort, InvocationFailure, type ModelAnswer } from './ports.ts';
import { traitsOf } from './tool-traits.ts';
import { verifyAnswer } from './verify-answer.ts';

/**
 * @returns the activity. Every failure it throws is a non-retryable `ApplicationFailure` whose `type` is the failure
 * kind and whose one detail is an `AttemptFailure`; only a lost worker is left to the server's retries.
 */
export function createInvokeModel(
  ports: ActivityPorts,
): (input: InvokeModelInput) => Promise<InvokeModelResult> {
  const checkAnswer = createAnswerCheck();
  const decisions = new LastDecisions();

  return async (input) => {
    const context = Context.current();
    const { workflowId, runId } = context.info.workflowExecution!;
    const execution = { runId, ...context.info };
    const requestId = requestIdOf(execution);
    const tab = new AttemptTab(context);
    let endpoint: Endpoint | undefined;
    /** As long as nobody knows what became of the probe. */
    let probed: Endpoint | undefined;
    let reserved = false;
    const settle = ({ costMicros }: Attempt) => {
      if (reserved) void ports.budgets.settle(requestId, costMicros);
    };
    try {
      tab.assertWorkersLive();
      if (input.pauseMs) await context.sleep(input.pauseMs);
      const before = await ports.transcripts.resolve(input.transcript);
      const entries = [...before, ...(await ports.transcripts.shown(input.delta))];
      const conversation = await readConversation(await withBlobs(entries, ports.blobs), input.repair, ports);
      // The workflow settles what was lost out of the same allotment.
      const allotmentMicros = input.allotmentMicros - tab.lostMicros;
      const about = { seed: workflowId, allotmentMicros };
      const claimed = await claimEndpoint(input, conversation, about, ports, (made) =>
        tab.decided(decisions.write(made, input, execution)),
      );
      const { asked, decision, endpoint: chosen } = claimed;
      if (claimed.probes) probed = chosen;
      const call = pricedCall(chosen, asked);
      reserved = await reserve(requestId, call.worstCaseMicros, { ...input, ...asked.request }, ports);
      await tab.open(call, ports.heartbeats);
      endpoint = chosen;
      const { taskClass } = asked.request;
      const answer = await askModel(endpoint, ports, {
        ...conversation,
        maxOutputTokens: call.maxOutputTokens,
        deadlines: callDeadlines(taskClass, endpoint, asked.health.speeds.get(endpoint.id)),
        received: (characters) => tab.received(characters),
        signal: context.cancellationSignal,
        labels: { run: workflowId, step: callTitle(input), turn: String(input.turn), requestId },
      });
      probed = undefined;
      checkAnswer(answer, conversation);
      const verified = await verifyAnswer(answer, conversation, ports, context.cancellationSignal);

      const message = await keptMessage({ ...answer.message, endpoint: endpoint.id }, ports.blobs);
      const added = [...input.delta, message];
      const digest = extendDigest(input.transcript.digest, added);
      ports.transcripts.remember(digest, [...entries, message]);
      const attempt = tab.answered(answer);
      const lost = tab.lost.length > 0 ? { lost: tab.lost } : {};
      const crowded = isCrowded(conversation, message, attempt, decision, ports.catalog);
      const tools = traitsOf(toolCallsOf(message), ports.tools);
      const result: InvokeModelResult = {
        ...{ message, attempt, decision: tab.decision!, ...lost, digest },
        ...(crowded && { crowded }),
        ...verified,
        ...(tools && { tools }),
      };
      assertCarried(result, input.step, answer);
      settle(attempt);
      decisions.answered(decision, input, execution);
      return result;
    } catch (error) {
      if (isCanceled(context)) {
        const canceled = tab.canceled();
        settle(attemptIn(canceled));
        throw canceled;
      }
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      // Trouble with the server, which is the server's to retry.
      if (error instanceof ApplicationFailure) throw error;
      const failed = tab.failed(asFailure(error), {
        ...(endpoint && healthFacts(ports.health, endpoint)),
        failsOverAfterFilter: ports.governance.accepts.has('failover-after-filter'),
      });
      settle(attemptIn(failed));
      throw failed;
    } finally {
      tab.close();
      if (probed) ports.health.record(probed, { type: 'released' });
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
 * The server takes no larger result: it would have the call made, and paid, again and again.
 * @throws InvocationFailure `payload_too_large`
 */
function assertCarried(result: InvokeModelResult, step: string, answer: ModelAnswer): void {
  const bytes = jsonBytes(result);
  if (bytes <= CARRIED_BYTES) return;
  const message = `The answer to step "${step}" has ${bytes} bytes with what goes with it; a run carries ${CARRIED_BYTES} at most.`;
  throw new InvocationFailure('payload_too_large', message, { billed: true, answer });
}

function pricedCall(endpoint: Endpoint, { request }: ChooseInput): PricedCall {
  const { inputTokens, taskClass } = request;
  const maxOutputTokens = Math.min(taskClass.maxOutputTokens, endpoint.model.maxOutputTokens);
  const worstCaseMicros = worstCaseMicrosOf(endpoint.price, inputTokens, maxOutputTokens);
  return { endpoint, worstCaseMicros, inputTokens, maxOutputTokens };
}

/** What is known of who was asked, after it failed. */
function healthFacts(health: HealthPort, endpoint: Endpoint) {
  const breaker = health.snapshot().breakers.get(endpoint.id);
  return {
    restsUntilMs: breaker?.state === 'open' ? breaker.untilMs : undefined,
    otherKeys: health.usableKeys(endpoint),
  };
}
