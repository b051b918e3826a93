import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NONE, sift } from '../../../../src/core/routing/sift.ts';
import { naiveRule } from './naive-rule.ts';
import { inputsFor } from './random-input.ts';
import { fates, NOW, simulated } from './routing-input.ts';
import { shipped, TODAY_MS } from './shipped-catalog.ts';

it.each([
  ['the shipped catalog', shipped, TODAY_MS, 300],
  ['the simulated catalog', simulated, NOW, 300],
])(
  'sifting %s by columns tells each endpoint what its rules tell it one by one',
  (_, catalog, nowMs, runs) => {
    fc.assert(
      fc.property(inputsFor(catalog, nowMs), (input) => {
        const told = fates(input);
        const wrong = catalog.endpoints.flatMap((endpoint, i) => {
          const rule = naiveRule(endpoint, input);
          return rule === told[i] ? [] : [`${endpoint.id}: ${told[i]}, not ${rule}`];
        });
        expect(wrong.slice(0, 5)).toEqual([]);
      }),
      { numRuns: runs },
    );
  },
);

it('keeps exactly those that break no rule, with a forecast for each', () => {
  fc.assert(
    fc.property(inputsFor(shipped, TODAY_MS), (input) => {
      const { kept, broken, forecast } = sift(input);
      expect([...kept]).toEqual([...broken.keys()].filter((i) => broken[i] === NONE));
      for (const k of kept.keys()) {
        expect(forecast.chance[k]).toBeGreaterThanOrEqual(0);
        expect(forecast.costMicros[k]).toBeGreaterThanOrEqual(0);
        expect(forecast.latencyMs[k]).toBeGreaterThan(0);
      }
    }),
    { numRuns: 100 },
  );
});
