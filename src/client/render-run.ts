import Table from 'cli-table3';
import pc from 'picocolors';
import { listFailures } from '../core/run/list-failures.ts';
import type { StepState } from '../core/run/run-state.ts';
import type { Candidate, Decision } from '../core/vocabulary/decision.ts';
import type { RunSummary, RunView } from './run-view.ts';

/** A run as text for a terminal: its steps with model, attempts, cost and time, and what it waits for. */
export function renderRun(run: RunView, { why = false }: { readonly why?: boolean } = {}): string {
  const table = newTable(['Step', 'Class', 'Status', 'Model', 'Attempts', 'Cost', 'Time']);
  for (const step of run.steps) {
    table.push([
      step.name,
      step.taskClass,
      step.toolCalls > 0
        ? `${statusText(step.status)}, ${step.toolCalls} tool calls`
        : statusText(step.status),
      step.model ?? '–',
      attemptsText(step),
      usd(step.costMicros),
      `${(step.ms / 1000).toFixed(1)} s`,
    ]);
  }
  const parked = run.parked.flatMap(({ message, remedy }) => [
    '',
    `${pc.yellow('Parked.')} ${message}`,
    `${pc.bold('To go on:')} signalbox resume ${run.id}   (${remedy})`,
  ]);
  const decisions = why ? ['', ...run.steps.flatMap(whyText)] : [];
  return [heading(run), table.toString(), ...parked, ...decisions].join('\n');
}

/** Runs as a table, a line each. */
export function renderRuns(runs: readonly RunSummary[]): string {
  const table = newTable(['Run', 'Agent', 'Status', 'Cost', 'Started', 'Waits for']);
  for (const { id, agent, status, costMicros, startedAt, waitsFor } of runs) {
    table.push([
      id,
      agent,
      statusText(status),
      usd(costMicros),
      startedAt.toISOString().slice(0, 19).replace('T', ' '),
      waitsFor ?? '',
    ]);
  }
  return table.toString();
}

function heading({ id, agent, status, steps, costMicros }: RunView): string {
  const done = steps.filter((step) => step.status === 'done').length;
  return `${pc.bold(agent)} ${id}: ${statusText(status)}, ${done} of ${steps.length} steps done, ${usd(costMicros)}`;
}

/** `2: sim-aurora/x unavailable ×2 → sim-borealis/y` */
function attemptsText({ attempts, endpoint = '–' }: StepState): string {
  const failures = listFailures(attempts);
  if (failures.length === 0) return `${attempts.length}: ${endpoint}`;
  return [
    `${attempts.length}: ${pc.red(failures[0]!)}`,
    ...failures.slice(1).map(pc.red),
    `→ ${endpoint}`,
  ].join('\n');
}

function whyText({ name, decision }: StepState): string[] {
  if (!decision) return [];
  const [first, ...others] = decision.candidates;
  return [
    pc.bold(`Why ${name} went to ${first?.endpoint ?? 'nobody'}`),
    ...(first ? [`  ${scoreText(first)}`] : []),
    ...others.map((candidate) => `  then ${candidate.endpoint}: ${scoreText(candidate)}`),
    ...rejectionsText(decision),
  ];
}

function rejectionsText({ rejections, moreRejections, moreCandidates }: Decision): string[] {
  const list = rejections.map(({ endpoint, rule }) => `${endpoint} (${rule})`);
  if (moreRejections > 0) list.push(`${moreRejections} more`);
  return [
    ...(moreCandidates > 0 ? [`  and ${moreCandidates} more candidates`] : []),
    ...(list.length > 0 ? [`  ruled out: ${list.join(', ')}`] : []),
  ];
}

const scoreText = ({ utility, success, cost, latency, basis }: Candidate) =>
  `$${utility.toFixed(4)} = success ${success.toFixed(4)} (${basis}) − cost ${cost.toFixed(4)} − waiting ${latency.toFixed(4)}`;

const colours: Record<string, (text: string) => string> = {
  done: pc.green,
  completed: pc.green,
  parked: pc.yellow,
  failed: pc.red,
  terminated: pc.red,
  'timed out': pc.red,
};
const statusText = (status: string) => (colours[status] ?? pc.cyan)(status);
const usd = (micros: number) => `$${(micros / 1e6).toFixed(6)}`;

function newTable(head: string[]) {
  return new Table({
    head: head.map((text) => pc.bold(text)),
    style: { head: [], border: [] },
    wordWrap: true,
  });
}
