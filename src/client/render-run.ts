import Table from 'cli-table3';
import pc from 'picocolors';
import { listFailures } from '../core/run/list-failures.ts';
import { resumeCommand } from '../core/run/resume-command.ts';
import { attemptsMade, type StepState } from '../core/run/run-state.ts';
import { waitText } from '../core/run/step-wait.ts';
import type { Candidate, Decision } from '../core/vocabulary/decision.ts';
import type { CallWaiting, RunStatus, RunSummary, RunView } from './run-view.ts';

/** A run as text for a terminal: its steps with model, attempts, cost and time, and what it waits for. */
export function renderRun(run: RunView, { why = false }: { readonly why?: boolean } = {}): string {
  const table = newTable(['Step', 'Class', 'Model', 'Attempts', 'Cost', 'Time']);
  for (const step of run.steps) {
    const time = `${(step.ms / 1000).toFixed(1)} s`;
    table.push([
      nameText(step),
      step.taskClass,
      step.endpoint ?? '–',
      attemptsText(step),
      usd(step.costMicros),
      time,
    ]);
  }
  return [
    heading(run),
    ...(run.steps.length > 0 ? [table.toString()] : []),
    ...(run.failure ? [`${pc.red('Failed:')} ${run.failure}`] : []),
    ...waitsText(run),
    ...run.parked.map(({ message }) => `${pc.yellow('Parked:')} ${message}`),
    ...run.callsWaiting.map(callText),
    ...(run.parked[0]
      ? [`${pc.bold('To go on:')} ${run.parked[0].remedy} ${resumeCommand(run.id, run.parked)}`]
      : []),
    ...(why ? run.steps.flatMap(whyText) : []),
  ].join('\n');
}

/** A run that has been closed waits for nothing more. */
function waitsText({ steps, closedAt }: RunView): string[] {
  if (closedAt) return [];
  return steps.flatMap(({ waiting }) =>
    waiting ? [`${pc.cyan('Waiting:')} Step "${waiting.step}" ${waitText(waiting)}`] : [],
  );
}

/** Arguments are the model's own words: as JSON, they cannot steer a terminal. */
function callText({ step, call, toolName, input }: CallWaiting): string {
  const words = JSON.stringify(input).replace(/[\u007f-\u009f]/g, '?');
  const more = words.length - SHOWN_CHARS;
  const shown = more > 0 ? `${words.slice(0, SHOWN_CHARS)}… (${more} more characters: --json)` : words;
  return `${pc.yellow('Call')} ${call} of ${step}: ${toolName} ${shown}`;
}

const SHOWN_CHARS = 2_000;

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

const marks = { done: pc.green('✓'), running: pc.cyan('…'), waiting: pc.cyan('◷'), parked: pc.yellow('‖') };

function nameText({ name, status, toolCalls }: StepState): string {
  return `${marks[status]} ${name}${toolCalls > 0 ? ` (${toolCalls} tool calls)` : ''}`;
}

/** `3, sim-aurora/x unavailable ×2` */
function attemptsText(step: StepState): string {
  const { attempts, judgeCalls = 0 } = step;
  return [
    String(attemptsMade(step)),
    ...listFailures(attempts).map(pc.red),
    ...(judgeCalls > 0 ? [`judged ×${judgeCalls}`] : []),
  ].join('\n');
}

function whyText({ name, decision, endpoint }: StepState): string[] {
  if (!decision) return [];
  const [first, ...others] = decision.candidates;
  return [
    pc.bold(`Why ${name} went to ${first?.endpoint ?? 'nobody'}`),
    ...(endpoint !== undefined && endpoint !== first?.endpoint
      ? [`  (${endpoint} was asked again, and answered)`]
      : []),
    ...(decision.explores ? ['  It was tried to learn about it, not because most is expected of it.'] : []),
    ...(first ? [`  ${scoreText(first, decision.successUsd)}`] : []),
    ...others.map(
      (candidate) => `  then ${candidate.endpoint}: ${scoreText(candidate, decision.successUsd)}`,
    ),
    ...rejectionsText(decision),
  ];
}

function rejectionsText({ rejections, rejected, moreCandidates, cascade = [] }: Decision): string[] {
  const list = rejections.map(({ endpoint, rule }) => `${endpoint} (${rule})`);
  const counts = Object.entries(rejected).map(([rule, count]) => `${rule} ×${count}`);
  return [
    ...(moreCandidates > 0 ? [`  and ${moreCandidates} more candidates`] : []),
    ...(cascade.length > 1 ? [`  escalates: ${cascade.join(', then ')}`] : []),
    ...(list.length > 0 ? [`  ruled out: ${list.join(', ')}`, `  in all: ${counts.join(', ')}`] : []),
  ];
}

const scoreText = (
  { utility, success, cost, cacheDiscount = 0, latency, measured, basis }: Candidate,
  successUsd: number,
) =>
  [
    `$${utility.toFixed(4)} = success ${success.toFixed(4)} (${Math.round((100 * success) / successUsd)}%, ${basis})`,
    `− cost ${cost.toFixed(4)}`,
    ...(cacheDiscount > 0 ? [`+ cached ${cacheDiscount.toFixed(4)}`] : []),
    `− waiting ${latency.toFixed(4)}${measured ? ' (measured)' : ''}`,
  ].join(' ');

const colours: Record<RunStatus, (text: string) => string> = {
  running: pc.cyan,
  parked: pc.yellow,
  completed: pc.green,
  canceled: pc.dim,
  failed: pc.red,
  terminated: pc.red,
  'timed out': pc.red,
};
const statusText = (status: RunStatus) => colours[status](status);
const usd = (micros: number) => `$${(micros / 1e6).toFixed(6)}`;

/** A table with a rule under its head only. */
function newTable(head: string[]) {
  return new Table({
    head: head.map((text) => pc.bold(text)),
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
}
