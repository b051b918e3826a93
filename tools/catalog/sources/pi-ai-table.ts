import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SnapshotRates } from '../../../src/catalog/snapshot.ts';
import type { Modality } from '../../../src/core/vocabulary/model.ts';
import type { Dropped, SourcePrice, SourceRow, SourceTable } from './source-row.ts';
import { tidy } from './source-row.ts';

interface Entry {
  readonly type: string;
  readonly id: string;
  readonly reasoning: boolean;
  readonly input: readonly Modality[];
  readonly cost: Cost & { readonly tiers?: readonly (Cost & { readonly inputTokensAbove: number })[] };
  readonly contextWindow: number;
  readonly maxTokens: number;
}
type Cost = Record<'input' | 'output' | 'cacheRead' | 'cacheWrite', number>;

/** The provider files of pi-ai: one JSON file a provider, grouped by wire format. */
export function readPiAiTable(folder: string): SourceTable {
  const data = join(folder, 'package', 'dist', 'providers', 'data');
  const rows: SourceRow[] = [];
  const dropped: Dropped[] = [];

  for (const file of readdirSync(data).filter((name) => /^\w.*\.json$/.test(name))) {
    const provider = basename(file, '.json');
    const groups = JSON.parse(readFileSync(join(data, file), 'utf8')) as Record<
      string,
      Record<string, Entry>
    >;
    for (const entry of Object.values(groups).flatMap((group) => Object.values(group))) {
      if (entry.type === 'chat') rows.push(readRow(provider, entry));
      else
        dropped.push({
          source: 'pi-ai',
          row: `${provider}/${entry.id}`,
          reason: `not a text model: ${entry.type}`,
        });
    }
  }
  return { rows, dropped };
}

function readRow(
  provider: string,
  { id, reasoning, input, cost, contextWindow, maxTokens }: Entry,
): SourceRow {
  const tiers = (cost.tiers ?? []).map(({ inputTokensAbove, ...rates }) => ({
    above: inputTokensAbove,
    ...knownRates(rates),
  }));
  return {
    source: 'pi-ai',
    provider,
    wireModel: id,
    contextTokens: contextWindow,
    maxOutputTokens: maxTokens,
    inputs: input,
    // The package's README: its chat catalog holds only models that can call tools.
    abilities: [
      'tools',
      ...(reasoning ? ['reasoning' as const] : []),
      ...(cost.cacheRead > 0 ? ['caching' as const] : []),
    ],
    price: { ...knownRates(cost), ...(tiers.length > 0 && { tiers }) } as SourcePrice,
  };
}

/** The table writes 0 for a cache price it does not know; reading it as free would make caching look like a gift. */
function knownRates({ input, output, cacheRead, cacheWrite }: Cost): SnapshotRates {
  return {
    input: tidy(input),
    output: tidy(output),
    ...(cacheRead > 0 && { cacheRead: tidy(cacheRead) }),
    ...(cacheWrite > 0 && { cacheWrite: tidy(cacheWrite) }),
  };
}
