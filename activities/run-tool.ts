import { ApplicationFailure, Context } from '@temporalio/activity';
import type { RunToolInput, RunToolResult } from '../src/core/contract/activities.ts';
import type { ActivityPorts } from './ports.ts';

const HEARTBEAT_MS = 1_000;
/** Workers that die under one call before it is given up. */
const LOST_WORKERS = 3;
/** A result past Temporal's own limit would have its tool run again for ever; ours leaves room for several in a turn. */
const RESULT_BYTES = 256 * 1024;

/**
 * @returns the activity that runs a tool. What the tool throws is data for the model, not a failure of the step; only
 * a lost worker repeats it.
 */
export function createRunTool({ tools }: ActivityPorts): (input: RunToolInput) => Promise<RunToolResult> {
  return async ({ toolName, input, context: toolContext }) => {
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
      const bytes = Buffer.byteLength(JSON.stringify(output) ?? '');
      return bytes <= RESULT_BYTES
        ? { output, isError: false }
        : {
            output: `The result has ${bytes} bytes; at most ${RESULT_BYTES} are kept. Ask for less.`,
            isError: true,
          };
    } catch (error) {
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      return { output: error instanceof Error ? error.message : String(error), isError: true };
    } finally {
      clearInterval(heartbeat);
    }
  };
}
