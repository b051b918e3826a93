import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { disposition } from '../../../src/core/failure/disposition.ts';
import { FAILURE_KINDS, type FailureKind } from '../../../src/core/failure/kind.ts';
import { afterFailure, beginWalk, type WalkAction } from '../../../src/core/failure/walk.ts';

const NOW = 1_000_000;
const limits = { maxAttempts: 6, patienceMs: 3_600_000 };
const failed = (endpoint: string, kind: FailureKind, hintMs?: number) => ({
  endpoint,
  kind,
  disposition: disposition(kind, { hintMs }, NOW, 0.5),
});

describe('the failover walk', () => {
  it('asks an unavailable endpoint once more, then the next one', () => {
    let [state, action] = beginWalk(limits, NOW);
    expect(action).toMatchObject({ do: 'attempt', avoid: [], delayMs: 0, why: 'first' });
    [state, action] = afterFailure(state, failed('a', 'unavailable'), NOW);
    expect(action).toMatchObject({ do: 'attempt', retry: 'a', avoid: [], delayMs: 300, why: 'retry' });
    [state, action] = afterFailure(state, failed('a', 'unavailable'), NOW);
    expect(action).toMatchObject({ do: 'attempt', avoid: ['a'], delayMs: 0, why: 'failover' });
  });

  it('never asks an endpoint again that gave no first token in time', () => {
    const [state] = beginWalk(limits, NOW);
    const [, action] = afterFailure(state, failed('a', 'timed_out'), NOW);
    expect(action).toMatchObject({ why: 'failover', avoid: ['a'] });
  });

  it.each(['credential_rejected', 'rate_limited'] as const)(
    'after %s asks at once with the other keys, each once',
    (kind) => {
      let [state, action] = beginWalk(limits, NOW);
      const keys: unknown[] = [];
      do {
        // As it is where a rest is over at once: the others are always free.
        const told = disposition(kind, { hintMs: 0, otherKeys: 2 }, NOW, 0.5);
        [state, action] = afterFailure(state, { endpoint: 'a', kind, disposition: told }, NOW);
        keys.push(action);
      } while (action.do === 'attempt' && action.why === 'retry' && keys.length < 9);
      const again = { do: 'attempt', retry: 'a', avoid: [], delayMs: 0, why: 'retry' };
      expect(keys.slice(0, 2)).toMatchObject([again, again]);
      expect(keys).toHaveLength(kind === 'rate_limited' ? 4 : 3);
      expect(keys.at(-1)).toMatchObject({ why: 'failover', avoid: ['a'] });
    },
  );

  it('stops at a request that every endpoint would refuse', () => {
    const [state] = beginWalk(limits, NOW);
    expect(afterFailure(state, failed('a', 'invalid_request'), NOW)[1]).toEqual({
      do: 'park',
      why: 'stopped',
    });
  });

  it('waits out a short hint on the same endpoint and fails over on a long one', () => {
    const [state] = beginWalk(limits, NOW);
    expect(afterFailure(state, failed('a', 'rate_limited', 3_000), NOW)[1]).toMatchObject({
      retry: 'a',
      delayMs: 3_000,
    });
    expect(afterFailure(state, failed('a', 'rate_limited', 60_000), NOW)[1]).toMatchObject({
      why: 'failover',
    });
  });

  it('waits for the first endpoint to come back once all are rate limited', () => {
    let [state] = beginWalk(limits, NOW);
    [state] = afterFailure(state, failed('a', 'rate_limited', 90_000), NOW);
    [state] = afterFailure(state, failed('b', 'rate_limited', 40_000), NOW);
    const [, action] = afterFailure(state, failed('none', 'no_eligible_endpoint'), NOW);
    expect(action).toMatchObject({ do: 'attempt', avoid: [], delayMs: 40_000, why: 'wait' });
  });

  it('asks an endpoint that fails now and then again after a while, where nobody else is left', () => {
    let [state, action] = beginWalk(limits, NOW);
    for (const kind of ['unavailable', 'answer_incomplete', 'no_eligible_endpoint'] as const)
      [state, action] = afterFailure(state, failed('a', kind), NOW);
    expect(action).toMatchObject({ do: 'attempt', avoid: [], delayMs: 2_000, why: 'wait' });
  });

  it('does not wait for one that says itself that asking again will not help', () => {
    let [state] = beginWalk(limits, NOW);
    const lasting = disposition('unavailable', { lasting: true }, NOW, 0.5);
    [state] = afterFailure(state, { endpoint: 'a', kind: 'unavailable', disposition: lasting }, NOW);
    expect(afterFailure(state, failed('none', 'no_eligible_endpoint'), NOW)[1]).toMatchObject({ do: 'park' });
  });

  it('parks at once where nobody has said when to come back', () => {
    let [state] = beginWalk(limits, NOW);
    [state] = afterFailure(state, failed('a', 'timed_out'), NOW);
    expect(afterFailure(state, failed('none', 'no_eligible_endpoint'), NOW)[1]).toEqual({
      do: 'park',
      why: 'nothing left',
    });
  });

  it('parks where the wait would outlast its patience', () => {
    let [state] = beginWalk({ ...limits, patienceMs: 30_000 }, NOW);
    [state] = afterFailure(state, failed('a', 'rate_limited', 60_000), NOW);
    expect(afterFailure(state, failed('none', 'no_eligible_endpoint'), NOW)[1]).toMatchObject({
      why: 'patience used',
      untilMs: NOW + 60_000,
    });
  });

  it('waits for an endpoint that is worth its rest, and says how long it may go on waiting', () => {
    let [state, action] = beginWalk({ ...limits, patienceMs: 100_000 }, NOW);
    expect(action).toMatchObject({ patienceMs: 100_000 });
    [state, action] = afterFailure(state, failed('a', 'rate_limited', 60_000), NOW + 1_000);
    expect(action).toMatchObject({ why: 'failover', patienceMs: 99_000 });
    [state, action] = afterFailure(state, failed('none', 'worth_waiting', 59_000), NOW + 2_000);
    expect(action).toMatchObject({ why: 'worth waiting', delayMs: 57_000, avoid: [], patienceMs: 41_000 });
    expect(action).toMatchObject({ waitedMs: 57_000 });
    [state, action] = afterFailure(state, failed('a', 'rate_limited', 69_000), NOW + 59_000);
    [state, action] = afterFailure(state, failed('none', 'worth_waiting', 69_000), NOW + 59_000);
    expect(action).toMatchObject({ why: 'worth waiting', waitedMs: 67_000 });
  });

  it('asks those that it may where its patience is too short for the wait', () => {
    let [state, action] = beginWalk({ ...limits, patienceMs: 30_000 }, NOW);
    [state] = afterFailure(state, failed('a', 'rate_limited', 60_000), NOW);
    [, action] = afterFailure(state, failed('none', 'worth_waiting', 60_000), NOW);
    expect(action).toMatchObject({ do: 'attempt', delayMs: 0, avoid: ['a'], patienceMs: 0 });
  });

  it('does not retry in place where the breaker has opened', () => {
    const [state] = beginWalk(limits, NOW);
    const open = disposition('unavailable', { restsUntilMs: NOW + 15_000 }, NOW, 0);
    const [, action] = afterFailure(state, { endpoint: 'a', kind: 'unavailable', disposition: open }, NOW);
    expect(action).toMatchObject({ why: 'failover' });
  });

  // W1 to W4 over every sequence of failures: the endpoint asked is the router's choice among those not avoided.
  it('always ends, and never asks whom it avoids', () => {
    const failure = fc.record({
      kind: fc.constantFrom(...FAILURE_KINDS),
      hintMs: fc.option(fc.nat(120_000), { nil: undefined }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.array(failure, { minLength: 1, maxLength: 20 }),
        fc.nat(300_000),
        (failures, patienceMs) => {
          const endpoints = ['a', 'b', 'c', 'd'];
          let nowMs = NOW;
          let [state, action]: [ReturnType<typeof beginWalk>[0], WalkAction] = beginWalk(
            { maxAttempts: 6, patienceMs },
            nowMs,
          );
          let counted = 0;
          for (let attempt = 0; action.do === 'attempt'; attempt++) {
            expect(attempt).toBeLessThan(500);
            nowMs += action.delayMs;
            expect(nowMs - NOW).toBeLessThanOrEqual(patienceMs + 6 * 5_000 + 1);
            const { retry, avoid } = action;
            if (retry !== undefined) expect(avoid).not.toContain(retry);
            const { kind, hintMs, pick } = failures[attempt % failures.length]!;
            const left = endpoints.filter((endpoint) => !avoid.includes(endpoint));
            const asked = retry ?? left[pick % Math.max(1, left.length)];
            const outcome = asked === undefined ? 'no_eligible_endpoint' : kind;
            const uncounted: readonly FailureKind[] = [
              ...(['no_eligible_endpoint', 'rate_limited', 'worth_waiting'] as const),
            ];
            if (!uncounted.includes(outcome)) counted += 1;
            [state, action] = afterFailure(
              state,
              {
                endpoint: asked ?? 'none',
                kind: outcome,
                disposition: disposition(outcome, { hintMs }, nowMs, 0),
              },
              nowMs,
            );
          }
          expect(counted).toBeLessThanOrEqual(6);
        },
      ),
    );
  });
});
