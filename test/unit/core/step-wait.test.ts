import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readWaitSummary, waitSummary } from '../../../src/core/run/step-wait.ts';

it('what a wait is called tells its step and why, whatever the step is called', () => {
  const steps = fc.oneof(fc.string({ minLength: 1 }), fc.constant('a · waits 3 s · b'));
  fc.assert(
    fc.property(steps, fc.integer({ min: 2_000, max: 1e9 }), (step, ms) => {
      const wait = { step, why: 'nobody may be asked' };
      expect(readWaitSummary(waitSummary(wait, ms))).toEqual(wait);
    }),
  );
});

it.each(['', 'cooling off', 'mail · waits for Monday · a person'])('"%s" is no timer of ours', (summary) => {
  expect(readWaitSummary(summary)).toBeUndefined();
});
