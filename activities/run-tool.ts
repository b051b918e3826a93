import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { RunToolInput, RunToolResult } from '../src/core/contract/activities.ts';
import { MESSAGE_BYTES } from '../src/core/transcript/sizes.ts';
import { CallLanes } from './call-lanes.ts';
import { keptResult } from './keep-large.ts';
import { assertWorkersLive } from './lost-workers.ts';
import type { ActivityPorts, ToolCall, ToolPort } from './ports.ts';
import { runEffect } from './run-effect.ts';
import { withHeartbeats } from './with-heartbeats.ts';

/** Before the first repeat of a call that failed; doubled before each one after it. */
const PAUSE_MS = 200;

/**
 * @returns the activity that runs a tool. What the tool throws is data for the model, not a failure of the step; only
 * a lost worker repeats it, and an effect not even that.
 */
export function createRunTool({
  tools,
  heartbeats,
  blobs,
}: ActivityPorts): (input: RunToolInput) => Promise<RunToolResult> {
  const lanes = new CallLanes();
  return async ({ key = '', repeats = false, inlineBytes = MESSAGE_BYTES, ...given }) => {
    const { toolName, input, context: toolContext = {} } = given;
    const { info, cancellationSignal: signal } = Context.current();
    assertWorkersLive(info.attempt, 'the tool');
    const tool = tools.get(toolName);
    if (!tool)
      throw ApplicationFailure.nonRetryable(`There is no tool "${toolName}" on this worker.`, 'UnknownTool');
    const isEffect = tool.kind === 'effect';
    if (isEffect && key === '')
      return { output: `Tool "${toolName}" has become an effect meanwhile. Call it again.`, isError: true };
    const call: ToolCall = { input, context: toolContext, idempotencyKey: key, signal };
    try {
      // Outlives this worker: what had no turn before its worker died is known not to have been done.
      const progress: Progress = { ...(info.heartbeatDetails as Progress | undefined) };
      const lost = progress.begun === true;
      const work = async () => {
        if (!isEffect) return runSafe(tool, call);
        progress.begun = true;
        await heartbeats.send(progress);
        // One of before that waits in the SDK for its turn says less, and must not come after this one.
        Context.current().heartbeat(progress);
        return runEffect(tool, call, { lost, repeats });
      };
      const output = await withHeartbeats(() => lanes.run(tool, signal, work), progress);
      const result = await keptResult({ output, isError: false }, inlineBytes, blobs).catch(
        (error: Error) => ({
          // It was done: a model that took this for a failure would have it done again.
          output: `The tool has run, but what it returned cannot be told: ${error.message}`,
          isError: false,
        }),
      );
      return { ...result, ...(tool.compensate && { undoable: true }) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof ApplicationFailure) throw error;
      const output = error instanceof Error ? error.message : String(error);
      return keptResult({ output, isError: true }, inlineBytes, blobs);
    }
  };
}

/** What its heartbeats say of an effect. */
interface Progress {
  begun?: boolean;
}

async function runSafe(tool: ToolPort, call: ToolCall) {
  for (let retries = 0; ; retries++) {
    try {
      return await tool.run(call);
    } catch (error) {
      if (retries === tool.retries) throw error;
      await sleep(PAUSE_MS * 2 ** retries, undefined, { signal: call.signal });
    }
  }
}
