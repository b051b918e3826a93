/** `signalbox/workflow`: everything a file that the worker bundles may import. */

export type { FilePart, Prompt, TextPart } from '../src/core/vocabulary/transcript.ts';
export { abortUpdate, approveUpdate, denyUpdate, raiseCapUpdate, retryUpdate } from './messages.ts';
export { type Agent, type AgentDefinition, type AgentLimits, agent, type Run } from './run.ts';
export type { StepOptions, StructuredStepOptions } from './step.ts';
