import { describe, expect, it } from '@jest/globals';
import type { InvokeModelResult, Read } from '../../../src/core/contract/activities.ts';
import { renderDetails } from '../../../src/core/run/render-details.ts';
import { afterRunEvent, NEW_RUN, type RunEvent } from '../../../src/core/run/run-state.ts';
import type { Attempt } from '../../../src/core/vocabulary/attempt.ts';

const attempt = (change: Partial<Attempt> = {}): Attempt => ({
  endpoint: 'sim-aurora/sim-atlas-large',
  requestedModel: 'sim-atlas-large',
  outcome: 'answered',
  costMicros: 100,
  totalMs: 200,
  ...change,
});
const decision = {
  taskClass: 'reasoning',
  successUsd: 0.5,
  candidates: [],
  moreCandidates: 0,
  rejections: [],
  rejected: {},
  failover: false,
  versions: { catalog: '' },
};
const scheduled = (step: string, turn = 1): RunEvent => ({
  type: 'scheduled',
  input: { step, taskClass: 'reasoning', turn },
});
const answered = (
  step: string,
  result: Partial<Read<InvokeModelResult>> = {},
): RunEvent & { type: 'answered' } => ({
  type: 'answered',
  input: { step, taskClass: 'reasoning', turn: 1 },
  result: {
    message: { role: 'assistant', content: [{ type: 'text', text: 'a secret answer' }] },
    attempt: attempt(),
    decision,
    lost: [],
    digest: '',
    ...result,
  },
});
const failed = (step: string, change: Partial<Attempt>): RunEvent => ({
  type: 'failed',
  step,
  failure: {
    attempt: attempt({ costMicros: 0, ...change }),
    lost: [],
  },
});
const stateAfter = (...events: RunEvent[]) => events.reduce(afterRunEvent, NEW_RUN);

describe('the state of a run', () => {
  it("has what is done on a step's behalf among its attempts, and leaves the step what it was", () => {
    const about = { step: 'a', callKind: 'compaction', taskClass: 'summarization', turn: 1 } as const;
    const call = { type: 'tool-call', toolCallId: '1', toolName: 'search', input: {} } as const;
    const calling = answered('a', { message: { role: 'assistant', content: [call] } });
    const before = stateAfter(scheduled('a'), calling).steps[0]!;
    const summary = {
      ...answered('a', { attempt: attempt({ endpoint: 'other/summarizer' }) }),
      input: about,
    };
    expect(stateAfter(scheduled('a'), calling, { type: 'scheduled', input: about }, summary).steps).toEqual([
      {
        ...before,
        attempts: [...before.attempts, summary.result.attempt],
        costMicros: before.costMicros + 100,
        ms: before.ms + 200,
      },
    ]);
  });

  it('tells what a step waits for, until somebody is asked or a person is', () => {
    const wait = { step: 'a', why: 'nobody may be asked', untilMs: 1_000 };
    const waits: RunEvent = { type: 'waits', wait };
    const [step] = stateAfter(scheduled('a'), waits).steps;
    expect(step).toMatchObject({ status: 'waiting', waiting: wait });
    const parked = {
      number: 1,
      step: 'a',
      reason: 'attempts_exhausted',
      message: '',
      remedy: '',
      update: 'retry',
    };
    const later: RunEvent[] = [scheduled('a'), { type: 'parked', parked } as RunEvent];
    for (const event of later) {
      const [after] = stateAfter(scheduled('a'), waits, event).steps;
      expect(after).not.toHaveProperty('waiting');
      expect(after!.status).not.toBe('waiting');
    }
  });

  it('counts the cost of failed and lost attempts, too', () => {
    const lost = {
      ...attempt({ outcome: 'worker_lost', costMicros: 7_000 }),
      activityAttempt: 1,
      startedAtMs: 0,
    };
    const state = stateAfter(
      scheduled('a'),
      failed('a', { outcome: 'answer_incomplete', costMicros: 40 }),
      answered('a', { lost: [lost] }),
    );
    expect(state.costMicros).toBe(7_140);
    expect(state.steps[0]!.attempts.map(({ outcome }) => outcome)).toEqual([
      'answer_incomplete',
      'worker_lost',
      'answered',
    ]);
  });

  it('is done with a step at an answer, not at a tool call', () => {
    const call = { type: 'tool-call' as const, toolCallId: '1', toolName: 'search', input: {} };
    const calling = answered('a', { message: { role: 'assistant', content: [call] } });
    expect(stateAfter(scheduled('a'), calling).steps[0]!.status).toBe('running');
    expect(stateAfter(scheduled('a'), calling, scheduled('a', 2), answered('a')).steps[0]).toMatchObject({
      status: 'done',
      turns: 2,
    });
  });

  it('lists no attempt where nobody was asked', () => {
    const state = stateAfter(
      scheduled('a'),
      failed('a', { endpoint: 'none', outcome: 'no_eligible_endpoint' }),
    );
    expect(state.steps[0]!.attempts).toEqual([]);
  });

  it('shows why a step is parked until it is let go on', () => {
    const parked = {
      step: 'a',
      number: 1,
      reason: 'cap_reached' as const,
      message: 'no money',
      remedy: 'raise the cap',
      update: 'retry' as const,
    };
    const state = stateAfter(scheduled('a'), { type: 'parked', parked });
    expect(state.steps[0]).toMatchObject({ status: 'parked', parked: [parked] });
    const [step] = afterRunEvent(state, { type: 'unparked', number: 1, step: 'a' }).steps;
    expect(step).toMatchObject({ status: 'running', parked: [] });
  });

  it('is parked as long as one of its calls is', () => {
    const parked = (number: number): RunEvent => ({
      type: 'parked',
      parked: {
        ...{ step: 'a', number, call: `1.${number}`, reason: 'approval_needed', message: '', remedy: '' },
        update: 'approve',
      },
    });
    const state = stateAfter(scheduled('a'), parked(1), parked(2), {
      type: 'unparked',
      step: 'a',
      number: 1,
    });
    expect(state.steps[0]).toMatchObject({ status: 'parked', parked: [{ call: '1.2' }] });
  });
});

describe('the details in Temporal UI', () => {
  it('tell of steps, failed attempts and cost, and never of what was said', () => {
    const details = renderDetails(
      'review',
      stateAfter(
        scheduled('a'),
        failed('a', { outcome: 'unavailable' }),
        failed('a', { outcome: 'unavailable' }),
        answered('a'),
      ),
      'run-1',
    );
    expect(details).toContain('1 of 1 steps done');
    expect(details).toContain('3: sim-aurora/sim-atlas-large unavailable ×2, sim-aurora');
    expect(details).not.toContain('secret');
  });

  it('say what to type where a run is parked', () => {
    const parked = {
      step: 'a',
      number: 1,
      reason: 'attempts_exhausted' as const,
      message: 'Nobody answered.',
      remedy: 'the update "retry"',
      update: 'retry' as const,
    };
    const details = renderDetails('review', stateAfter(scheduled('a'), { type: 'parked', parked }), 'run-1');
    expect(details).toContain('signalbox resume run-1');
    expect(details).toContain('Nobody answered.');
  });

  it('keep a step named with a pipe inside its cell', () => {
    const row = renderDetails('review', stateAfter(scheduled('a|b'), answered('a|b')), 'run-1')
      .split('\n')
      .at(-1)!;
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
  });
});
