import { readProviderName, whyNotAProvider } from './names/provider-name.ts';
import { readModelName } from './names/read-model-name.ts';
import { whyNotATextModel } from './names/text-model.ts';
import { sourcePackages } from './sources/packages.ts';
import type { Dropped, SourceRow, SourceTable } from './sources/source-row.ts';

/** No public text model costs a third of this; the rows above it are prices per thousand tokens in the wrong column. */
const unitSlipUsd = 400;

const historicalSources = new Set(sourcePackages.filter(({ historical }) => historical).map(({ id }) => id));

/** Which rows may become endpoints, and why the others may not. */
export function keepRows(tables: readonly SourceTable[]): SourceTable {
  const all = tables.flatMap(({ rows }) => rows);
  const currentProviders = new Set(
    all
      .filter(({ source }) => !historicalSources.has(source))
      .map(({ provider }) => readProviderName(provider).provider),
  );
  const rows: SourceRow[] = [];
  const dropped: Dropped[] = tables.flatMap((table) => table.dropped);
  const whyNot = (row: SourceRow) =>
    whyNotAProvider(row.provider) ?? whyNotATextModel(row.wireModel) ?? whyNotAPrice(row);
  // On a host that a current list covers, a row only an old list has is a model that host may have stopped serving.
  const isHistory = ({ source, provider }: SourceRow) =>
    source === 'litellm-2025' ||
    (historicalSources.has(source) && currentProviders.has(readProviderName(provider).provider));

  for (const row of all) {
    const reason = whyNot(row);
    if (reason === undefined) rows.push(row);
    else dropped.push({ source: row.source, row: `${row.provider}/${row.wireModel}`, reason });
  }
  return { rows: rows.map((row) => (isHistory(row) ? { ...row, historical: true } : row)), dropped };
}

function whyNotAPrice({ provider, wireModel, price }: SourceRow): string | undefined {
  if (price.input < 0 || price.output < 0) return 'negative price';
  if (price.input > unitSlipUsd || price.output > 2 * unitSlipUsd)
    return 'price of another unit: over $400 a million';
  const { variant } = readModelName(readProviderName(provider).provider, wireModel);
  const free = price.input === 0 && price.output === 0 && variant === 'free';
  if (!free && (price.input === 0 || price.output === 0))
    return 'price is zero and the host does not call it free';
  return undefined;
}
