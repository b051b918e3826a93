import { describe, expect, it } from '@jest/globals';
import type { Breaker } from '../../../../src/core/health/breaker.ts';
import { choose } from '../../../../src/core/routing/choose.ts';
import type { ChooseInput } from '../../../../src/core/routing/request.ts';
import { worthWaiting } from '../../../../src/core/routing/worth-waiting.ts';
import { inputWith } from './routing-input.ts';

const HOUR_MS = 3_600_000;

/** The best rests for so long, and the step has so much patience; a second of waiting costs so much. */
function waitFor(restMs: number, secondUsd: number, patienceMs = HOUR_MS, waitedMs = 0) {
  const base = inputWith();
  // A success is worth so little that the cheapest is the best.
  const request = { ...base.request, taskClass: { ...base.request.taskClass, secondUsd, successUsd: 0.001 } };
  const best = choose({ ...base, request }).candidates[0]!.endpoint;
  const untilMs = base.nowMs + restMs;
  const breaker = { state: 'open', sinceMs: 0, untilMs, cooldownMs: 1, promised: true } as const;
  const breakers = new Map<string, Breaker>([...base.health.breakers, [best, breaker]]);
  const limited: ChooseInput = { ...base, request, health: { ...base.health, breakers } };
  return { best, limited, wait: worthWaiting(limited, choose(limited), patienceMs, waitedMs) };
}

describe('a limited endpoint', () => {
  it('is waited for where time costs nothing', () => {
    const { best, limited, wait } = waitFor(60_000, 0);
    expect(wait).toMatchObject({ endpoint: best, forMs: 60_000 });
    const [second] = choose(limited).candidates;
    const rested = { ...limited, health: { ...limited.health, breakers: new Map() } };
    const [first] = choose(rested).candidates;
    expect(first!.utility).toBeGreaterThan(second!.utility);
    expect(wait!.gainUsd).toBeCloseTo(
      Math.min(second!.cost - first!.cost, first!.utility - second!.utility),
      9,
    );
  });

  it('is not where the time costs more than the others do', () => {
    expect(waitFor(60_000, 0.0005).wait).toBeUndefined();
  });

  it('is where the time costs less than the others do: the gain is what is left', () => {
    const free = waitFor(60_000, 0).wait!.gainUsd;
    expect(waitFor(60_000, free / 120).wait!.gainUsd).toBeCloseTo(free / 2, 4);
    expect(waitFor(60_000, free / 59).wait).toBeUndefined();
  });

  it('is not for ever: what was waited before counts', () => {
    const free = waitFor(60_000, 0).wait!.gainUsd;
    const second = free / 120;
    expect(waitFor(60_000, second, HOUR_MS, 59_000).wait!.gainUsd).toBeCloseTo(second, 4);
    expect(waitFor(60_000, second, HOUR_MS, 61_000).wait).toBeUndefined();
  });

  it('is not where the step may not wait as long', () => {
    expect(waitFor(60_000, 0, 59_999).wait).toBeUndefined();
  });

  it('is, though the walk avoids it because it has just said no', () => {
    const { best, limited } = waitFor(60_000, 0);
    const avoiding = { ...limited, request: { ...limited.request, avoid: [best] } };
    expect(worthWaiting(avoiding, choose(avoiding), HOUR_MS)).toMatchObject({ endpoint: best });
  });
});

it('an endpoint that is down is not waited for: nobody knows for how long it is', () => {
  const { limited } = waitFor(60_000, 0);
  const down = [...limited.health.breakers].map(
    ([id, breaker]) => [id, { ...breaker, promised: undefined } as never] as const,
  );
  const input = { ...limited, health: { ...limited.health, breakers: new Map(down) } };
  expect(worthWaiting(input, choose(input), HOUR_MS)).toBeUndefined();
});

it('where nobody else may be asked there is nothing to compare', () => {
  const { best, limited } = waitFor(60_000, 0);
  const alone = {
    ...limited,
    policy: { models: { allow: [best.split('/')[1]!] }, providers: { allow: [best.split('/')[0]!] } },
  };
  expect(worthWaiting(alone, choose(alone), HOUR_MS)).toBeUndefined();
});
