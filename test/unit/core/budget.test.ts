import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Budget, newBudget, reserve, settle } from '../../../src/core/cost/budget.ts';
import { costMicros, worstCaseMicros } from '../../../src/core/cost/price.ts';

const price = { input: 2.5, output: 12, cacheRead: 0.25, source: 'a price page', date: '2026-11-01' };

it('prices cached input apart from fresh input, rounded up to the micro-dollar', () => {
  const usage = { inputTokens: 1_000, cacheReadTokens: 600, outputTokens: 10, reasoningTokens: 0 };
  expect(costMicros(price, usage)).toBe(400 * 2.5 + 600 * 0.25 + 120);
  expect(costMicros({ ...price, input: 0.0001 }, { ...usage, cacheReadTokens: 0, outputTokens: 0 })).toBe(1);
});

it('never prices an answer above the worst case that was set aside for it', () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.nat(1e5),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (inputTokens, outputTokens, share) => {
        const usage = {
          inputTokens,
          cacheReadTokens: Math.floor(inputTokens * share),
          outputTokens,
          reasoningTokens: 0,
        };
        expect(costMicros(price, usage)).toBeLessThanOrEqual(
          worstCaseMicros(price, inputTokens, outputTokens),
        );
      },
    ),
  );
});

// B1: whatever the order of calls and settlements, what is spent and set aside never passes the cap.
it('never lets spent and open money pass the cap', () => {
  const call = fc.record({
    wanted: fc.nat(400_000),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    settles: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.nat(2_000_000), fc.array(call, { maxLength: 60 }), (cap, calls) => {
      let budget: Budget = newBudget(cap);
      const open: number[] = [];
      for (const { wanted, share, settles } of calls) {
        const [reserved, allotment] = reserve(budget, wanted);
        budget = reserved;
        open.push(allotment);
        if (settles) {
          const settled = open.shift()!;
          budget = settle(budget, settled, Math.floor(settled * share));
        }
        expect(budget.spentMicros + budget.openMicros).toBeLessThanOrEqual(cap);
        expect(budget.openMicros).toBe(open.reduce((sum, micros) => sum + micros, 0));
      }
    }),
  );
});
