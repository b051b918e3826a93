import { ApplicationFailure, Context } from '@temporalio/activity';
import type { DoneEffect } from '../src/core/contract/activities.ts';
import { assertWorkersLive } from './lost-workers.ts';
import type { ActivityPorts } from './ports.ts';
import { withHeartbeats } from './with-heartbeats.ts';

/**
 * @returns the activity that undoes an effect. A worker that dies under it is replaced and it runs again; every other
 * failure is a person's to deal with.
 */
export function createCompensateEffect({
  tools,
  blobs,
}: ActivityPorts): (effect: DoneEffect) => Promise<void> {
  return async ({ call: { toolName, input, context: toolContext = {}, key }, output, blob }) => {
    const { info, cancellationSignal: signal } = Context.current();
    assertWorkersLive(info.attempt, 'it');
    const compensate = tools.get(toolName)?.compensate;
    if (!compensate) {
      const message = `Tool "${toolName}" of this worker cannot be undone. Give it a compensate.`;
      throw ApplicationFailure.nonRetryable(message, 'UnknownTool');
    }
    const call = { input, context: toolContext, idempotencyKey: key, signal };
    try {
      await withHeartbeats(async () => compensate(call, blob ? await blobs.get(blob) : output));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const message = error instanceof Error ? error.message : String(error);
      throw ApplicationFailure.nonRetryable(message, 'compensation_failed');
    }
  };
}
