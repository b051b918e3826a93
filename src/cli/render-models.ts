import pc from 'picocolors';
import type { CatalogCounts, CatalogRow } from '../catalog/catalog-rows.ts';
import type { ListedModel, PriceRange } from '../catalog/list-models.ts';
import type { DataPolicy } from '../core/vocabulary/model.ts';
import { count, newTable } from './table.ts';

/** Models, a line each, with prices in USD per million tokens. */
export function renderModels(models: readonly ListedModel[]): string {
  const table = newTable(['Model', 'Hosts', 'Context', '$ in', '$ out', 'Abilities']);
  for (const { id, providers, contextTokens, price, abilities, endpoints } of models) {
    const offered = endpoints.some(({ notOffered }) => !notOffered);
    table.push([
      offered ? id : pc.dim(id),
      hostsText(providers),
      tokensText(contextTokens),
      rangeText(price.input),
      rangeText(price.output),
      abilities.join(' '),
    ]);
  }
  return table.toString();
}

/** The endpoints of one model, a line each. */
export function renderEndpoints(rows: readonly CatalogRow[]): string {
  const table = newTable([
    'Endpoint',
    'Called there',
    'Context',
    '$ in',
    '$ out',
    'Cached',
    'As of',
    'Your data',
    'Status',
  ]);
  for (const { id, wireModel, contextTokens, price, dataPolicy, ...row } of rows) {
    table.push([
      id,
      wireModel,
      tokensText(contextTokens),
      usd(price.input),
      usd(price.output),
      price.cacheRead === undefined ? '' : usd(price.cacheRead),
      price.date,
      dataPolicyText(dataPolicy),
      statusText(row),
    ]);
  }
  return table.toString();
}

/** How many there are of which the endpoints shown are a part. */
export function renderCounts(
  { offered, ...known }: CatalogCounts & { readonly offered: CatalogCounts },
  shownEndpoints: number,
): string {
  const rest = shownEndpoints < known.endpoints ? pc.dim(' (--all shows the rest)') : '';
  return [
    `${pc.bold('Offered now')}  ${countsText(offered)}`,
    `${pc.bold('Known')}        ${countsText(known)}${rest}`,
  ].join('\n');
}

const countsText = ({ models, endpoints, multiHostModels }: CatalogCounts) =>
  `models: ${count(models)} (${count(multiHostModels)} on two providers or more), endpoints: ${count(endpoints)}`;

function statusText({
  notOffered,
  retires,
  disputed,
}: Pick<CatalogRow, 'notOffered' | 'retires' | 'disputed'>): string {
  if (notOffered === 'retired') return pc.red(`retired ${retires}`);
  return [
    notOffered ? pc.yellow(notOffered.replace('-', ' ')) : pc.green('offered'),
    ...(retires ? [`until ${retires}`] : []),
    ...(disputed ? [`sources differ: ${disputed.join(', ')}`] : []),
  ].join(', ');
}

/** `kept 30 days, not trained on`; what nobody says is left out. */
function dataPolicyText({ zdr, retentionDays, trainsOnData, regions }: DataPolicy): string {
  return [
    ...(zdr === true ? [pc.green('not kept')] : []),
    ...(typeof retentionDays === 'number' && retentionDays > 0 ? [`kept ${retentionDays} days`] : []),
    ...(trainsOnData === true ? [pc.red('trained on')] : trainsOnData === false ? ['not trained on'] : []),
    ...(regions === 'unknown' ? [] : [`in ${regions.join(', ')}`]),
  ].join(', ');
}

const mostHosts = 3;

function hostsText(hosts: readonly string[]): string {
  const more = hosts.length - mostHosts;
  return [...hosts.slice(0, mostHosts), ...(more > 0 ? [pc.dim(`+${more}`)] : [])].join(' ');
}

/** `128k`, `1.05M`. */
function tokensText(tokens: number | null): string {
  if (tokens === null) return '?';
  if (tokens >= 1_000_000) return `${Number((tokens / 1_000_000).toFixed(2))}M`;
  return tokens >= 1_000 ? `${Math.round(tokens / 1_000)}k` : String(tokens);
}

const rangeText = ({ from, to }: PriceRange) => (from === to ? usd(from) : `${usd(from)}–${usd(to)}`);
const usd = (price: number) => (Number(price.toFixed(2)) === price ? price.toFixed(2) : String(price));
