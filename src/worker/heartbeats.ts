import { Context } from '@temporalio/activity';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { HeartbeatPort } from '../../activities/ports.ts';

/** Asks the server itself: `Context.heartbeat` queues, and what it has queued dies with the worker. */
export const heartbeats: HeartbeatPort = {
  async send(details) {
    const { client, info } = Context.current();
    await client.workflowService.recordActivityTaskHeartbeat({
      namespace: client.options.namespace,
      taskToken: info.taskToken,
      details: { payloads: (await encodeToPayloads(client.options.loadedDataConverter, details)) ?? null },
    });
  },
};
