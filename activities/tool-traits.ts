import type { ToolTraits } from '../src/core/contract/activities.ts';
import type { ToolCallPart } from '../src/core/vocabulary/transcript.ts';
import type { ActivityPorts, ToolPort } from './ports.ts';

/** What the workflow must know of the tools that are called; undefined where all are plain, which costs no bytes. */
export function traitsOf(
  calls: readonly ToolCallPart[],
  tools: ActivityPorts['tools'],
): Record<string, ToolTraits> | undefined {
  const special = new Map<string, ToolTraits>();
  for (const { toolName } of calls) {
    const tool = tools.get(toolName);
    if (tool && (tool.kind === 'effect' || tool.taskQueue !== undefined)) special.set(toolName, traits(tool));
  }
  return special.size > 0 ? Object.fromEntries(special) : undefined;
}

const traits = ({ kind, taskQueue }: ToolPort): ToolTraits => ({
  ...(kind === 'effect' && { effect: true }),
  ...(taskQueue !== undefined && { taskQueue }),
});
