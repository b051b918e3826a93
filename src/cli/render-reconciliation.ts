import pc from 'picocolors';
import type { Reconciled, Reconciliation } from '../store/reconcile.ts';
import { count, labelled, MOST_LINES, moreText, newTable, usd } from './table.ts';

/** What differs between the ledger and a provider's bill. */
export function renderReconciliation(
  provider: string,
  { kind, compared, differing, notInLedger, notInFile, written }: Reconciliation,
): string {
  const of = kind === 'requests' ? 'requests' : 'sums of a model and a day';
  const numbers = ['Estimated', 'Reported', 'Difference'];
  const about = kind === 'requests' ? ['Request', 'Run'] : ['Model and day'];
  const table = newTable([...about, ...numbers, ''], numbers);
  const rows: [Reconciled, string][] = [
    ...differing.map((line): [Reconciled, string] => [line, 'differs']),
    ...notInLedger.map((line): [Reconciled, string] => [line, 'not in the ledger']),
    ...notInFile.map((line): [Reconciled, string] => [line, 'not in the file']),
  ];
  for (const [{ name, run, estimatedMicros, reportedMicros }, what] of rows.slice(0, MOST_LINES)) {
    table.push([
      ...(kind === 'requests' ? [name, run ?? ''] : [name]),
      estimatedMicros === undefined ? '' : exact(estimatedMicros),
      reportedMicros === undefined ? '' : exact(reportedMicros),
      signed((reportedMicros ?? 0) - (estimatedMicros ?? 0)),
      what === 'differs' ? what : pc.yellow(what),
    ]);
  }
  const { lines, estimatedMicros, reportedMicros } = compared;
  const difference = reportedMicros - estimatedMicros;
  return [
    ...(rows.length > 0 ? [table.toString(), ...moreText(rows.length - MOST_LINES)] : []),
    labelled([
      [
        'Compared',
        `${count(lines)} ${of} of ${provider}: estimated ${exact(estimatedMicros)}, reported ${exact(reportedMicros)}, ` +
          `difference ${signed(difference)}${estimatedMicros > 0 ? ` (${percent(difference / estimatedMicros)})` : ''}`,
      ],
      ['Differ', count(differing.length)],
      ['Not in the ledger', amount(notInLedger, 'reportedMicros')],
      ['Not in the file', amount(notInFile, 'estimatedMicros')],
      [
        'Written',
        kind === 'requests' ? `${count(written)} reported costs` : 'nothing: a sum belongs to no one attempt',
      ],
    ]),
  ].join('\n');
}

/** Nothing is rounded away: what differs by a micro-dollar differs. */
const exact = (micros: number) => usd(micros, 6);
const signed = (micros: number) => `${micros > 0 ? '+' : ''}${exact(micros)}`;
const percent = (part: number) => `${part > 0 ? '+' : ''}${(100 * part).toFixed(2)}%`;

function amount(lines: readonly Reconciled[], which: 'estimatedMicros' | 'reportedMicros'): string {
  const micros = lines.reduce((sum, line) => sum + (line[which] ?? 0), 0);
  return lines.length === 0 ? '0' : `${count(lines.length)}, ${exact(micros)}`;
}
