/** The run's costs go from its history into the ledger when it parks and when it closes; neither waits for a database. */
import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import { RECORD_LEDGER, type SignalboxActivities } from '../src/core/contract/activities.ts';

const { [RECORD_LEDGER]: recordNow } = proxyActivities<SignalboxActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 1 },
});
const { [RECORD_LEDGER]: recordInTime } = proxyActivities<SignalboxActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '30 days',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** While the run goes on or waits. */
export function recordSoon(): void {
  recordInTime.executeWithOptions({ summary: 'costs so far' }, [{ closing: false }]).catch(() => {});
}

/** @returns whether all is in the ledger; where it is not, workers write it once they can */
export function recordAtClose(): Promise<boolean> {
  return CancellationScope.nonCancellable(() =>
    recordNow.executeWithOptions({ summary: 'costs' }, [{ closing: true }]).then(
      () => true,
      () => false,
    ),
  );
}
