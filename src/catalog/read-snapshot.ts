import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { ABILITIES, MODALITIES } from '../core/vocabulary/model.ts';
import type { Snapshot } from './snapshot.ts';

/** A catalog file is wrong. `message` names the file, the row, the field and the value. */
export class CatalogError extends SignalboxError {}

/** The snapshot that comes with the package. */
const SHIPPED = new URL('./snapshot.json', import.meta.url);

/** A catalog file, by path or `file:` URL, or the shipped one. @throws CatalogError */
export function readSnapshot(file?: string): Snapshot {
  const remedy =
    file === undefined
      ? 'Install signalbox again: its catalog is damaged.'
      : 'Remove the file and run `signalbox catalog sync` again, or name another as `catalog` in the config.';
  let text: string;
  try {
    text = readFileSync(file?.startsWith('file:') ? new URL(file) : (file ?? SHIPPED), 'utf8');
  } catch (cause) {
    throw new CatalogError(`The catalog cannot be read: ${(cause as Error).message}`, remedy, { cause });
  }
  return parseSnapshot(text, file ?? 'snapshot.json', remedy);
}

/** Checks every field: a price nobody checked is money nobody counts. @throws CatalogError */
export function parseSnapshot(text: string, name: string, remedy: string): Snapshot {
  let snapshot: unknown;
  try {
    snapshot = JSON.parse(text);
  } catch (cause) {
    throw new CatalogError(`${name} is not JSON: ${(cause as Error).message}`, remedy, { cause });
  }
  const { error } = schema.safeParse(snapshot);
  if (!error) return snapshot as Snapshot;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  throw new CatalogError(`${name}, ${placeOf(snapshot, path)}: ${message}${more}`, remedy);
}

const rates = {
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative().optional(),
  cacheWrite: z.number().nonnegative().optional(),
  reasoning: z.number().nonnegative().optional(),
};
const someRates = z.object(rates).partial().shape;
const tokens = z.int().positive();
const abilities = z.array(z.enum(ABILITIES));
const inputs = z.array(z.enum(MODALITIES));
const mark = z.literal(true).optional();

const endpoint = z.strictObject({
  provider: z.string().min(1),
  wireModels: z.array(z.string().min(1)).min(1),
  region: z.string().optional(),
  variant: z.string().optional(),
  quantization: z.string().optional(),
  api: z.enum(['responses', 'completion']).optional(),
  contextTokens: tokens.optional(),
  maxOutputTokens: tokens.optional(),
  inputs: inputs.optional(),
  abilities: abilities.optional(),
  historical: mark,
  retires: z.iso.date().optional(),
  prices: z
    .array(
      z.strictObject({
        ...rates,
        source: z.string(),
        tiers: z.array(z.strictObject({ ...someRates, above: tokens })).optional(),
        batch: z.strictObject(someRates).optional(),
      }),
    )
    .min(1),
  outlier: mark,
  disputed: z.array(z.string()).optional(),
});

const model = z.strictObject({
  id: z.string().min(1),
  family: z.string().min(1),
  moving: mark,
  contextTokens: tokens.nullable(),
  maxOutputTokens: tokens.nullable(),
  inputs,
  abilities,
  endpoints: z.array(endpoint).min(1),
});

const schema = z
  .strictObject({
    format: z.literal(1),
    version: z.string().min(1),
    sources: z.array(
      z.looseObject({ id: z.string(), name: z.string(), version: z.string(), date: z.iso.date() }),
    ),
    models: z.array(model).min(1),
  })
  .superRefine(({ sources, models }, context) => {
    const known = new Set(sources.map(({ id }) => id));
    const ids = new Set<string>();
    for (const [m, { id, endpoints }] of models.entries()) {
      if (ids.has(id))
        context.addIssue({ code: 'custom', path: ['models', m, 'id'], message: 'is there twice' });
      ids.add(id);
      for (const [e, { prices }] of endpoints.entries()) {
        const p = prices.findIndex(({ source }) => !known.has(source));
        if (p < 0) continue;
        const path = ['models', m, 'endpoints', e, 'prices', p, 'source'];
        context.addIssue({ code: 'custom', path, message: 'is not one of the sources' });
      }
    }
  });

/** E.g. `model 12 (gpt-5), endpoint 2 (openrouter), prices.0.input = -1`. */
function placeOf(snapshot: unknown, path: readonly PropertyKey[]): string {
  let value = snapshot;
  const words: string[] = [];
  const field: PropertyKey[] = [];
  for (const [depth, part] of path.entries()) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
    const row = value as { id?: unknown; provider?: unknown } | undefined;
    if (depth === 1 && path[0] === 'models') words.push(`model ${Number(part) + 1} (${row?.id})`);
    else if (depth === 3 && path[2] === 'endpoints')
      words.push(`endpoint ${Number(part) + 1} (${row?.provider})`);
    else if (part !== 'models' && part !== 'endpoints') field.push(part);
  }
  const found = value === undefined || typeof value === 'object' ? '' : ` = ${JSON.stringify(value)}`;
  return [...words, `${field.join('.') || 'the whole'}${found}`].join(', ');
}
