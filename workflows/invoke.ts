/**
 * One turn: the failover walk (`core/failure/walk.ts`) driven with durable timers, each attempt an activity of its own.
 * Returns a whole, valid answer; everything else is failed over, waited for or parked.
 */

import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ActivityCancellationType, CancellationScope, proxyActivities } from '@temporalio/workflow';
import {
  type AttemptFailure,
  INVOKE_MODEL,
  type InvokeModelInput,
  type InvokeModelResult,
  PATIENCE_MS,
  type SignalboxActivities,
} from '../src/core/contract/activities.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../src/core/contract/heartbeat.ts';
import { FAILURE_KINDS, type FailureKind } from '../src/core/failure/kind.ts';
import { afterFailure, beginWalk, type WalkAction, type WalkState } from '../src/core/failure/walk.ts';
import { DEFAULT_TASK_CLASS } from '../src/core/routing/infer-task-class.ts';
import { callTitle } from '../src/core/run/call-title.ts';
import { waitSummary } from '../src/core/run/step-wait.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { CARRIED_BYTES } from '../src/core/transcript/sizes.ts';
import type { Attempt } from '../src/core/vocabulary/attempt.ts';
import {
  askAllAgain,
  type Conversation,
  type ParkedStep,
  type WaitingWalk,
  type WalkedFailure,
} from './conversation.ts';
import type { RunContext } from './run-context.ts';
import {
  askedOf,
  parkedByCap,
  parkedByFailure,
  parkedBySharedCap,
  parkedBySize,
  parkedByWall,
} from './why-parked.ts';

const { [INVOKE_MODEL]: invokeModel } = proxyActivities<SignalboxActivities>({
  // The activity enforces the class's own deadlines; this only bounds what they may be set to.
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  // Only a lost worker is retried by the server: everything else is thrown non-retryable and walked over here.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
});

/** The server's timer queue takes a second at the least, so that shorter pauses are slept inside the next attempt. */
const SHORTEST_TIMER_MS = 2_000;

interface Turn {
  /** Makes a conversation shorter that is too long for everybody; false where it cannot be. */
  readonly shorten?: () => boolean | Promise<boolean>;
  /** The conversation of the step, which is what parks, where this one is had on its behalf. */
  readonly owner?: Conversation;
}

export async function invoke(
  context: RunContext,
  conversation: Conversation,
  { shorten = () => false, owner = conversation }: Turn = {},
): Promise<InvokeModelResult> {
  for (;;) {
    const walked = await walk(context, conversation);
    if ('answer' in walked) {
      const { digest, decision, crowded } = walked.answer;
      const { id, length } = conversation.transcript;
      conversation.transcript = { id, length: length + conversation.delta.length + 1, digest };
      conversation.delta = [];
      conversation.decisionId = decision.id;
      conversation.turn += 1;
      delete conversation.repaired;
      if (crowded) conversation.crowded = true;
      return walked.answer;
    }
    if (walked.tooLong && (await shorten())) continue;
    conversation.repaired = true;
    // Whoever lets it go on may have mended the check, so that all may be asked again.
    askAllAgain(conversation);
    await context.parking.park(owner, walked.parked);
  }
}

async function walk(
  context: RunContext,
  conversation: Conversation,
): Promise<{ answer: InvokeModelResult } | { parked: ParkedStep; tooLong?: boolean }> {
  const { purse, wall, journal, continuation } = context;
  const { step, judge } = conversation;
  const kind = judge !== undefined ? `judge ${judge}` : (conversation.taskClass ?? DEFAULT_TASK_CLASS);
  /** Known once an allotment was too small for anybody. */
  let leastMicros = 0;
  const failures: WalkedFailure[] = [...(conversation.walk?.failures ?? [])];
  let [state, action] = walkOf(context, conversation);

  while (action.do === 'attempt') {
    const pauseMs = await timer(context, conversation, { state, action, failures });
    const { worstCaseMicros: lastMicros } = conversation;
    const allotmentMicros = await purse.allot({
      ...{ kind, leastMicros },
      ...(lastMicros !== undefined && { lastMicros }),
    });
    if (allotmentMicros === 0) return { parked: parkedByCap(conversation, purse, leastMicros, failures) };
    const settle = ({ attempt, lost = [] }: Pick<InvokeModelResult, 'attempt' | 'lost'>) => {
      const { worstCaseMicros } = attempt;
      purse.settle(kind, allotmentMicros, costOf([attempt, ...lost]), worstCaseMicros);
      if (worstCaseMicros !== undefined) conversation.worstCaseMicros = worstCaseMicros;
    };

    const summary = summaryOf(conversation, failures);
    const input = inputOf(context, conversation, action, {
      allotmentMicros,
      repair: repairOf(failures),
      ...(pauseMs > 0 && { pauseMs }),
      // Whoever repaired the run knows better than what this worker remembers of its endpoints.
      ...(conversation.repaired && failures.length === 0 && { ignoreHealth: true }),
    });
    const bytes = jsonBytes(input);
    if (bytes > CARRIED_BYTES) {
      purse.settle(kind, allotmentMicros, 0);
      return { parked: parkedBySize(conversation, bytes) };
    }
    await context.outbox.take(bytes).catch((error: unknown) => {
      // Given up before it left: nothing will settle it later.
      purse.settle(kind, allotmentMicros, 0);
      throw error;
    });
    journal.record({ type: 'scheduled', input });
    try {
      const answer = await continuation.during(() => invokeModel.executeWithOptions({ summary }, [input]));
      settle(answer);
      journal.answered(input, answer);
      return { answer };
    } catch (error) {
      const failure = failureOf(error);
      if (failure) settle(failure);
      else purse.settle(kind, allotmentMicros, allotmentMicros);
      if (failure) journal.record({ type: 'failed', step, ...(judge !== undefined && { judge }), failure });
      if (!failure || failure.kind === 'canceled') {
        // A worker that died under a canceled call leaves a timeout behind.
        throw CancellationScope.current().consideredCancelled ? new CancelledFailure('CANCELLED') : error;
      }
      const { neededMicros } = failure;
      if (neededMicros !== undefined) {
        leastMicros = neededMicros;
        // Nobody was asked for want of money that there is, or that others may yet give back.
        if (purse.mayHave(neededMicros)) {
          action = { ...action, delayMs: 0 };
          continue;
        }
      }
      failures.push({ kind: failure.kind, attempt: failure.attempt });
      if (failure.kind === 'check_failed')
        conversation.rejected = withEndpoint(conversation.rejected, failure);
      if (failure.kind === 'context_too_long')
        conversation.outgrown = withEndpoint(conversation.outgrown, failure);
      const { disposition, attempt } = failure;
      [state, action] = afterFailure(
        state,
        { endpoint: attempt.endpoint, kind: failure.kind, disposition },
        Date.now(),
      );
      if (failure.kind === 'cap_reached') return { parked: parkedBySharedCap(conversation, failure) };
      if (action.do === 'park' && (failure.tooLong || TOO_LONG.has(failure.kind)))
        return { parked: parkedByFailure(conversation, action, failures), tooLong: true };
      if (action.do === 'park' && neededMicros !== undefined) {
        return { parked: parkedByCap(conversation, purse, neededMicros, failures) };
      }
    }
  }
  if (action.why === 'patience used' && action.untilMs > Date.now() + wall.leftMs)
    return { parked: parkedByWall(conversation, wall) };
  return { parked: parkedByFailure(conversation, action, failures) };
}

/** Whoever makes the conversation shorter can go on. */
const TOO_LONG: ReadonlySet<FailureKind> = new Set(['context_too_long', 'payload_too_large']);

/** Begins a walk, or takes up the one that was waiting when the run was continued as a new one. */
function walkOf({ limits, wall }: RunContext, { walk }: Conversation): [WalkState, WalkAction] {
  if (!walk) {
    const patienceMs = Math.min(limits.waitMs, wall.leftMs);
    return beginWalk({ maxAttempts: limits.attempts, patienceMs }, Date.now());
  }
  return [walk.state, { ...walk.action, delayMs: Math.max(0, walk.untilMs - Date.now()) }];
}

/** Long delays are durable timers; what is left, too short for one, is slept in the attempt. */
async function timer(
  { journal, continuation }: RunContext,
  conversation: Conversation,
  { action, ...walk }: Omit<WaitingWalk, 'untilMs'>,
): Promise<number> {
  const { delayMs, why } = action;
  if (delayMs >= SHORTEST_TIMER_MS) {
    const { step } = conversation;
    const untilMs = Date.now() + delayMs;
    conversation.walk = { ...walk, action, untilMs };
    const wait = { step, why: TIMERS[why] ?? 'the provider asked for it', untilMs };
    journal.record({ type: 'waits', wait });
    await continuation.sleep(step, delayMs, waitSummary(wait, delayMs));
  }
  delete conversation.walk;
  return delayMs < SHORTEST_TIMER_MS ? delayMs : 0;
}

const TIMERS: Partial<Record<(WalkAction & { do: 'attempt' })['why'], string>> = {
  wait: 'nobody may be asked',
  'worth waiting': 'cheaper than asking another',
};

function inputOf(
  { agent, tenant }: RunContext,
  { step, callKind, judge, turn, taskClass, transcript, delta, decisionId, rejected, outgrown }: Conversation,
  { avoid, retry, patienceMs, waitedMs }: WalkAction & { do: 'attempt' },
  {
    repair,
    ...given
  }: Pick<InvokeModelInput, 'allotmentMicros' | 'pauseMs' | 'ignoreHealth'> & { repair: string | undefined },
): InvokeModelInput {
  // One that is repaired in place has been rejected as well, and is still to be asked.
  const avoided = [...new Set([...avoid, ...rejected.filter((endpoint) => endpoint !== retry)])];
  return {
    agent,
    step,
    turn,
    transcript,
    delta,
    ...given,
    ...(patienceMs !== PATIENCE_MS && { patienceMs }),
    ...(avoided.length > 0 && { avoid: avoided }),
    ...(callKind !== undefined && { callKind }),
    ...(judge !== undefined && { judge }),
    ...(taskClass !== undefined && { taskClass }),
    ...(tenant !== undefined && { tenant }),
    ...(waitedMs > 0 && { waitedMs }),
    ...(rejected.length > 0 && { rejected }),
    ...(outgrown.length > 0 && { outgrown }),
    ...(retry !== undefined && { retry }),
    ...(decisionId !== undefined && { decisionId }),
    ...(repair !== undefined && { repair }),
  };
}

type Failure = AttemptFailure & { readonly kind: FailureKind };

/** `undefined` for what is no attempt's failure: an activity that could not run at all, or was given up before it ran. */
function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (cause instanceof CancelledFailure && isAttemptFailure(cause.details[0]))
    return { ...cause.details[0], kind: 'canceled' };
  if (!(cause instanceof ApplicationFailure) || !isFailureKind(cause.type)) return undefined;
  return { ...(cause.details![0] as AttemptFailure), kind: cause.type };
}

/** Of a call that nobody had begun the server says so in words. */
const isAttemptFailure = (detail: unknown): detail is AttemptFailure =>
  typeof detail === 'object' && detail !== null && 'attempt' in detail;

const isFailureKind = (type: string | undefined | null): type is FailureKind =>
  (FAILURE_KINDS as readonly string[]).includes(type ?? '');

/** An answer refused for its shape is shown why, so that the next one can be right. */
const repairOf = (failures: readonly WalkedFailure[]) => {
  const last = failures.at(-1);
  return last?.kind === 'output_invalid' || last?.kind === 'check_failed' ? last.attempt.message : undefined;
};

const withEndpoint = (endpoints: readonly string[], { attempt }: Failure) => [
  ...new Set([...endpoints, attempt.endpoint]),
];

/**
 * What Temporal UI shows for the attempt: `risks · reasoning · turn 2`, `risks · 2nd try · after sim-aurora unavailable`,
 * `risks · compaction`, `risks · judge tone`.
 */
function summaryOf(conversation: Conversation, failures: readonly WalkedFailure[]): string {
  const { callKind, taskClass, turn } = conversation;
  const asked = askedOf(failures);
  const last = asked.at(-1);
  const title = callTitle(conversation);
  const parts = last || callKind !== undefined || taskClass === undefined ? [title] : [title, taskClass];
  if (turn > 1 && callKind === undefined) parts.push(`turn ${turn}`);
  if (!last && failures.length > 0) parts.push('after a wait');
  if (last) {
    const waited = failures.at(-1)!.attempt === last ? '' : ', and a wait';
    parts.push(
      `${ordinal(asked.length + 1)} try`,
      `after ${last.endpoint.split('/')[0]} ${words(last.outcome)}${waited}`,
    );
  }
  return parts.join(' · ');
}

const costOf = (attempts: readonly Attempt[]) =>
  attempts.reduce((sum, { costMicros }) => sum + costMicros, 0);
const words = (kind: Attempt['outcome']) => kind.replaceAll('_', ' ');
const ordinal = (n: number) => (n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`);
