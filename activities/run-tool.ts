import { ApplicationFailure, Context } from '@temporalio/activity';
import type { RunToolInput, RunToolResult } from '../src/core/contract/activities.ts';
import type { ActivityPorts } from './ports.ts';

const HEARTBEAT_MS = 1_000;

/**
 * @returns the activity that runs a tool. What the tool throws is data for the model, not a failure of the step; only
 * a lost worker repeats it.
 */
export function createRunTool({ tools }: ActivityPorts): (input: RunToolInput) => Promise<RunToolResult> {
  return async ({ toolName, input, context: toolContext }) => {
    const context = Context.current();
    const tool = tools.get(toolName);
    if (!tool)
      throw ApplicationFailure.nonRetryable(`There is no tool "${toolName}" on this worker.`, 'UnknownTool');
    const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      return { output: await tool.run(input, toolContext, context.cancellationSignal), isError: false };
    } catch (error) {
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
      return { output: error instanceof Error ? error.message : String(error), isError: true };
    } finally {
      clearInterval(heartbeat);
    }
  };
}
