import pc from 'picocolors';
import type { PolicyCheck } from '../explain/check-policy.ts';
import { newTable } from './table.ts';

/** What survives for each class, a line each, then what is wrong with it. */
export function renderPolicyCheck({ classes, warnings, boundShare, spend }: PolicyCheck): string {
  const table = newTable(['Task class', 'Endpoints', 'Providers', 'Removes most', 'First choice', 'Costs']);
  for (const { taskClass, offered, endpoints, providers, strictest, first } of classes) {
    const colour = providers.length === 0 ? pc.red : providers.length === 1 ? pc.yellow : pc.green;
    table.push([
      taskClass,
      `${colour(String(endpoints))} of ${offered}`,
      colour(String(providers.length)),
      strictest ? `${strictest.rule} (${strictest.endpoints})` : '',
      first?.endpoint ?? '',
      first ? `$${first.cost.toPrecision(3)}` : '',
    ]);
  }
  return [
    table.toString(),
    ...(warnings.length > 0 ? [warnings.map((text) => `${pc.yellow('!')} ${text}`).join('\n')] : []),
    `${pc.bold('Bound to one provider')}  ${Math.round(100 * boundShare)}% of ${spend === 'ledger' ? 'the spend in the ledger' : 'what one request of each class costs'}`,
  ].join('\n\n');
}
