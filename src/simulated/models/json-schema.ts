import type { JsonSchema } from './conversation.ts';

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Reads a schema's keywords defensively; whatever is not of the right type counts as absent. */
export function textOf(schema: JsonSchema, keyword: string): string | undefined {
  const value = schema[keyword];
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
}

export function listOf(schema: JsonSchema, keyword: string): readonly unknown[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value : [];
}

export function schemaOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

/** Follows `$ref` and folds `allOf`, so that what remains says itself what it allows. */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const pointer = textOf(schema, '$ref');
  if (pointer !== undefined) {
    const { $ref: _, ...beside } = schema;
    return merge(resolve(at(root, pointer), root), beside);
  }
  const parts = listOf(schema, 'allOf');
  if (parts.length === 0) return schema;
  const { allOf: _, ...rest } = schema;
  return parts.reduce<JsonSchema>((whole, part) => merge(whole, resolve(schemaOf(part), root)), rest);
}

function at(root: JsonSchema, pointer: string): JsonSchema {
  const steps = pointer.replace(/^#\/?/, '').split('/').filter(Boolean);
  return schemaOf(
    steps.reduce<unknown>(
      (value, step) => schemaOf(value)[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')],
      root,
    ),
  );
}

function merge(a: JsonSchema, b: JsonSchema): JsonSchema {
  return {
    ...a,
    ...b,
    properties: { ...schemaOf(a.properties), ...schemaOf(b.properties) },
    required: [...listOf(a, 'required'), ...listOf(b, 'required')],
  };
}

/** The alternatives a schema allows: its `anyOf` or `oneOf` branches, else its types one by one. */
export function branchesOf(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const { anyOf: _any, oneOf: _one, ...beside } = schema;
  const alternatives = [...listOf(schema, 'anyOf'), ...listOf(schema, 'oneOf')];
  if (alternatives.length > 0) {
    return alternatives.flatMap((branch) => {
      const whole = { ...beside, ...resolve(schemaOf(branch), root) };
      return branchesOf(whole, root);
    });
  }
  const types = listOf(schema, 'type');
  return types.length > 0 ? types.map((type) => ({ ...schema, type })) : [schema];
}

/** The type a schema means, also where it only implies one. */
export function typeOf(schema: JsonSchema): string {
  const type = textOf(schema, 'type');
  if (type !== undefined) return type;
  if ('properties' in schema || 'additionalProperties' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema) return 'array';
  return 'string';
}
