import { defineUpdate } from '@temporalio/workflow';
import { ABORT_UPDATE, RAISE_CAP_UPDATE, RETRY_UPDATE } from '../src/core/contract/run.ts';

/** Try a parked step again; every parked step where none is named. Returns the steps unparked. */
export const retryUpdate = defineUpdate<string[], [{ step?: string }?]>(RETRY_UPDATE);

/** Allow the run to spend this much more, in USD, and try again what its cap parked. Returns the steps unparked. */
export const raiseCapUpdate = defineUpdate<string[], [{ usd: number }]>(RAISE_CAP_UPDATE);

/** Give a parked run up: it fails with the reason given. */
export const abortUpdate = defineUpdate<string[], [{ reason?: string }?]>(ABORT_UPDATE);
