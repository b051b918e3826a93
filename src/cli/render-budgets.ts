import pc from 'picocolors';
import type { Budget, OpenReservation } from '../store/budgets.ts';
import { count, MOST_LINES, moreText, newTable, usd } from './table.ts';

/** Today's and this month's counters, and what is reserved and was never settled. */
export function renderBudgets(budgets: readonly Budget[], stale: readonly OpenReservation[]): string {
  const numbers = ['Cap', 'Spent', 'Open', 'Left'];
  const table = newTable(['Scope', 'Name', 'Period', ...numbers], numbers);
  for (const { scope, name, start, capMicros, spentMicros, openMicros } of budgets) {
    const left = capMicros - spentMicros - openMicros;
    table.push([
      scope,
      name,
      start,
      usd(capMicros),
      usd(spentMicros),
      usd(openMicros),
      left > 0 ? usd(left) : pc.red(usd(left)),
    ]);
  }
  const lines = stale
    .slice(0, MOST_LINES)
    .map(({ key, micros, reservedAt }) => `  ${usd(micros)} since ${reservedAt}  ${key}`);
  return [
    budgets.length > 0 ? table.toString() : 'Nothing was reserved under a cap today or this month.',
    ...(stale.length > 0
      ? [
          pc.yellow(`Open for more than an hour: ${count(stale.length)}`),
          ...lines,
          ...moreText(stale.length - MOST_LINES),
        ]
      : []),
  ].join('\n');
}
