/** What the numbered invariants of the core promise, over random inputs. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { disposition } from '../../../src/core/failure/disposition.ts';
import { FAILURE_KINDS, type FailureKind } from '../../../src/core/failure/kind.ts';
import { afterFailure, beginWalk, type WalkAction } from '../../../src/core/failure/walk.ts';
import { admits, afterEvent, type Breaker, CLOSED } from '../../../src/core/health/breaker.ts';
import { choose } from '../../../src/core/routing/choose.ts';
import { rejectionRule } from '../../../src/core/routing/constraints.ts';
import { priorSuccess } from '../../../src/core/routing/quality.ts';
import type { ChooseInput } from '../../../src/core/routing/request.ts';
import type { Policy } from '../../../src/core/vocabulary/policy.ts';

const { catalog, taskClasses } = resolveConfig({ agents: 'agents.ts' }, 'simulated');
const classes = [...taskClasses.keys()];
const NOW = 1_000_000;

const inputOf = (taskClass: string, policy: Policy = {}): ChooseInput => ({
  catalog,
  policy,
  health: { breakers: new Map(), quarantined: new Set() },
  nowMs: NOW,
  request: {
    taskClass: taskClasses.get(taskClass)!,
    inputTokens: 2_000,
    abilities: [],
    avoid: [],
    allotmentMicros: 250_000,
    seed: 'run-1',
  },
});

describe('routing', () => {
  const providers = ['sim-aurora', 'sim-borealis', 'sim-cirrus', 'sim-dune'];
  const usd = fc.double({ min: 0.01, max: 25, noNaN: true });

  it('admits nobody new where any one limit of a policy becomes narrower', () => {
    const narrower: fc.Arbitrary<[Policy, Policy]> = fc.oneof(
      fc
        .tuple(usd, usd)
        .map(([a, b]): [Policy, Policy] => [
          { maxPrice: { output: Math.max(a, b) } },
          { maxPrice: { output: Math.min(a, b) } },
        ]),
      fc
        .tuple(fc.subarray(providers), fc.subarray(providers))
        .map(([a, b]): [Policy, Policy] => [
          { providers: { deny: a } },
          { providers: { deny: [...a, ...b] } },
        ]),
      fc
        .tuple(fc.subarray(providers), fc.subarray(providers))
        .map(([a, b]): [Policy, Policy] => [
          { providers: { allow: a } },
          { providers: { allow: a.filter((name) => b.includes(name)) } },
        ]),
      fc
        .tuple(fc.nat(5_000), fc.nat(5_000))
        .map(([a, b]): [Policy, Policy] => [
          { maxLatencyMs: Math.max(a, b) + 1 },
          { maxLatencyMs: Math.min(a, b) + 1 },
        ]),
    );
    fc.assert(
      fc.property(narrower, fc.constantFrom(...classes), ([wide, narrow], taskClass) => {
        for (const endpoint of catalog.endpoints) {
          if (rejectionRule(endpoint, inputOf(taskClass, narrow)) === undefined)
            expect(rejectionRule(endpoint, inputOf(taskClass, wide))).toBeUndefined();
        }
      }),
    );
  });

  it.each(classes)('keeps the Decision for %s under 2 KB with the built-in catalog', (taskClass) => {
    for (const policy of [{}, { noTraining: true }, { zeroRetention: true }])
      expect(JSON.stringify(choose(inputOf(taskClass, policy))).length).toBeLessThan(2_048);
  });

  it('gives a prior chance between a half and one, that rises with the price', () => {
    for (const taskClass of classes) {
      const byPrice = catalog.endpoints
        .filter(({ model }) => model.abilities.includes('reasoning'))
        .toSorted((a, b) => a.price.output - b.price.output)
        .map((endpoint) => priorSuccess(endpoint, taskClass));
      expect(byPrice).toEqual(byPrice.toSorted((a, b) => a - b));
      for (const chance of byPrice) {
        expect(chance).toBeGreaterThan(0.5);
        expect(chance).toBeLessThan(1);
      }
    }
  });

  it('gives a chance to a model that is free', () => {
    const free = { ...catalog.endpoints[0]!, price: { ...catalog.endpoints[0]!.price, input: 0, output: 0 } };
    expect(priorSuccess(free, 'writing')).toBeCloseTo(0.55);
    expect(
      Number.isFinite(
        choose({ ...inputOf('writing'), catalog: { version: '', endpoints: [free] } }).candidates[0]!.utility,
      ),
    ).toBe(true);
  });
});

describe('the walk', () => {
  const failure = fc.record({
    kind: fc.constantFrom(...FAILURE_KINDS),
    hintMs: fc.option(fc.nat(120_000), { nil: undefined }),
    rests: fc.boolean(),
  });

  /** Drives a walk over four endpoints, the first not avoided being asked; returns what it did. */
  function drive(failures: readonly { kind: FailureKind; hintMs: number | undefined; rests: boolean }[]) {
    const done: { action: WalkAction; asked: string | undefined; nowMs: number; saidWhen: boolean }[] = [];
    let nowMs = NOW;
    let saidWhen = false;
    let [state, action] = beginWalk({ maxAttempts: 6, patienceMs: 300_000 }, nowMs);
    for (let i = 0; action.do === 'attempt'; i++) {
      const { retry, avoid, delayMs } = action;
      nowMs += delayMs;
      const asked = retry ?? ['a', 'b', 'c', 'd'].find((endpoint) => !avoid.includes(endpoint));
      done.push({ action, asked, nowMs, saidWhen });
      const { kind, hintMs, rests } = failures[i % failures.length]!;
      const outcome = asked === undefined ? 'no_eligible_endpoint' : kind;
      const told = disposition(outcome, outcome === kind ? hintMs : undefined, rests, nowMs, 0.5);
      saidWhen ||= told.restsUntilMs !== undefined;
      [state, action] = afterFailure(
        state,
        { endpoint: asked ?? 'none', kind: outcome, disposition: told },
        nowMs,
      );
    }
    return done;
  }
  const walks = fc.array(failure, { minLength: 1, maxLength: 20 }).map(drive);

  it('W1: asks an endpoint that used up its tries only after a wait', () => {
    fc.assert(
      fc.property(walks, (done) => {
        let left = new Set<string>();
        for (const [i, { action, asked }] of done.entries()) {
          if (action.do !== 'attempt') continue;
          if (action.why === 'wait') left = new Set();
          if (action.why === 'failover') left.add(done[i - 1]!.asked!);
          expect(left.has(asked ?? 'none')).toBe(false);
        }
      }),
    );
  });

  it('W2: waits only where somebody has said when to come back', () => {
    fc.assert(
      fc.property(walks, (done) => {
        for (const { action, saidWhen } of done)
          if (action.do === 'attempt' && action.why === 'wait') expect(saidWhen).toBe(true);
      }),
    );
  });

  it('W3: never waits beyond its patience', () => {
    fc.assert(
      fc.property(walks, (done) => {
        for (const { action, nowMs } of done)
          if (action.do === 'attempt' && action.why === 'wait')
            expect(nowMs - NOW).toBeLessThanOrEqual(300_000);
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

  it('H2: lets one probe through at a time, until it reports', () => {
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
            rests === undefined
              ? { type: succeeds ? 'succeeded' : 'failed' }
              : { type: 'rests', untilMs: nowMs + rests },
            nowMs,
          );
          expect(breaker.state).not.toBe('half-open');
        }
      }),
    );
  });

  it('H1: admits nobody while it is open', () => {
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
          breaker = afterEvent(breaker, { type: succeeds ? 'succeeded' : 'failed' }, nowMs);
        }
        expect(admits(breaker, nowMs + 120_000)).toBe(true);
      }),
    );
  });
});
