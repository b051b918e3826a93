import { expect, it } from '@jest/globals';
import { RunFailed, RunParked } from '../../../src/client/errors.ts';
import { renderRun } from '../../../src/client/render-run.ts';
import type { RunView } from '../../../src/client/run-view.ts';
import { SignalboxError } from '../../../src/core/vocabulary/errors.ts';

const parked = (step: string) => ({
  step,
  number: 1,
  reason: 'attempts_exhausted' as const,
  message: `Step "${step}" got no answer.`,
  remedy: 'Mend the cause, then let it try again.',
  update: 'retry' as const,
});

it('RunParked says why, what else is parked, and what to type', () => {
  const error = new RunParked('run-1', [parked('a'), parked('b'), parked('c')]);
  expect(error).toBeInstanceOf(SignalboxError);
  expect(error.message).toBe('Run run-1 is parked. Step "a" got no answer. Parked as well: b, c.');
  expect(error.remedy).toBe('Mend the cause, then let it try again. signalbox resume run-1');
  expect(error).toMatchObject({ name: 'RunParked', runId: 'run-1' });
});

it('RunFailed says what lies at the bottom of a chain of causes', () => {
  const bottom = new Error('the key was refused');
  const error = new RunFailed(
    'run-1',
    'failed',
    new Error('Activity failed', { cause: new Error('', { cause: bottom }) }),
  );
  expect(error.message).toContain('the key was refused');
});

it('RunFailed does not follow causes in a circle for ever', () => {
  const a = new Error('a');
  const b = new Error('b', { cause: a });
  a.cause = b;
  expect(new RunFailed('run-1', 'failed', a).message).toMatch(/Run run-1 failed: [ab]/);
});

const view: RunView = {
  id: 'run-1',
  agent: 'review',
  status: 'parked',
  startedAt: new Date(0),
  costMicros: 1_500,
  parked: [parked('facts')],
  callsWaiting: [],
  steps: [
    {
      name: 'facts',
      taskClass: 'extraction',
      status: 'parked',
      turns: 1,
      toolCalls: 0,
      costMicros: 1_500,
      ms: 1_200,
      attempts: [
        { endpoint: 'a/x', requestedModel: 'x', outcome: 'unavailable', costMicros: 0, totalMs: 1 },
        { endpoint: 'a/x', requestedModel: 'x', outcome: 'unavailable', costMicros: 0, totalMs: 1 },
      ],
      parked: [parked('facts')],
    },
  ],
};

it('a run is shown with each step, what failed, what it cost, and what to type', () => {
  const text = renderRun(view);
  for (const words of ['review', 'facts', 'a/x unavailable ×2', '$0.001500', 'signalbox resume run-1'])
    expect(text).toContain(words);
});

it('why a step went where it did is shown only where it is asked for', () => {
  const decision = {
    taskClass: 'extraction',
    successUsd: 1,
    candidates: [{ endpoint: 'b/y', utility: 1, success: 1, cost: 0, latency: 0, basis: 'prior' as const }],
    moreCandidates: 0,
    rejections: [{ endpoint: 'a/x', rule: 'tried' }],
    rejected: { tried: 1 },
    failover: true,
    versions: { catalog: 'v' },
  };
  const run = { ...view, steps: [{ ...view.steps[0]!, decision }] };
  expect(renderRun(run, { why: true })).toContain('ruled out: a/x (tried)');
  expect(renderRun(run)).not.toContain('ruled out');
});

it('a call that waits is shown with its arguments, bounded, in letters that steer no terminal', () => {
  const call = { step: 'facts', call: '1.2', toolName: 'sendMail' };
  const input = { to: '\u001b[2Jada\u009b', text: 'x'.repeat(5_000) };
  const text = renderRun({ ...view, callsWaiting: [{ ...call, input }] });
  expect(text).toContain('1.2 of facts: sendMail {"to":"\\u001b[2Jada?"');
  expect(text).toMatch(/… \(\d+ more characters: --json\)/);
});
