/**
 * What `signalbox.invokeModel` says in its heartbeats, which outlive its worker: history does not show killed attempts,
 * though they may have been paid.
 */
import type { LostAttempt } from '../vocabulary/attempt.ts';

export interface HeartbeatDetails {
  /** Of workers that died before this one. */
  readonly lost: readonly LostAttempt[];
  readonly open?: OpenCall;
  /** Of the answer so far, reasoning and tool input too; absent until the first piece has come. */
  readonly receivedCharacters?: number;
}

/** A call under way: the most it can cost stands for what nobody may ever know. */
export type OpenCall = Omit<LostAttempt, 'outcome' | 'message' | 'totalMs'>;

/** After this long without a heartbeat a worker is taken for dead. */
export const HEARTBEAT_TIMEOUT_MS = 5_000;

/** What a worker has lost, and those before it, by its last heartbeat. */
export function lostIn({ lost = [], open }: Partial<HeartbeatDetails>, nowMs: number): LostAttempt[] {
  if (!open) return [...lost];
  const message = 'The worker died before the call ended.';
  return [...lost, { ...open, outcome: 'worker_lost', message, totalMs: nowMs - open.startedAtMs }];
}
