import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { JsonObject } from '../../../src/core/vocabulary/json.ts';
import { strictSchema } from '../../../src/providers/strict-schema.ts';

const schemaOf = (schema: z.ZodType) => schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
const strict = (schema: z.ZodType) => strictSchema(schemaOf(schema) as JsonObject);

const node = z.object({
  name: z.string(),
  get children() {
    return z.array(node);
  },
});

it('every object of a strict schema is closed, wherever it stands; the rest stays as it is', () => {
  const inner = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } as const;
  const about = (object: object) => ({
    type: 'object',
    properties: {
      list: { type: 'array', items: object, maxItems: 3 },
      either: { anyOf: [object, { type: 'null' }] },
      at: { $ref: '#/$defs/one' },
    },
    required: ['list', 'either', 'at'],
    $defs: { one: object },
  });
  const closed = { ...inner, additionalProperties: false };
  expect(strictSchema(about(inner) as never)).toEqual({ ...about(closed), additionalProperties: false });
});

describe('can be strict', () => {
  it.each<[string, z.ZodType]>([
    ['objects in objects', z.object({ a: z.object({ b: z.string() }), c: z.array(z.int()) })],
    ['choices', z.object({ a: z.enum(['x', 'y']), b: z.literal('z'), c: z.string().nullable() })],
    ['recursion', z.object({ tree: node })],
    ['formats', z.object({ a: z.email(), b: z.iso.datetime(), c: z.uuid() })],
  ])('%s', (_, schema) => {
    expect(strict(schema)).toMatchObject({ additionalProperties: false });
  });
});

describe('cannot be strict', () => {
  it.each<[string, z.ZodType]>([
    ['an optional property', z.object({ a: z.string(), b: z.string().optional() })],
    ['an optional property deep inside', z.object({ a: z.array(z.object({ b: z.string().optional() })) })],
    ['a default', z.object({ a: z.string().default('x') })],
    ['a record', z.object({ a: z.record(z.string(), z.string()) })],
    ['an object with more', z.looseObject({ a: z.string() })],
    ['anything', z.object({ a: z.unknown() })],
    ['a length', z.object({ a: z.string().max(10) })],
    ['a tuple', z.object({ a: z.tuple([z.string(), z.number()]) })],
    ['alternatives of which one holds', z.object({ a: z.discriminatedUnion('t', [one('a'), one('b')]) })],
    ['a format of another kind', z.object({ a: z.url() })],
    ['a pattern that looks ahead', z.object({ a: z.string().regex(/^(?!x)/) })],
    ['a list', z.array(z.string())],
    ['alternatives at the root', z.union([one('a'), one('b')])],
  ])('%s', (_, schema) => {
    expect(strict(schema)).toBeUndefined();
  });
});

function one(t: string) {
  return z.object({ t: z.literal(t) });
}
