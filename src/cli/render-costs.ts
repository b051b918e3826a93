import pc from 'picocolors';
import type { Traffic, WhatIf } from '../core/cost/what-if.ts';
import type { CostDimension, CostLine, CostTotal } from '../store/costs.ts';
import { count, labelled, MOST_LINES, moreText, newTable, usd } from './table.ts';

/** A line for each run, model or whatever it is by, with its share of all the cost. */
export function renderCosts(by: CostDimension, lines: readonly CostLine[], total: CostTotal): string {
  const numbers = [
    'Attempts',
    'Failed',
    'Unknown',
    'Tokens in',
    'Out',
    'Estimated',
    'Reported',
    'Cost',
    'Share',
  ];
  const table = newTable([by[0]!.toUpperCase() + by.slice(1), ...numbers], numbers);
  const shown = by === 'day' ? lines.slice(-MOST_LINES) : lines.slice(0, MOST_LINES);
  for (const { name, ...line } of shown) {
    table.push([
      name ?? pc.dim('none'),
      count(line.attempts),
      line.failed > 0 ? pc.yellow(count(line.failed)) : '',
      line.unknown > 0 ? pc.yellow(count(line.unknown)) : '',
      count(line.inputTokens),
      count(line.outputTokens),
      usd(line.estimatedMicros),
      line.reported > 0 ? usd(line.reportedMicros) : '',
      usd(line.costMicros),
      share(line.costMicros, total.costMicros),
    ]);
  }
  return [table.toString(), ...moreText(lines.length - shown.length)].join('\n');
}

/** What all of it comes to, and which parts of it deserve a look. */
export function renderTotal(total: CostTotal): string {
  if (total.attempts === 0) return 'No attempt is in the ledger for this time.';
  const { costMicros, wastedMicros, boundMicros } = total;
  const [gaveNothing, bound] = [share(wastedMicros, costMicros), share(boundMicros, costMicros)];
  const lines = [
    [
      'Cost',
      `${usd(costMicros)} for ${count(total.attempts)} attempts; providers reported what ${count(total.reported)} of them cost`,
    ],
    ['Gave nothing', `${usd(wastedMicros)} (${gaveNothing}) on ${count(total.failed)} attempts that failed`],
    ['No failover', `${usd(boundMicros)} (${bound}) that only one provider could serve`],
    ...(total.unknown > 0
      ? [
          [
            'Unknown',
            `${count(total.unknown)} attempts whose usage never arrived, reckoned at ${usd(total.unknownMicros)}: the most it can be`,
          ],
        ]
      : []),
    ...(total.absurd > 0
      ? [
          [
            'Absurd',
            `${count(total.absurd)} attempts whose token counts cannot be; they are not priced by them`,
          ],
        ]
      : []),
  ];
  return labelled(lines as [string, string][]);
}

/** The endpoints of the models asked about, the cheapest first. */
export function renderWhatIf(traffic: Traffic, lines: readonly WhatIf[]): string {
  const asked =
    `${count(traffic.attempts)} answered requests of known usage: ${count(traffic.inputTokens)} tokens in, ` +
    `${count(traffic.cacheReadTokens)} of them cached, ${count(traffic.outputTokens)} out`;
  const paid = labelled([
    ['Traffic', asked],
    ['Cost', usd(traffic.costMicros)],
  ]);
  if (traffic.attempts === 0) return paid;
  const numbers = ['$ in', '$ out', 'As of', 'Would cost', 'Difference', 'Factor'];
  const table = newTable(['Endpoint', ...numbers], numbers);
  for (const { endpoint, price, costMicros, differenceMicros } of lines) {
    const difference = `${differenceMicros > 0 ? '+' : ''}${usd(differenceMicros)}`;
    table.push([
      endpoint,
      String(price.input),
      String(price.output),
      price.date,
      usd(costMicros),
      differenceMicros > 0 ? pc.red(difference) : pc.green(difference),
      factor(costMicros, traffic.costMicros),
    ]);
  }
  return `${table.toString()}\n${paid}`;
}

const share = (part: number, whole: number) => (whole > 0 ? `${((100 * part) / whole).toFixed(1)}%` : '–');
const factor = (cost: number, paid: number) => (paid > 0 ? `×${(cost / paid).toFixed(2)}` : '');
