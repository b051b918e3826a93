import { type Duration, msToNumber } from '@temporalio/common';
import { PATIENCE_MS } from '../src/core/contract/activities.ts';
import { SignalboxError } from '../src/core/vocabulary/errors.ts';
import { HISTORY_EVENTS } from './continuation.ts';
import type { AgentLimits } from './run.ts';

/** Limits of an agent with their defaults, in the units that the loop counts in. */
export interface Limits {
  readonly usd: number;
  readonly turns: number;
  readonly attempts: number;
  readonly toolCalls: number;
  readonly waitMs: number;
  /** Absent where it may take as long as it likes. */
  readonly wallMs?: number;
  readonly historyEvents: number;
}

/** @throws SignalboxError naming the agent, the field and its value */
export function limitsOf(agent: string, limits: AgentLimits = {}): Limits {
  const fields = Object.keys(RULES) as (keyof AgentLimits)[];
  for (const [field, value] of Object.entries(limits)) {
    const rule = RULES[field as keyof AgentLimits];
    const fault = rule ? value !== undefined && !rule.fits(value) && `must be ${rule.means}` : 'is no limit';
    if (!fault) continue;
    throw new SignalboxError(
      `Agent "${agent}": limits.${field} ${fault}, got ${JSON.stringify(value) ?? String(value)}.`,
      `Mend it where the agent is defined. Its limits are ${fields.join(', ')}.`,
    );
  }
  const { usd = 0.5, turns = 30, attempts = 6, toolCalls = 200, wait, wall } = limits;
  const { historyEvents = HISTORY_EVENTS } = limits;
  return {
    ...{ usd, turns, attempts, toolCalls, historyEvents },
    waitMs: wait === undefined ? PATIENCE_MS : msToNumber(wait),
    ...(wall !== undefined && { wallMs: msToNumber(wall) }),
  };
}

interface Rule {
  readonly means: string;
  fits(value: unknown): boolean;
}

const count: Rule = {
  means: 'a whole number from 1',
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
};

const RULES: Readonly<Record<keyof AgentLimits, Rule>> = {
  usd: {
    means: 'an amount above 0, in USD',
    fits: (value) => typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY,
  },
  turns: count,
  attempts: count,
  toolCalls: count,
  wait: { means: 'a duration such as "30 minutes", or milliseconds', fits: (value) => msOf(value) >= 0 },
  wall: { means: 'a duration above 0 such as "2h", or milliseconds', fits: (value) => msOf(value) > 0 },
  historyEvents: count,
};

/** NaN for what is no duration. */
function msOf(value: unknown): number {
  if (typeof value === 'number') return value;
  try {
    return msToNumber(value as Duration);
  } catch {
    return Number.NaN;
  }
}
