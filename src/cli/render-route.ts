import pc from 'picocolors';
import type { ExplainedCandidate, RouteExplanation } from '../explain/explain-route.ts';
import { count, newTable } from './table.ts';

/** Who would be asked, in which order, at what price; and who not, and why. */
export function renderRoute(explanation: RouteExplanation): string {
  const { candidates, rejections } = explanation;
  return [
    headOf(explanation),
    ...(candidates.length > 0 ? [candidatesTable(explanation), ...whyFirst(explanation)] : []),
    ...(rejections.length > 0 ? [rejectionsTable(explanation)] : []),
    countsText(explanation),
  ].join('\n\n');
}

function headOf({ taskClass, inputTokens, policy, decision }: RouteExplanation): string {
  const { catalog, quality } = decision.versions;
  const fields = Object.entries(policy.setBy ?? {}).map(([field, by]) => `${field} (${by.join(', ')})`);
  return [
    pc.bold(
      `${taskClass.name}: ${count(inputTokens)} tokens in, about ${count(taskClass.expectedOutputTokens)} out`,
    ),
    `${pc.dim('A success is worth')} $${taskClass.successUsd}${pc.dim(', a second of waiting costs')} $${taskClass.secondUsd}`,
    `${pc.dim('Catalog')}  ${catalog}`,
    `${pc.dim('Quality')}  ${quality ? `learnt, ${quality}` : 'nothing learnt yet: chances are priors by price'}`,
    `${pc.dim('Policy')}   ${fields.join(', ') || 'none'}`,
  ].join('\n');
}

function candidatesTable({ candidates, decision }: RouteExplanation): string {
  const table = newTable(['', 'Endpoint', 'Chance', 'Success', '− Cost', '− Waiting', '= Worth', 'At most']);
  for (const [i, candidate] of candidates.entries()) {
    const { endpoint, chance, chanceSd, basis, success, cost, cacheDiscount, latency } = candidate;
    table.push([
      String(i + 1),
      i === 0 ? pc.green(endpoint) : endpoint,
      `${percent(chance)} ± ${Math.round(100 * chanceSd)} ${pc.dim(basis)}`,
      usd(success),
      usd(cost) + (cacheDiscount ? pc.dim(` (${usd(cacheDiscount)} cached)`) : ''),
      usd(latency),
      usd(candidate.utility),
      usd(candidate.worstCase),
    ]);
  }
  const { moreCandidates, explores } = decision;
  return [
    table.toString(),
    ...(moreCandidates > 0 ? [pc.dim(`and ${count(moreCandidates)} more candidates`)] : []),
    ...(decision.cascade && decision.cascade.length > 1
      ? [`Escalates, as the check rejects: ${decision.cascade.join(', then ')}`]
      : []),
    ...(explores
      ? [pc.yellow('The first is tried to learn about it, not because most is expected of it.')]
      : []),
  ].join('\n');
}

/** E.g. `1 before 2 by $0.0006: success +0.0000, cost −0.0000, waiting +0.0006`. */
function whyFirst({ candidates: [first, second], decision }: RouteExplanation): string[] {
  // The order of a cascade, or of one that explores, is not by worth.
  if (!first || !second || decision.cascade || decision.explores) return [];
  const costOf = ({ cost, cacheDiscount = 0 }: ExplainedCandidate) => cost - cacheDiscount;
  const parts = [
    `success ${signed(first.success - second.success)}`,
    `cost ${signed(costOf(second) - costOf(first))}`,
    `waiting ${signed(second.latency - first.latency)}`,
  ];
  const by = first.utility - second.utility;
  const why = Math.abs(by) < 5e-7 ? 'a tie, broken by the seed' : `${signed(by)}: ${parts.join(', ')}`;
  return [`${pc.bold('Why 1 and not 2')}  ${why}`];
}

function rejectionsTable({ rejections }: RouteExplanation): string {
  const table = newTable(['Ruled out', 'By', 'What would admit it']);
  for (const { endpoint, obstacles } of rejections) {
    table.push([
      endpoint,
      obstacles
        .map(({ rule, setBy }) => pc.red(rule) + (setBy ? pc.dim(` ${setBy.join(', ')}`) : ''))
        .join('\n'),
      obstacles.map(({ remedy }) => remedy).join('\n'),
    ]);
  }
  return table.toString();
}

function countsText({ decision: { rejected } }: RouteExplanation): string {
  const counts = Object.entries(rejected).toSorted(([, a], [, b]) => b - a);
  const shown = counts.map(([rule, of]) => `${rule} ×${count(of)}`);
  return `${pc.bold('Ruled out in all')}  ${shown.join(', ') || 'nobody'}`;
}

const usd = (dollars: number) => `$${dollars.toFixed(dollars !== 0 && Math.abs(dollars) < 0.01 ? 5 : 4)}`;
const signed = (dollars: number) => `${dollars < 0 ? '−' : '+'}${usd(Math.abs(dollars))}`;
const percent = (share: number) => `${Math.round(100 * share)}%`;
