import { describe, expect, it } from '@jest/globals';
import { FaultBoard } from '../../../src/simulated/fault-board.ts';
import { describeFault, parseFault } from '../../../src/simulated/faults.ts';

const targets = ['sim-aurora', 'sim-aurora/one', 'sim-aurora/two'];
const newBoard = (options: { seed?: number; now?: () => number } = {}) =>
  new FaultBoard({ targets, seed: 1, now: () => 0, ...options });

/** What strikes so many requests, one after the other. */
const struck = (board: FaultBoard, count: number, model = 'one') =>
  Array.from({ length: count }, () => {
    const fault = board.strike('sim-aurora', model);
    return fault ? describeFault(fault) : 'none';
  });

const countOf = (items: readonly string[], wanted: string) => items.filter((item) => item === wanted).length;

describe('a share', () => {
  it('strikes so many requests, and shares of several faults add up', () => {
    const board = newBoard();
    board.set('*', ['503@10%', 'cut@6%', '429:1@4%'].map(parseFault));
    const all = struck(board, 20_000);
    expect(countOf(all, 'status 503') / all.length).toBeCloseTo(0.1, 2);
    expect(countOf(all, 'cut') / all.length).toBeCloseTo(0.06, 2);
    expect(countOf(all, 'status 429') / all.length).toBeCloseTo(0.04, 2);
    expect(countOf(all, 'none') / all.length).toBeCloseTo(0.8, 2);
  });

  it('strikes the nth request of an endpoint alike for a seed, whatever other endpoints see', () => {
    const drawn = ([1, 1, 2] as const).map((seed, i) => {
      const board = newBoard({ seed });
      board.set('*', [parseFault('503@50%')]);
      if (i === 1) struck(board, 7, 'two');
      return struck(board, 64);
    });
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).not.toEqual(drawn[0]);
  });

  it('counts down only what it strikes', () => {
    const board = newBoard();
    board.set('*', [parseFault('503@20%x3')]);
    expect(countOf(struck(board, 1_000), 'status 503')).toBe(3);
    expect(board.all()).toEqual({});
  });
});

it('a flapping endpoint is down and up in turn, from when it was set', () => {
  let nowMs = 1_000_000;
  const board = newBoard({ now: () => nowMs });
  board.set('sim-aurora', [parseFault('503~60s/30s')]);
  const at = (seconds: number) => {
    nowMs = 1_000_000 + seconds * 1_000;
    return struck(board, 1)[0];
  };
  expect([0, 59.999, 60, 89.999, 90, 149.999, 150].map(at)).toEqual([
    ...['status 503', 'status 503', 'none', 'none', 'status 503', 'status 503', 'none'],
  ]);
});

it('the first of several faults that is down now is the one that strikes', () => {
  let nowMs = 0;
  const board = newBoard({ now: () => nowMs });
  board.set('*', ['429:9~1s/1s', 'cut'].map(parseFault));
  expect(struck(board, 1)).toEqual(['status 429']);
  nowMs = 1_500;
  expect(struck(board, 1)).toEqual(['cut']);
});
