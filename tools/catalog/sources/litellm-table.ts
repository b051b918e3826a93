import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SnapshotRates } from '../../../src/catalog/snapshot.ts';
import type { Ability, Modality } from '../../../src/core/vocabulary/model.ts';
import type { Dropped, SourceId, SourcePrice, SourceRow, SourceTable } from './source-row.ts';
import { perMillion } from './source-row.ts';

type Entry = Record<string, unknown> & { readonly mode?: string; readonly litellm_provider?: string };

const answersWithText = ['chat', 'completion', 'responses'] as const;

const abilityFlags: Record<string, Ability> = {
  supports_function_calling: 'tools',
  supports_response_schema: 'structured-output',
  supports_native_structured_output: 'structured-output',
  supports_reasoning: 'reasoning',
  supports_prompt_caching: 'caching',
};

const inputFlags: Record<string, Modality> = {
  supports_vision: 'image',
  supports_audio_input: 'audio',
  supports_video_input: 'video',
  supports_pdf_input: 'pdf',
};

/** LiteLLM's price table: one flat object keyed by the name LiteLLM users type. */
export function readLitellmTable(folder: string, source: SourceId): SourceTable {
  const file = join(folder, 'litellm', 'model_prices_and_context_window_backup.json');
  const table = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Entry>;
  const rows: SourceRow[] = [];
  const dropped: Dropped[] = [];

  for (const [key, entry] of Object.entries(table)) {
    const provider = entry.litellm_provider ?? '';
    const drop = (reason: string) => dropped.push({ source, row: key, reason });
    const api = answersWithText.find((mode) => mode === entry.mode);
    if (api === undefined) {
      drop(`not a text model: mode ${entry.mode ?? 'absent'}`);
      continue;
    }
    const price = readPrice(entry);
    if (price === undefined) {
      drop('no price per token');
      continue;
    }
    rows.push({
      source,
      provider: key.startsWith('bedrock/claude_platform/') ? 'claude_platform' : provider,
      wireModel: withoutRoutingPrefix(key, provider),
      contextTokens: count(entry, 'max_input_tokens'),
      maxOutputTokens: count(entry, 'max_output_tokens'),
      inputs: ['text', ...flagged(entry, inputFlags)],
      abilities: [...new Set(flagged(entry, abilityFlags))],
      price,
      api,
      retires: typeof entry.deprecation_date === 'string' ? entry.deprecation_date : undefined,
    });
  }
  return { rows, dropped };
}

/** LiteLLM's keys start with the provider it routes to, which is no part of what that provider calls the model. */
function withoutRoutingPrefix(key: string, provider: string): string {
  const prefixes = [
    'bedrock/claude_platform',
    provider,
    provider.replace(/[-_].*$/, ''),
    'vertex_ai',
    'bedrock',
    'azure',
  ];
  const prefix = prefixes.find((candidate) => key.startsWith(`${candidate}/`));
  return prefix === undefined ? key : key.slice(prefix.length + 1);
}

function readPrice(entry: Entry): SourcePrice | undefined {
  const tiered = readRanges(entry);
  const base = readRates(entry, '') ?? tiered?.[0];
  if (base?.input === undefined || base.output === undefined) return undefined;
  const tiers = tiered?.slice(1) ?? readThresholds(entry);
  const batch = readRates(entry, '_batches');
  return {
    ...pickRates(base),
    ...(tiers.length > 0 && { tiers }),
    ...(batch !== undefined && { batch }),
  } as SourcePrice;
}

/** The rates whose field names end in `suffix`: nothing for the plain ones, `_batches`, `_above_200k_tokens`. */
function readRates(entry: Entry, suffix: string): Partial<SnapshotRates> | undefined {
  const fields = {
    input: `input_cost_per_token${suffix}`,
    output: `output_cost_per_token${suffix}`,
    cacheRead: `cache_read_input_token_cost${suffix}`,
    cacheWrite: `cache_creation_input_token_cost${suffix}`,
    reasoning: `output_cost_per_reasoning_token${suffix}`,
  };
  const rates = Object.entries(fields).flatMap(([rate, field]) => {
    const value = entry[field];
    return typeof value === 'number' ? [[rate, perMillion(value)] as const] : [];
  });
  return rates.length > 0 ? Object.fromEntries(rates) : undefined;
}

function readThresholds(entry: Entry) {
  const thresholds = Object.keys(entry).flatMap((field) => {
    const [, thousands] = /^input_cost_per_token_above_(\d+)k_tokens$/.exec(field) ?? [];
    return thousands === undefined ? [] : [Number(thousands)];
  });
  return thresholds
    .sort((a, b) => a - b)
    .map((thousands) => ({ above: thousands * 1000, ...readRates(entry, `_above_${thousands}k_tokens`) }));
}

/** Alibaba's form: the whole price in steps, with no plain price at all. */
function readRanges(entry: Entry) {
  const ranges = entry.tiered_pricing;
  if (!Array.isArray(ranges) || ranges.length === 0) return undefined;
  return (ranges as (Entry & { range: [number, number] })[])
    .filter(({ range }) => Array.isArray(range))
    .map((step) => ({ above: step.range[0], ...readRates(step, '') }));
}

function pickRates({
  input,
  output,
  cacheRead,
  cacheWrite,
  reasoning,
}: Partial<SnapshotRates>): Partial<SnapshotRates> {
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && reasoning !== output && { reasoning }),
  };
}

function flagged<Flag extends string>(entry: Entry, flags: Record<string, Flag>): Flag[] {
  return Object.entries(flags).flatMap(([field, flag]) => (entry[field] === true ? [flag] : []));
}

function count(entry: Entry, field: string): number | undefined {
  const value = Number(entry[field]);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
