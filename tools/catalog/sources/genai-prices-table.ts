import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { SnapshotRates } from '../../../src/catalog/snapshot.ts';
import type { Dropped, SourcePrice, SourceRow, SourceTable } from './source-row.ts';
import { tidy } from './source-row.ts';

type Rate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };
type PriceSheet = Readonly<Record<string, Rate>>;
interface DatedSheet {
  readonly constraint?: { readonly type: string; readonly start_date?: string };
  readonly prices: PriceSheet;
}
interface Provider {
  readonly id: string;
  readonly models: readonly {
    readonly id: string;
    readonly context_window?: number;
    readonly prices: PriceSheet | readonly DatedSheet[];
  }[];
}

/** Pydantic's price list, which the package carries as the first array literal of its bundle and does not export. */
export function readGenaiPricesTable(folder: string, today: string): SourceTable {
  const bundle = readFileSync(join(folder, 'package', 'dist', 'index.js'), 'utf8');
  const [, literal] = /^const \w+ = (\[\n[\s\S]*?\n\])[,;]/.exec(bundle) ?? [];
  if (literal === undefined)
    throw new Error('genai-prices: its bundle no longer starts with the provider array');
  // The literal holds `new Something({…})` nowhere, so an empty context is enough to read it as data.
  const providers = runInNewContext(literal) as readonly Provider[];

  const rows: SourceRow[] = [];
  const dropped: Dropped[] = [];
  for (const provider of providers) {
    for (const model of provider.models) {
      const price = readPrice(sheetInForce(model.prices, today));
      if (price === undefined) {
        dropped.push({
          source: 'genai-prices',
          row: `${provider.id}/${model.id}`,
          reason: 'no price per token',
        });
        continue;
      }
      rows.push({
        source: 'genai-prices',
        provider: provider.id,
        wireModel: model.id,
        contextTokens: model.context_window,
        inputs: ['text'],
        abilities: price.cacheRead === undefined ? [] : ['caching'],
        price,
      });
    }
  }
  return { rows, dropped };
}

/** Several sheets: the latest that has begun. A sheet for some hours of the day is a discount nobody can count on. */
function sheetInForce(prices: PriceSheet | readonly DatedSheet[], today: string): PriceSheet {
  if (!Array.isArray(prices)) return prices as PriceSheet;
  const begun = (prices as readonly DatedSheet[]).filter(
    ({ constraint }) =>
      constraint === undefined || (constraint.start_date !== undefined && constraint.start_date <= today),
  );
  const latest = begun.toSorted((a, b) =>
    (a.constraint?.start_date ?? '').localeCompare(b.constraint?.start_date ?? ''),
  );
  return latest.at(-1)?.prices ?? {};
}

const rateFields: Record<keyof SnapshotRates, string> = {
  input: 'input_mtok',
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  reasoning: 'output_reasoning_mtok',
};

function readPrice(sheet: PriceSheet): SourcePrice | undefined {
  const rates: { -readonly [Rate in keyof SnapshotRates]?: number } = {};
  const tiers = new Map<number, Partial<SnapshotRates>>();
  for (const [rate, field] of Object.entries(rateFields) as [keyof SnapshotRates, string][]) {
    const value = sheet[field];
    if (value === undefined) continue;
    rates[rate] = tidy(typeof value === 'number' ? value : value.base);
    if (typeof value === 'number') continue;
    for (const { start, price } of value.tiers)
      tiers.set(start, { ...tiers.get(start), [rate]: tidy(price) });
  }
  if (rates.input === undefined || rates.output === undefined) return undefined;
  const steps = [...tiers].sort(([a], [b]) => a - b).map(([above, step]) => ({ above, ...step }));
  return { ...rates, ...(steps.length > 0 && { tiers: steps }) } as SourcePrice;
}
