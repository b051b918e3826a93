import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { z } from 'zod';
import type { JsonSchema } from '../../../src/simulated/models/conversation.ts';
import { fillSchema } from '../../../src/simulated/models/fill-schema.ts';
import { contracts } from './contracts.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false });

function fill(schema: JsonSchema, material: string) {
  return fillSchema(schema, { question: 'Extract the facts.', material }, 60);
}

/** Schemas of the kinds clients send, nested up to three levels. */
const schemas: fc.Arbitrary<JsonSchema> = fc.letrec<{ any: JsonSchema; leaf: JsonSchema }>((tie) => ({
  leaf: fc.oneof(
    fc.record({ type: fc.constant('string') }),
    fc
      .tuple(fc.nat(60), fc.nat(60))
      .map(([a, b]) => ({ type: 'string', minLength: Math.min(a, b), maxLength: Math.max(a, b) })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(50))
      .map(([min, more]) => ({ type: 'integer', minimum: min, maximum: min + more })),
    fc.record({ type: fc.constant('number'), exclusiveMinimum: fc.nat(5) }),
    fc.constant({ type: 'integer', multipleOf: 7 }),
    fc.record({ type: fc.constant('boolean') }),
    fc.constant({ type: 'string', enum: ['low', 'medium', 'high'] }),
    fc.constant({ enum: ['payment', 3, null] }),
    fc.constant({ const: 'fixed' }),
    fc.constant({ type: ['string', 'null'] }),
    fc.constant({ $ref: '#/$defs/name' }),
  ),
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(
        fc.dictionary(
          fc.constantFrom(
            'parties',
            'name',
            'dueDate',
            'amount',
            'isValid',
            'risk',
            'title',
            'count',
            'quote',
          ),
          tie('any'),
          { maxKeys: 4 },
        ),
        fc.boolean(),
      )
      .map(([properties, all]) => ({
        type: 'object',
        properties,
        required: all ? Object.keys(properties) : [],
        additionalProperties: false,
      })),
    fc
      .tuple(tie('any'), fc.nat(4), fc.nat(4))
      .map(([items, a, b]) => ({ type: 'array', items, minItems: Math.min(a, b), maxItems: Math.max(a, b) })),
    tie('any').map((schema) => ({ anyOf: [schema, { type: 'null' }] })),
    tie('any').map((schema) => ({ allOf: [schema] })),
  ),
})).any;

describe('filling a schema', () => {
  it('always fits it', () => {
    fc.assert(
      fc.property(
        schemas,
        fc.oneof(
          contracts.map(({ text }) => text),
          fc.string(),
        ),
        (schema, text) => {
          const whole = { ...schema, $defs: { name: { type: 'string', minLength: 2 } } };
          const filled = fill(whole, text);
          const fits = ajv.validate(whole, filled);
          expect({ filled, errors: fits ? null : ajv.errors }).toEqual({ filled, errors: null });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('fits what zod makes of its types', () => {
    const Everything = z.object({
      kind: z.discriminatedUnion('type', [
        z.object({ type: z.literal('sale'), price: z.number().positive() }),
        z.object({ type: z.literal('lease'), rent: z.string(), from: z.iso.date() }),
      ]),
      email: z.email(),
      site: z.url().nullable(),
      at: z.iso.datetime(),
      id: z.uuid(),
      pair: z.tuple([z.string(), z.int()]),
      tags: z.array(z.enum(['payment', 'patent', 'delivery'])).min(1),
      byRole: z.record(z.enum(['seller', 'buyer']), z.string()),
      anything: z.record(z.string(), z.unknown()),
      note: z.string().min(5).max(12).optional(),
      term: z.object({ start: z.iso.date(), end: z.iso.date() }),
    });
    const text =
      'This lease starts on 3 May 2030 and ends on 4 June 2031. The rent payment is EUR 900. Write to ann@example.org.';
    const filled = Everything.parse(fill(z.toJSONSchema(Everything) as JsonSchema, text));
    expect(filled).toMatchObject({
      kind: { type: 'lease', rent: 'EUR 900' },
      email: 'ann@example.org',
      site: null,
      tags: ['payment'],
      term: { start: '2030-05-03', end: '2031-06-04' },
    });
  });

  it('ends in a recursive schema', () => {
    type Tree = { title: string; children: Tree[] };
    const Tree: z.ZodType<Tree> = z.object({ title: z.string(), children: z.array(z.lazy(() => Tree)) });
    const filled = fill(z.toJSONSchema(Tree) as JsonSchema, '1. One. Text of one.\n\n2. Two. Text of two.');
    expect(Tree.parse(filled).children).not.toHaveLength(0);
  });

  it('is the same for the same text', () => {
    fc.assert(
      fc.property(schemas, contracts, (schema, { text }) => {
        expect(fill(schema, text)).toEqual(fill(schema, text));
      }),
      { numRuns: 50 },
    );
  });
});
