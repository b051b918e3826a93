import { defineUpdate } from '@temporalio/workflow';
import {
  ABORT_UPDATE,
  APPROVE_UPDATE,
  type CallAddress,
  DENY_UPDATE,
  RAISE_CAP_UPDATE,
  RETRY_UPDATE,
} from '../src/core/contract/run.ts';

/** Try a parked step again; every parked step where none is named. Returns the steps unparked. */
export const retryUpdate = defineUpdate<string[], [{ step?: string }?]>(RETRY_UPDATE);

/** Allow the run to spend this much more, in USD, and try again what its cap parked. Returns the steps unparked. */
export const raiseCapUpdate = defineUpdate<string[], [{ usd: number }]>(RAISE_CAP_UPDATE);

/** Give a parked run up: it fails with the reason given. */
export const abortUpdate = defineUpdate<string[], [{ reason?: string }?]>(ABORT_UPDATE);

/** Allow the effects that ask first: those of a step or a single call where one is named, else all. Returns their steps. */
export const approveUpdate = defineUpdate<string[], [CallAddress?]>(APPROVE_UPDATE);

/**
 * Refuse what `approve` would allow, or say what became of an effect that nobody knows the outcome of. The model is
 * shown the reason. Returns the steps.
 */
export const denyUpdate = defineUpdate<string[], [CallAddress & { reason: string }]>(DENY_UPDATE);
