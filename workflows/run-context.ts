import type { RequestPolicies } from '../src/core/vocabulary/transcript.ts';
import type { Continuation } from './continuation.ts';
import type { Journal } from './journal.ts';
import type { Outbox } from './outbox.ts';
import type { ParkingLot } from './parking.ts';
import type { Purse } from './purse.ts';
import type { Updates } from './updates.ts';

/** What every part of a run shares; one per workflow execution. */
export interface RunContext {
  readonly agent: string;
  /** Whose policy and budget apply, where the starter said. */
  readonly tenant?: string;
  /** The agent's layer and the starter's. */
  readonly policies: RequestPolicies;
  readonly limits: { readonly turns: number; readonly attempts: number; readonly waitMs: number };
  readonly purse: Purse;
  readonly parking: ParkingLot;
  readonly journal: Journal;
  readonly updates: Updates;
  readonly continuation: Continuation;
  readonly outbox: Outbox;
}
