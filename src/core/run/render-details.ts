import { listFailures } from './list-failures.ts';
import { resumeCommand } from './resume-command.ts';
import { attemptsMade, type RunState, type StepState } from './run-state.ts';
import { waitText } from './step-wait.ts';

/** The run as Markdown, for Temporal UI: what is parked and what to do, what is waited for, then a table of steps. */
export function renderDetails(agent: string, { steps, costMicros }: RunState, workflowId: string): string {
  const parked = steps.flatMap((step) => step.parked);
  const needsYou = parked.map(
    ({ step, message, remedy, update }) =>
      `**Parked: ${step}.** ${message}\n\n**${remedy}** Type \`${resumeCommand(workflowId, [{ update }])}\`, or send this workflow the update \`${update}\`${update === 'raiseCap' ? ' with `{"usd": 0.5}`' : ''}. The update \`abort\` gives it up.`,
  );
  const rows = steps.map(
    (step) =>
      `| ${[nameOf(step), step.taskClass, step.model ?? '–', attemptsOf(step), usd(step.costMicros), seconds(step.ms)].map(cell).join(' | ')} |`,
  );
  const waits = steps.flatMap(({ waiting }) =>
    waiting ? [`**Waiting: ${waiting.step}** ${waitText(waiting)}`] : [],
  );
  return [
    ...needsYou,
    ...waits,
    `**${agent}** · ${steps.filter(({ status }) => status === 'done').length} of ${steps.length} steps done · ${usd(costMicros)}`,
    [
      `| ${['Step', 'Class', 'Model', 'Attempts', 'Cost', 'Time'].map(cell).join(' | ')} |`,
      '| --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}

const MARKS = { running: '…', waiting: '◷', done: '✓', parked: '‖' } as const;
const nameOf = ({ name, status }: StepState) => `${MARKS[status]} ${name}`;

/** `3: sim-aurora/x unavailable ×2, sim-borealis`. What failed before a park stands above the table. */
function attemptsOf(step: StepState): string {
  const { attempts, endpoint, parked, judgeCalls = 0 } = step;
  const provider = endpoint?.split('/')[0];
  const what = [
    ...(parked.length > 0 ? [] : listFailures(attempts)),
    ...(provider ? [provider] : []),
    ...(judgeCalls > 0 ? [`judged ×${judgeCalls}`] : []),
  ];
  return [String(attemptsMade(step)), ...(what.length > 0 ? [what.join(', ')] : [])].join(': ');
}

/** Temporal UI puts no space between columns, so each cell brings its own. */
const cell = (text: string) => `${text.replace(/[\\|]/g, '\\$&').replace(/[\r\n]+/g, ' ')}\u00a0\u00a0`;
const usd = (micros: number) => `$${(micros / 1e6).toFixed(4)}`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)}\u00a0s`;
