import type { RequestPolicies } from '../src/core/vocabulary/transcript.ts';
import type { Continuation } from './continuation.ts';
import type { Effects } from './effects.ts';
import type { Journal } from './journal.ts';
import type { Limits } from './limits.ts';
import type { Outbox } from './outbox.ts';
import type { ParkingLot } from './parking.ts';
import type { Purse } from './purse.ts';
import type { Updates } from './updates.ts';
import type { WallTime } from './wall-time.ts';

/** What every part of a run shares; one per workflow execution. */
export interface RunContext {
  readonly agent: string;
  /** Whose policy and budget apply, where the starter said. */
  readonly tenant?: string;
  /** The agent's layer and the starter's. */
  readonly policies: RequestPolicies;
  readonly limits: Limits;
  /** Effects that need no person's word. */
  readonly autoApprove: ReadonlySet<string>;
  readonly purse: Purse;
  readonly wall: WallTime;
  readonly parking: ParkingLot;
  readonly journal: Journal;
  readonly effects: Effects;
  readonly updates: Updates;
  readonly continuation: Continuation;
  readonly outbox: Outbox;
}
