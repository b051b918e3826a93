import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choose } from '../../../../src/core/routing/choose.ts';
import { changesBetween, DecisionReader } from '../../../../src/core/routing/written-decision.ts';
import type { Candidate, Decision } from '../../../../src/core/vocabulary/decision.ts';
import { inputsFor } from './random-input.ts';
import { quarter, TODAY_MS } from './shipped-catalog.ts';

const candidate = (endpoint: string, cost: number, more: Partial<Candidate> = {}): Candidate => ({
  ...{ endpoint, utility: 1 - cost, basis: 'prior', success: 1, cost, latency: 0 },
  ...more,
});
const decision = (candidates: readonly Candidate[], more: Partial<Decision> = {}): Decision => ({
  ...{ taskClass: 'coding', successUsd: 1, candidates, moreCandidates: 0, failover: true },
  ...{ rejections: [], rejected: {}, versions: { catalog: 'c' } },
  ...more,
});

const inputs = inputsFor(quarter, TODAY_MS);

/** Reads `now` as it is written after `before`. */
function reread(before: Decision, now: Decision): Decision {
  const reader = new DecisionReader();
  reader.readAnswered('a', { id: '1.1', whole: before });
  return reader.read('a', JSON.parse(JSON.stringify({ id: '2.1', changes: changesBetween(before, now) })));
}

it('writes nothing where nothing differs', () => {
  const one = decision([candidate('x', 0.1)]);
  expect(changesBetween(one, structuredClone(one))).toEqual({});
});

it('writes only the sums where a conversation has grown', () => {
  const before = decision([candidate('x', 0.1), candidate('y', 0.2)]);
  const now = decision([candidate('x', 0.15, { cacheDiscount: 0.05 }), candidate('y', 0.3)]);
  expect(changesBetween(before, now)).toEqual({
    candidates: { utility: [0.85, 0.7], cost: [0.15, 0.3], cacheDiscount: [0.05, null] },
  });
  expect(reread(before, now)).toEqual(now);
});

it('reads back what was ruled out, came back, or is gone', () => {
  const before = decision([candidate('x', 0.1, { measured: true }), candidate('y', 0.2)], { explores: true });
  const now = decision([candidate('y', 0.2)], {
    rejections: [{ endpoint: 'x', rule: 'health:open' }],
    rejected: { 'health:open': 1 },
  });
  expect(reread(before, now)).toEqual(now);
  expect(reread(now, before)).toEqual(before);
  expect(reread(now, decision([]))).toEqual(decision([]));
});

it('reads back every Decision, whatever came before it', () => {
  fc.assert(
    fc.property(inputs, inputs, (one, other) => {
      const [before, now] = [choose(one), choose(other)];
      expect(reread(before, now)).toEqual(now);
    }),
    { numRuns: 200 },
  );
});

it('keeps the Decisions of parallel steps apart', () => {
  const reader = new DecisionReader();
  const [x, y] = [decision([candidate('x', 0.1)]), decision([candidate('y', 0.1)])];
  reader.readAnswered('a', { id: '1.1', whole: x });
  reader.readAnswered('b', { id: '2.1', whole: y });
  expect(reader.readAnswered('a', { id: '3.1', changes: { moreCandidates: 1 } })).toEqual({
    ...x,
    moreCandidates: 1,
  });
  expect(reader.read('b', { id: '4.1', changes: {} })).toEqual(y);
});

it('takes no changes of what it has not seen', () => {
  const written = { id: '3.1', changes: {} };
  expect(() => new DecisionReader().read('a', written)).toThrow('step "a" was never answered');
});
