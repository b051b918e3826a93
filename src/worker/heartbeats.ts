import { ApplicationFailure, Context } from '@temporalio/activity';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { HeartbeatPort } from '../../activities/ports.ts';

/** Asks the server itself: `Context.heartbeat` queues, and what it has queued dies with the worker. */
export const heartbeats: HeartbeatPort = {
  async send(details) {
    const { client, info } = Context.current();
    const payloads = await encodeToPayloads(client.options.loadedDataConverter, details);
    await client.workflowService
      .recordActivityTaskHeartbeat({
        namespace: client.options.namespace,
        taskToken: info.taskToken,
        details: { payloads: payloads ?? null },
      })
      .catch((cause: Error) => {
        // Nothing was spent yet: the server may try the attempt again once it is well.
        throw ApplicationFailure.create({
          type: 'HeartbeatLost',
          message: `The server did not take the heartbeat: ${cause.message}`,
          cause,
        });
      });
  },
};
