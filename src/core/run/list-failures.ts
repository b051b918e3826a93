import type { Attempt } from '../vocabulary/attempt.ts';

/** The failed ones among attempts, told once each: `sim-aurora/x unavailable ×2`. */
export function listFailures(attempts: readonly Attempt[]): string[] {
  const times = new Map<string, number>();
  for (const { endpoint, outcome } of attempts) {
    if (outcome === 'answered') continue;
    const what = `${endpoint} ${outcome.replaceAll('_', ' ')}`;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  return [...times].map(([what, count]) => (count > 1 ? `${what} ×${count}` : what));
}
