/** One attempt: resolve the conversation, choose an endpoint, ask it, check the answer. */
import { Context } from '@temporalio/activity';
import type { InvokeModelInput, InvokeModelResult } from '../src/core/contract/activities.ts';
import { UNHINTED_REST_MS } from '../src/core/failure/disposition.ts';
import { admits, CLOSED } from '../src/core/health/breaker.ts';
import { choose } from '../src/core/routing/choose.ts';
import { rejectionRule, worstCaseOf } from '../src/core/routing/constraints.ts';
import type { ChooseInput, ChooseRequest, Health } from '../src/core/routing/request.ts';
import { extendDigest } from '../src/core/transcript/digest.ts';
import type { Decision, Rejection } from '../src/core/vocabulary/decision.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import type { TaskClass } from '../src/core/vocabulary/task-class.ts';
import { AttemptTab } from './attempt-tab.ts';
import { createAnswerCheck } from './check-answer.ts';
import { abilitiesFor, estimateTokens, readConversation } from './conversation.ts';
import { type ActivityPorts, type HealthPort, InvocationFailure } from './ports.ts';

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
    const { workflowId } = context.info.workflowExecution!;
    const tab = new AttemptTab(context);
    let endpoint: Endpoint | undefined;
    try {
      tab.assertWorkersLive();
      if (input.pauseMs > 0) await context.sleep(input.pauseMs);
      const taskClass = taskClassOf(input, ports);
      const entries = [...(await ports.transcripts.resolve(input.transcript)), ...input.delta];
      const conversation = readConversation(entries, input.repair, ports);

      const request: ChooseRequest = {
        taskClass,
        inputTokens: estimateTokens(conversation),
        abilities: abilitiesFor(conversation),
        avoid: input.avoid,
        // The workflow settles what was lost out of the same allotment.
        allotmentMicros: input.allotmentMicros - tab.lostMicros,
        seed: workflowId,
        ...(input.prefer !== undefined && { prefer: input.prefer }),
      };
      const health = input.ignoreHealth ? ALL_WELL : ports.health.snapshot();
      const asked: ChooseInput = { request, ...ports, health, nowMs: Date.now() };
      const decision = choose(asked);
      tab.decided(decision);
      endpoint = endpointFor(decision, asked, input.retry);

      ports.health.record(endpoint.id, { type: 'started' });
      tab.open(endpoint, worstCaseOf(endpoint, request));
      const answer = await ports.models.invoke(endpoint, {
        ...conversation,
        maxOutputTokens: Math.min(taskClass.maxOutputTokens, endpoint.model.maxOutputTokens),
        deadlines: taskClass.deadlines,
        signal: context.cancellationSignal,
        labels: { run: workflowId, step: input.step, turn: String(input.turn) },
      });
      ports.health.record(endpoint.id, { type: 'succeeded' });
      checkAnswer(answer, conversation);

      const added = [...input.delta, answer.message];
      const digest = extendDigest(input.transcript.digest, added);
      ports.transcripts.remember(digest, [...entries, answer.message]);
      return { message: answer.message, attempt: tab.answered(answer), decision, lost: tab.lost, digest };
    } catch (error) {
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      const failure = error instanceof InvocationFailure ? error : unknownFailure(error);
      if (endpoint) recordFailure(ports.health, endpoint, failure);
      const spared = failure.lasting || (endpoint !== undefined && rests(ports.health, endpoint));
      throw tab.failed(failure, spared);
    } finally {
      tab.close();
    }
  };
}

const ALL_WELL: Health = { breakers: new Map(), quarantined: new Set() };

function taskClassOf({ taskClass }: InvokeModelInput, { taskClasses }: ActivityPorts): TaskClass {
  const found = taskClasses.get(taskClass);
  if (found) return found;
  const known = [...taskClasses.keys()].join(', ');
  const message = `There is no task class "${taskClass}". Use one of ${known}, or add it to taskClasses in the config.`;
  throw new InvocationFailure('invalid_request', message, { billed: false });
}

/**
 * The endpoint to ask: the one that is retried, if its price still fits, else the best candidate.
 * @throws InvocationFailure `no_eligible_endpoint`, with the time the first rate-limited one comes back as its hint
 */
function endpointFor(decision: Decision, asked: ChooseInput, retry: string | undefined): Endpoint {
  const { request, catalog } = asked;
  const byId = (id: string | undefined) => catalog.endpoints.find((endpoint) => endpoint.id === id);
  const retried = byId(retry);
  if (retried && worstCaseOf(retried, request) <= request.allotmentMicros) return retried;
  const best = byId(decision.candidates[0]?.endpoint);
  if (best) return best;

  // All of them: a Decision keeps only the first few.
  const rejections = catalog.endpoints.map(
    (endpoint): Rejection => ({ endpoint: endpoint.id, rule: rejectionRule(endpoint, asked)! }),
  );
  throw new InvocationFailure('no_eligible_endpoint', `No endpoint is left: ${rulesOf(rejections)}.`, {
    billed: false,
    hintMs: restEndsInMs(rejections, asked),
    tooDear: rejections.some(({ rule }) => rule === 'allotment'),
  });
}

/** `health:open ×9 (sim-aurora/x, …), ability:tools ×1 (sim-dune/y)` */
function rulesOf(rejections: readonly Rejection[]): string {
  const byRule = Map.groupBy(rejections, ({ rule }) => rule);
  const rules = [...byRule].map(
    ([rule, of]) => `${rule} ×${of.length} (${of[0]!.endpoint}${of.length > 1 ? ', …' : ''})`,
  );
  return rules.join(', ') || 'the catalog is empty';
}

/** When the first endpoint that only rests comes back. */
function restEndsInMs(
  rejections: readonly Rejection[],
  { health: { breakers }, nowMs }: ChooseInput,
): number | undefined {
  const ends = rejections.flatMap(({ endpoint, rule }) => {
    const breaker = rule === 'health:open' ? breakers.get(endpoint) : undefined;
    return breaker?.state === 'open' ? [breaker.untilMs] : breaker?.state === 'half-open' ? [nowMs] : [];
  });
  return ends.length > 0 ? Math.max(0, Math.min(...ends) - nowMs) : undefined;
}

function recordFailure(
  health: HealthPort,
  { id, provider }: Endpoint,
  { kind, hintMs, message }: InvocationFailure,
): void {
  switch (kind) {
    case 'unavailable':
    case 'timed_out':
    case 'answer_incomplete':
      health.record(id, { type: 'failed' });
      break;
    case 'rate_limited':
      health.record(id, { type: 'rests', untilMs: Date.now() + (hintMs ?? UNHINTED_REST_MS) });
      break;
    case 'credential_rejected':
    case 'payment_required':
      health.quarantine(provider, message);
      break;
    default:
      // It answered, if only to refuse: it is alive.
      health.record(id, { type: 'succeeded' });
  }
}

function rests(health: HealthPort, { id }: Endpoint): boolean {
  return !admits(health.snapshot().breakers.get(id) ?? CLOSED, Date.now());
}

/** What nobody foresaw is not retried by the server for ever: it is an attempt that failed. */
function unknownFailure(error: unknown): InvocationFailure {
  return new InvocationFailure('unknown', error instanceof Error ? error.message : String(error), {
    billed: false,
  });
}
