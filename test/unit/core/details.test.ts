import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderDetails } from '../../../src/core/run/render-details.ts';
import type { RunState, StepState } from '../../../src/core/run/run-state.ts';

const step = (change: Partial<StepState>): StepState => ({
  name: 'answer',
  taskClass: 'writing',
  status: 'running',
  turns: 1,
  toolCalls: 0,
  attempts: [],
  parked: [],
  costMicros: 0,
  ms: 0,
  ...change,
});
const detailsOf = (...steps: StepState[]) => {
  const run: RunState = { steps, costMicros: 0 };
  return renderDetails('review', run, 'run-1');
};
/** Lines of the table, without its head. */
const rowsOf = (details: string) =>
  details
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
/** Cells as a reader of GitHub's Markdown splits them: at pipes that no backslash escapes. */
const cellsOf = (row: string) => row.replace(/\\[\\|]/g, '').split('|').length - 2;

it('a step is one row of six cells, whatever its name', () => {
  const name = fc.oneof(fc.string(), fc.stringMatching(/^[|\\\n\r a]{1,8}$/));
  fc.assert(
    fc.property(name, name, (a, taskClass) => {
      const rows = rowsOf(detailsOf(step({ name: a, taskClass })));
      expect(rows).toHaveLength(1);
      expect(cellsOf(rows[0]!)).toBe(6);
    }),
  );
});

it('every step has its row, in the order in which they began', () => {
  const rows = rowsOf(detailsOf(step({ name: 'first' }), step({ name: 'second', status: 'done' })));
  expect(rows.map((row) => /first|second/.exec(row)?.[0])).toEqual(['first', 'second']);
});

it('what a step waits for stands above the table, with the time', () => {
  const waiting = { step: 'answer', why: 'nobody may be asked', untilMs: Date.UTC(2026, 10, 25, 14, 0, 45) };
  const [line] = detailsOf(step({ status: 'waiting', waiting })).split('\n');
  expect(line).toBe('**Waiting: answer** until 2026-11-25 14:00:45 UTC: nobody may be asked.');
});

it('costs are shown in USD and times in seconds', () => {
  const [row] = rowsOf(detailsOf(step({ costMicros: 1_234_500, ms: 2_345 })));
  expect(row).toContain('$1.2345');
  expect(row).toMatch(/2\.3\s*s/);
});
