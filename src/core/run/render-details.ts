import type { RunState, StepState } from './run-state.ts';

/** The run as Markdown, for Temporal UI: what is parked and what to do, then a table of steps. */
export function renderDetails(agent: string, { steps, costMicros }: RunState, workflowId: string): string {
  const parked = steps.flatMap((step) => (step.parked ? [step.parked] : []));
  const needsYou = parked.map(
    ({ step, message, remedy }) =>
      `**Parked: ${step}.** ${message}\n\nTo go on: \`signalbox resume ${workflowId}\` (${remedy}).`,
  );
  const rows = steps.map(
    (step) =>
      `| ${[step.name, step.taskClass, statusOf(step), step.model ?? '–', step.endpoint ?? '–', attemptsOf(step), usd(step.costMicros), seconds(step.ms)].map(cell).join(' | ')} |`,
  );
  return [
    ...needsYou,
    `**${agent}** · ${steps.filter(({ status }) => status === 'done').length} of ${steps.length} steps done · ${usd(costMicros)}`,
    [
      '| Step | Class | Status | Model | Endpoint | Attempts | Cost | Time |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}

const statusOf = ({ status, toolCalls }: StepState) =>
  toolCalls > 0 ? `${status}, ${toolCalls} tool calls` : status;

function attemptsOf({ attempts }: StepState): string {
  const failed = attempts.filter(({ outcome }) => outcome !== 'answered');
  if (failed.length === 0) return String(attempts.length);
  return `${attempts.length} (${failed.map(({ endpoint, outcome }) => `${endpoint} ${outcome.replaceAll('_', ' ')}`).join(', ')})`;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const usd = (micros: number) => `$${(micros / 1e6).toFixed(6)}`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
