import type { JsonSchema } from './conversation.ts';
import { type Json, listOf, numberOf, textOf } from './json-schema.ts';
import { shorten } from './text.ts';

/** Bends a string to length, format and pattern; undefined where that cannot be done. */
export function fitString(value: string, schema: JsonSchema, filler: string): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = {
    minLength: numberOf(schema, 'minLength'),
    maxLength: numberOf(schema, 'maxLength'),
  } as { minLength?: number; maxLength?: number };
  let text = value;
  if ([...text].length < minLength) text = `${text} ${filler}`.trim();
  if ([...text].length < minLength) text = text.padEnd(minLength + text.length - [...text].length, '.');
  text = shorten(text, maxLength);
  if ([...text].length < minLength)
    text = [...value, ...filler].slice(0, maxLength).join('').padEnd(minLength, '.');
  return allows(text, schema) ? text : undefined;
}

/** Patterns for the formats JSON Schema names, as zod and ajv read them. */
const formats: Record<string, { readonly pattern: RegExp; readonly fallback: string }> = {
  date: { pattern: /\b\d{4}-\d{2}-\d{2}\b/, fallback: '1970-01-01' },
  time: { pattern: /\b\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/, fallback: '00:00:00Z' },
  'date-time': {
    pattern: /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/,
    fallback: '1970-01-01T00:00:00Z',
  },
  duration: { pattern: /\bP(?:\d+[YMWD])+(?:T(?:\d+[HMS])+)?\b/, fallback: 'P0D' },
  email: { pattern: /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b/, fallback: 'unknown@example.com' },
  uri: { pattern: /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:)]/, fallback: 'about:blank' },
  uuid: {
    pattern: /\b[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b/i,
    fallback: '00000000-0000-0000-0000-000000000000',
  },
  ipv4: { pattern: /\b(?:\d{1,3}\.){3}\d{1,3}\b/, fallback: '0.0.0.0' },
  ipv6: { pattern: /\b(?:[\da-f]{1,4}:){7}[\da-f]{1,4}\b/i, fallback: '::' },
};

/** The first stretch of a text that has the format or pattern asked for; undefined where none is asked for or found. */
export function matchIn(text: string, schema: JsonSchema): string | undefined {
  const format = formats[textOf(schema, 'format') ?? '']?.pattern;
  const found = (format ?? patternOf(schema))?.exec(text)?.[0];
  return found !== undefined && allows(found, schema) ? found : undefined;
}

function allows(text: string, schema: JsonSchema): boolean {
  const format = formats[textOf(schema, 'format') ?? '']?.pattern;
  const whole = format && new RegExp(`^(?:${format.source})$`, format.flags);
  const isFallback = formats[textOf(schema, 'format') ?? '']?.fallback === text;
  return (isFallback || (whole?.test(text) ?? true)) && (patternOf(schema)?.test(text) ?? true);
}

function patternOf(schema: JsonSchema): RegExp | undefined {
  const pattern = textOf(schema, 'pattern');
  return pattern === undefined ? undefined : new RegExp(pattern, 'u');
}

/** Bends a number to its bounds, to whole numbers and to multiples. */
export function fitNumber(value: number, schema: JsonSchema): number {
  const step = numberOf(schema, 'multipleOf') ?? (schema.type === 'integer' ? 1 : undefined);
  const gap = step ?? 1e-6;
  const min = Math.max(
    numberOf(schema, 'minimum') ?? Number.NEGATIVE_INFINITY,
    (numberOf(schema, 'exclusiveMinimum') ?? Number.NEGATIVE_INFINITY) + gap,
  );
  const max = Math.min(
    numberOf(schema, 'maximum') ?? Number.POSITIVE_INFINITY,
    (numberOf(schema, 'exclusiveMaximum') ?? Number.POSITIVE_INFINITY) - gap,
  );
  const within = Math.min(max, Math.max(min, value));
  if (step === undefined) return within;
  const nearest = Math.round(within / step) * step;
  if (nearest < min) return Math.ceil(min / step) * step;
  return nearest > max ? Math.floor(max / step) * step : nearest;
}

/** What stands where the text holds nothing that would do and the schema insists. */
export function placeholder(schema: JsonSchema, filler: string): string {
  const { fallback } = formats[textOf(schema, 'format') ?? ''] ?? { fallback: '' };
  return fitString(fallback, schema, filler) ?? fallback;
}

/** Cuts a list to the number of items allowed, and drops repeats where they are not. */
export function fitList(items: readonly Json[], schema: JsonSchema): Json[] {
  const kept =
    schema.uniqueItems === true
      ? items.filter((item, i) => items.findIndex((other) => isSame(other, item)) === i)
      : [...items];
  return kept.slice(0, numberOf(schema, 'maxItems') ?? kept.length);
}

export function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a value is one of those an `enum` or `const` lists; undefined where there is neither. */
export function choicesOf(schema: JsonSchema): Json[] | undefined {
  if ('const' in schema) return [schema.const as Json];
  return 'enum' in schema ? (listOf(schema, 'enum') as Json[]) : undefined;
}
