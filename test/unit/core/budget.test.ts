import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Budget, newBudget, reserve, settle } from '../../../src/core/cost/budget.ts';

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
