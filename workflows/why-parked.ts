/** Why a step parks, in words that hold nothing of what was said, and what a person should do about it. */

import type { ParkReason } from '../src/core/contract/run.ts';
import type { FailureKind } from '../src/core/failure/kind.ts';
import type { WalkAction } from '../src/core/failure/walk.ts';
import { listFailures } from '../src/core/run/list-failures.ts';
import { momentText } from '../src/core/run/step-wait.ts';
import { largestPiece } from '../src/core/transcript/largest-piece.ts';
import { CARRIED_BYTES } from '../src/core/transcript/sizes.ts';
import type { Attempt } from '../src/core/vocabulary/attempt.ts';
import { durationText } from '../src/core/vocabulary/duration-text.ts';
import type { Conversation, ParkedStep, WalkedFailure } from './conversation.ts';
import type { Purse } from './purse.ts';
import type { WallTime } from './wall-time.ts';

/** Attempts at which somebody was asked. */
export const askedOf = (failures: readonly WalkedFailure[]) =>
  failures.map(({ attempt }) => attempt).filter(({ endpoint }) => endpoint !== 'none');

const triedOf = (failures: readonly WalkedFailure[]) =>
  failures.filter(({ kind }) => kind !== 'no_eligible_endpoint' && kind !== 'worth_waiting');

type ParkAction = WalkAction & { do: 'park' };

export function parkedByFailure(
  conversation: Conversation,
  action: ParkAction,
  failures: readonly WalkedFailure[],
): ParkedStep {
  const last = failures.at(-1)!;
  const tried = triedOf(failures);
  const asked = askedOf(tried);
  // Our own words only: a provider may echo the prompt in its own, and this goes into the memo and the UI.
  const ours = last.attempt.endpoint === 'none' || last.kind === 'payload_too_large';
  const said = ours ? (last.attempt.message ?? '') : '';
  if (conversation.refused.length > 0 && tried.length === 0 && action.why === 'nothing left')
    return parkedByRefusals(conversation, said);
  const { kind } = tried.at(-1) ?? last;
  return {
    reason: kind === 'check_failed' ? 'request_refused' : parkReason(action.why, last.kind),
    kind,
    message:
      `${capitalised(whose(conversation))} got no answer${afterText(asked)}. ${whyParked(action, said)}`.trim(),
    remedy:
      action.why === 'patience used'
        ? 'Wait until then, and let it try again.'
        : last.kind === 'payload_too_large'
          ? 'Abort it, and have less come back at once; or allow a model with a larger window, and let it try again.'
          : 'Mend the cause, then let it try again.',
    update: 'retry',
  };
}

/** ` after 3 attempts: sim-aurora/x unavailable ×2; sim-borealis/y rate limited` */
function afterText(asked: readonly Attempt[]): string {
  if (asked.length === 0) return ', and nobody was asked';
  const attempts = asked.length === 1 ? 'one attempt' : `${asked.length} attempts`;
  return ` after ${attempts}: ${listFailures(asked).join('; ')}`;
}

/** @param said of the last failure, where the words are our own */
function whyParked(action: ParkAction, said: string): string {
  switch (action.why) {
    case 'patience used':
      return `The first may be asked again at ${momentText(action.untilMs)}, which is longer than it may wait (limits.wait).`;
    case 'attempts used':
      return `It may make no more (limits.attempts). ${said}`;
    default:
      return said;
  }
}

const whose = ({ step, judge }: Conversation) =>
  judge === undefined ? `step "${step}"` : `judge "${judge}" of step "${step}"`;

const capitalised = (words: string) => words[0]!.toUpperCase() + words.slice(1);

function parkReason(why: ParkAction['why'], kind: FailureKind): ParkReason {
  if (kind === 'worker_lost') return 'workers_lost';
  if (kind === 'payload_too_large') return 'payload_too_large';
  return why === 'stopped' ? 'request_refused' : 'attempts_exhausted';
}

/** Before it is used up where a wait would use it up: no timer runs for nothing. */
export function parkedByWall(conversation: Conversation, { limitMs, leftMs }: WallTime): ParkedStep {
  const left = leftMs > 0 ? 'would wait past its wall time of' : 'is past its wall time of';
  return {
    reason: 'wall_used',
    message: `The run ${left} ${durationText(limitMs)} (limits.wall), so that ${whose(conversation)} goes no further.`,
    remedy: 'Let it work as long again, or abort it.',
    update: 'retry',
  };
}

export function parkedBySize({ step, turn, delta }: Conversation, bytes: number): ParkedStep {
  const largest = largestPiece(delta, 'bytes');
  return {
    reason: 'payload_too_large',
    message: `What is new in turn ${turn} of step "${step}" has ${bytes} bytes, ${largest?.bytes} of them ${largest?.name}; a call carries ${CARRIED_BYTES} at most.`,
    remedy: 'Abort it, and give the step less at once.',
    update: 'retry',
  };
}

/** @param neededMicros 0 where that is not known */
export function parkedByCap(
  conversation: Conversation,
  { capMicros, leftMicros }: Purse,
  neededMicros: number,
  failures: readonly WalkedFailure[],
): ParkedStep {
  const list = listFailures(triedOf(failures).map(({ attempt }) => attempt));
  const needed = neededMicros > 0 ? `, and the least that a call needs is $${neededMicros / 1e6}` : '';
  const before = list.length > 0 ? ` Tried before: ${list.join('; ')}.` : '';
  return {
    reason: 'cap_reached',
    message: `The run's cap of $${capMicros / 1e6} leaves too little to ask any endpoint for ${whose(conversation)}: $${leftMicros / 1e6}${needed}.${before}`,
    remedy: 'Allow it to spend more.',
    update: 'raiseCap',
  };
}

/** A cap of the tenant or the class, which many runs share: its name stands in the message. */
export function parkedBySharedCap(conversation: Conversation, { attempt }: WalkedFailure): ParkedStep {
  return {
    reason: 'cap_reached',
    kind: 'cap_reached',
    message: `${capitalised(whose(conversation))} may not spend. ${attempt.message}`,
    remedy: 'Raise that cap in the config, or wait until its day or month is over; then let it try again.',
    update: 'retry',
  };
}

/** Every answer was refused, by whom and how often; nothing of what was said, which history holds. */
export function parkedByRefusals({ step, refused }: Conversation, left = ''): ParkedStep {
  const times = new Map<string, number>();
  for (const { endpoint, by } of refused) {
    const what = `${endpoint} by ${by}`;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  const list = [...times].map(([what, count]) => (count > 1 ? `${what} ×${count}` : what));
  return {
    reason: 'request_refused',
    kind: refused.at(-1)!.kind,
    message: `No answer of step "${step}" was accepted: ${list.join('; ')}. ${left}`.trim(),
    remedy: 'Let it ask again, or mend what refuses its answers first.',
    update: 'retry',
  };
}
