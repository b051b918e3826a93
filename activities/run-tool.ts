import { ApplicationFailure, Context } from '@temporalio/activity';
import type { RunToolInput, RunToolResult } from '../src/core/contract/activities.ts';
import { MESSAGE_BYTES } from '../src/core/transcript/sizes.ts';
import { keptResult } from './keep-large.ts';
import type { ActivityPorts } from './ports.ts';

const HEARTBEAT_MS = 1_000;
/** Workers that die under one call before it is given up. */
const LOST_WORKERS = 3;

/**
 * @returns the activity that runs a tool. What the tool throws is data for the model, not a failure of the step; only
 * a lost worker repeats it.
 */
export function createRunTool({
  tools,
  blobs,
}: ActivityPorts): (input: RunToolInput) => Promise<RunToolResult> {
  return async ({ toolName, input, context: toolContext, inlineBytes = MESSAGE_BYTES }) => {
    const context = Context.current();
    if (context.info.attempt > LOST_WORKERS) {
      throw ApplicationFailure.nonRetryable(`${LOST_WORKERS} workers died under the tool.`, 'worker_lost');
    }
    const tool = tools.get(toolName);
    if (!tool)
      throw ApplicationFailure.nonRetryable(`There is no tool "${toolName}" on this worker.`, 'UnknownTool');
    const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      const output = await tool.run(input, toolContext, context.cancellationSignal);
      return await keptResult({ output, isError: false }, inlineBytes, blobs);
    } catch (error) {
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      const output = error instanceof Error ? error.message : String(error);
      return keptResult({ output, isError: true }, inlineBytes, blobs);
    } finally {
      clearInterval(heartbeat);
    }
  };
}
