/** What the numbered invariants of the core promise, over random inputs; those of routing are in `routing/`. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { disposition } from '../../../src/core/failure/disposition.ts';
import { FAILURE_KINDS, type FailureKind } from '../../../src/core/failure/kind.ts';
import { afterFailure, beginWalk, type WalkAction } from '../../../src/core/failure/walk.ts';
import { admits, afterEvent, type Breaker, CLOSED } from '../../../src/core/health/breaker.ts';

const NOW = 1_000_000;

describe('the walk', () => {
  const failure = fc.record({
    kind: fc.constantFrom(...FAILURE_KINDS),
    hintMs: fc.option(fc.nat(120_000), { nil: undefined }),
    lasting: fc.boolean(),
  });

  /** Drives a walk over four endpoints, the first not avoided being asked; returns what it did. */
  function drive(failures: readonly { kind: FailureKind; hintMs: number | undefined; lasting: boolean }[]) {
    const done: { action: WalkAction; asked: string | undefined; nowMs: number; saidWhen: boolean }[] = [];
    let nowMs = NOW;
    let saidWhen = false;
    let [state, action] = beginWalk({ maxAttempts: 6, patienceMs: 300_000 }, nowMs);
    for (let i = 0; action.do === 'attempt'; i++) {
      const { retry, avoid, delayMs } = action;
      nowMs += delayMs;
      const { kind, hintMs, lasting } = failures[i % failures.length]!;
      const first = retry ?? ['a', 'b', 'c', 'd'].find((endpoint) => !avoid.includes(endpoint));
      const asked = kind === 'worth_waiting' ? undefined : first;
      done.push({ action, asked, nowMs, saidWhen });
      const outcome = first === undefined ? 'no_eligible_endpoint' : kind;
      const told = disposition(outcome, outcome === kind ? { hintMs, lasting } : {}, nowMs, 0.5);
      saidWhen ||= told.restsUntilMs !== undefined;
      [state, action] = afterFailure(
        state,
        { endpoint: asked ?? 'none', kind: outcome, disposition: told },
        nowMs,
      );
    }
    return done;
  }
  const isWait = (action: WalkAction) =>
    action.do === 'attempt' && (action.why === 'wait' || action.why === 'worth waiting');
  const walks = fc.array(failure, { minLength: 1, maxLength: 20 }).map(drive);

  it('W1: asks an endpoint that used up its tries only after a wait', () => {
    fc.assert(
      fc.property(walks, (done) => {
        let left = new Set<string>();
        for (const [i, { action, asked }] of done.entries()) {
          if (action.do !== 'attempt') continue;
          if (isWait(action)) left = new Set();
          if (action.why === 'failover') left.add(done[i - 1]!.asked ?? 'nobody');
          if (asked !== undefined) expect(left.has(asked)).toBe(false);
        }
      }),
    );
  });

  it('W2: waits only where somebody has said when to come back', () => {
    fc.assert(
      fc.property(walks, (done) => {
        for (const { action, saidWhen } of done) if (isWait(action)) expect(saidWhen).toBe(true);
      }),
    );
  });

  it('W4: never waits beyond its patience', () => {
    fc.assert(
      fc.property(walks, (done) => {
        for (const { action, nowMs } of done)
          if (isWait(action)) expect(nowMs - NOW).toBeLessThanOrEqual(300_000);
      }),
    );
  });
});

describe('a breaker', () => {
  const event = fc.record({
    afterMs: fc.nat(20_000),
    succeeds: fc.boolean(),
    rests: fc.option(fc.nat(30_000), { nil: undefined, freq: 5 }),
  });
  const outcome = (succeeds: boolean, askedAtMs: number) =>
    succeeds ? { type: 'succeeded' as const, askedAtMs } : { type: 'failed' as const };

  it('H3: lets one probe through at a time, until it reports', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        let nowMs = NOW;
        let breaker: Breaker = CLOSED;
        for (const { afterMs, succeeds, rests } of events) {
          nowMs += afterMs;
          if (!admits(breaker, nowMs)) continue;
          breaker = afterEvent(breaker, { type: 'started' }, nowMs);
          if (breaker.state === 'half-open') expect(admits(breaker, nowMs + 1)).toBe(false);
          breaker = afterEvent(
            breaker,
            rests === undefined ? outcome(succeeds, nowMs) : { type: 'rests', untilMs: nowMs + rests },
            nowMs,
          );
          expect(breaker.state).not.toBe('half-open');
        }
      }),
    );
  });

  it('H2: admits nobody while it is open', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (restMs, atMs) => {
        const open = afterEvent(CLOSED, { type: 'rests', untilMs: NOW + restMs }, NOW);
        expect(admits(open, NOW + atMs)).toBe(atMs >= restMs);
      }),
    );
  });

  it('always admits again some time, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        let nowMs = NOW;
        let breaker: Breaker = CLOSED;
        for (const { afterMs, succeeds } of events) {
          nowMs += afterMs;
          breaker = afterEvent(breaker, { type: 'started' }, nowMs);
          breaker = afterEvent(breaker, outcome(succeeds, nowMs), nowMs);
        }
        expect(admits(breaker, nowMs + 120_000)).toBe(true);
      }),
    );
  });
});
