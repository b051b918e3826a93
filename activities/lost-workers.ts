import { ApplicationFailure } from '@temporalio/common';

/** Workers that die under one call before it is given up: it would take the next one, too. */
export const LOST_WORKERS = 3;

/** @param attempt of the activity, from 1 @throws ApplicationFailure `worker_lost` where workers keep dying under it */
export function assertWorkersLive(attempt: number, under: string): void {
  if (attempt <= LOST_WORKERS) return;
  throw ApplicationFailure.nonRetryable(`${LOST_WORKERS} workers died under ${under}.`, 'worker_lost');
}
