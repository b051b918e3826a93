import { z } from 'zod';
import type { Ability, Modality } from '../core/vocabulary/model.ts';
import { CatalogError } from './read-snapshot.ts';
import type { SnapshotPrice } from './snapshot.ts';

/** One model as a host lists it. */
export interface AnsweredRow {
  readonly wireModel: string;
  readonly contextTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly inputs: readonly Modality[];
  readonly abilities: readonly Ability[];
  readonly price: Omit<SnapshotPrice, 'source'>;
  readonly retires?: string | undefined;
}

export interface ModelsAnswer {
  readonly rows: readonly AnsweredRow[];
  /** What is no text model with a price, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** Where the next page is, for answers that come in pages. */
  readonly next?: string | undefined;
}

const REMEDY = 'Check that it is the whole answer of a /models; the last good catalog stays in use.';

/**
 * Reads the answer of an OpenRouter-compatible `/models`. Only what is used is described; other fields may come and go.
 * @param origin the URL or file, as people know it
 * @throws CatalogError naming row, field and value
 */
export function readModelsAnswer(text: string, origin: string): ModelsAnswer {
  const { data, links } = readAnswer(text, origin);
  const models = data.map((row, index) => {
    const { data: model, error } = rowSchema.safeParse(row);
    if (!error) return model;
    throw new CatalogError(`${origin}, ${problemOf(row, index, error.issues[0]!)}`, REMEDY);
  });
  const read = models.map((model) => ({ model, reason: whySkipped(model) }));
  return {
    rows: read.flatMap(({ model, reason }) => (reason === undefined ? toRow(model) : [])),
    skipped: read.flatMap(({ model, reason }) => (reason === undefined ? [] : { id: model.id, reason })),
    next: links?.next ?? undefined,
  };
}

/** What OpenRouter writes for its own routers: it depends. Any other negative number is a mistake. */
const DEPENDS = -1;

/** Decimal text in USD a token. */
const price = z
  .union([z.string().regex(/^-?\d+(\.\d+)?(e-?\d+)?$/i, 'must be a decimal number'), z.number()], {
    error: 'must be a decimal number',
  })
  .transform(Number)
  .refine((value) => value >= 0 || value === DEPENDS, 'must not be negative');
const tokens = z.int().positive();
const words = z.array(z.string());

const rowSchema = z.object({
  id: z.string().min(1),
  context_length: tokens.nullish(),
  pricing: z.object({
    prompt: price,
    completion: price,
    input_cache_read: price.optional(),
    input_cache_write: price.optional(),
    internal_reasoning: price.optional(),
  }),
  architecture: z
    .object({ input_modalities: words.optional(), output_modalities: words.optional() })
    .nullish(),
  top_provider: z
    .object({ context_length: tokens.nullish(), max_completion_tokens: tokens.nullish() })
    .nullish(),
  supported_parameters: words.nullish(),
  expiration_date: z.iso.date().nullish(),
});
type Row = z.infer<typeof rowSchema>;

/** The list first, its rows one by one later, so that an error can name the row. */
const answerSchema = z.object({
  data: z.array(z.unknown()).min(1, 'lists no model'),
  links: z.object({ next: z.string().nullish() }).nullish(),
});

function readAnswer(text: string, origin: string): z.infer<typeof answerSchema> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    const what = /^\s*</.test(text) ? 'a web page' : `not whole JSON: ${(cause as Error).message}`;
    throw new CatalogError(`${origin} is ${what}`, REMEDY, { cause });
  }
  const { data, error } = answerSchema.safeParse(answer);
  if (!error) return data;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  throw new CatalogError(
    `${origin} is no list of models: ${path.join('.') || 'the whole'}: ${message}`,
    REMEDY,
  );
}

/** E.g. `row 2 (openai/gpt-5), pricing.prompt = "-0.5": must not be negative`. */
function problemOf(row: unknown, index: number, { path, message }: z.core.$ZodIssue): string {
  const id = (row as { id?: unknown } | null)?.id;
  const found = path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    row,
  );
  const name = typeof id === 'string' ? ` (${id})` : '';
  const value = found === undefined ? ' is missing' : ` = ${JSON.stringify(found)}`;
  return `row ${index + 1}${name}, ${path.join('.') || 'the whole'}${value}: ${message}`;
}

function whySkipped({ id, pricing: { prompt, completion }, architecture }: Row): string | undefined {
  if (prompt === DEPENDS || completion === DEPENDS) return 'a router: its price depends on what it picks';
  if (!(architecture?.output_modalities ?? ['text']).includes('text')) return 'does not answer with text';
  const unpriced = (prompt === 0 || completion === 0) && !id.endsWith(':free');
  return unpriced ? 'its price is zero and the host does not call it free' : undefined;
}

function toRow(row: Row): AnsweredRow {
  const { pricing, top_provider: top, architecture } = row;
  const says = (...names: string[]) => names.some((name) => row.supported_parameters?.includes(name));
  const {
    input_cache_read: cacheRead,
    input_cache_write: cacheWrite,
    internal_reasoning: reasoning,
  } = pricing;
  return {
    wireModel: row.id,
    contextTokens: row.context_length ?? top?.context_length ?? undefined,
    maxOutputTokens: top?.max_completion_tokens ?? undefined,
    inputs: (architecture?.input_modalities ?? ['text']).flatMap((word) => MODALITIES[word] ?? []),
    abilities: [
      ...(says('tools') ? (['tools'] as const) : []),
      ...(says('structured_outputs') ? (['structured-output'] as const) : []),
      ...(says('reasoning', 'include_reasoning') ? (['reasoning'] as const) : []),
      ...(cacheRead === undefined ? [] : (['caching'] as const)),
    ],
    price: {
      input: perMillion(pricing.prompt),
      output: perMillion(pricing.completion),
      ...(cacheRead !== undefined && { cacheRead: perMillion(cacheRead) }),
      ...(cacheWrite !== undefined && { cacheWrite: perMillion(cacheWrite) }),
      // OpenRouter writes 0 for "counted as output".
      ...(reasoning && { reasoning: perMillion(reasoning) }),
    },
    retires: row.expiration_date ?? undefined,
  };
}

/** Without the dust that binary fractions leave. */
const perMillion = (usdPerToken: number) => Number((usdPerToken * 1e6).toPrecision(7));

const MODALITIES: Readonly<Record<string, Modality>> = {
  text: 'text',
  image: 'image',
  audio: 'audio',
  video: 'video',
  file: 'pdf',
};
