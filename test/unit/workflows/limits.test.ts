import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { agent } from '../../../workflows/index.ts';
import { limitsOf } from '../../../workflows/limits.ts';
import type { AgentLimits } from '../../../workflows/run.ts';

const agentWith = (limits: object) => () =>
  agent({ name: 'review', input: z.object({}), limits: limits as AgentLimits }, async () => 'done');

it('limits have their defaults, and none of wall time', () => {
  expect(limitsOf('review')).toEqual({
    ...{ usd: 0.5, turns: 30, attempts: 6, toolCalls: 200, waitMs: 6 * 3_600_000, historyEvents: 4_096 },
  });
  expect(limitsOf('review', { wall: '2h', wait: 0 })).toMatchObject({ wallMs: 2 * 3_600_000, waitMs: 0 });
});

it.each([
  ['usd', -1],
  ['usd', Number.POSITIVE_INFINITY],
  ['usd', '1'],
  ['turns', 0],
  ['turns', 2.5],
  ['attempts', Number.NaN],
  ['wait', 'a while'],
  ['wall', 0],
  ['wall', '-1h'],
  ['historyEvents', '4096'],
  ['turn', 3],
])('limits.%s of %p is refused when the agent is defined, by name', (field, value) => {
  expect(agentWith({ [field]: value })).toThrow(`Agent "review": limits.${field} `);
});
