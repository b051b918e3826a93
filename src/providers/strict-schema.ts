import type { Json, JsonObject } from '../core/vocabulary/json.ts';

/**
 * A schema as the strict mode of OpenAI and those who follow it takes it: every object says that it has no properties
 * but its own, which answers that fit the schema may be held to.
 *
 * @returns undefined where it cannot be strict, because a property is optional or a keyword unknown to that mode: asked
 * for strictly it would be refused with a 400
 */
export function strictSchema(schema: JsonObject): JsonObject | undefined {
  return schema.type === 'object' && canBeStrict(schema) ? closed(schema) : undefined;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  ...['$schema', '$defs', 'definitions', '$ref', 'title', 'description'],
  ...['type', 'enum', 'const', 'anyOf', 'properties', 'required', 'additionalProperties', 'items'],
  ...['pattern', 'format', 'multipleOf', 'minItems', 'maxItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
]);
const FORMATS: readonly Json[] = [
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
];
const LOOKAROUND = /\(\?<?[=!]/;

function canBeStrict(schema: Json): schema is JsonObject {
  if (!isObject(schema) || !Object.keys(schema).every((keyword) => KEYWORDS.has(keyword))) return false;
  const {
    type,
    $ref,
    anyOf,
    properties,
    required,
    additionalProperties = false,
    items,
    pattern,
    format,
  } = schema;
  if ($ref !== undefined) return Object.keys(schema).length === 1;
  if (type === undefined && anyOf === undefined && schema.enum === undefined && schema.const === undefined)
    return false;
  if (isOf(type, 'object')) {
    const names = isObject(properties) ? Object.keys(properties) : undefined;
    if (additionalProperties !== false || !names?.every((name) => listIn(required).includes(name)))
      return false;
  }
  if (isOf(type, 'array') && !isObject(items)) return false;
  if (format !== undefined && !FORMATS.includes(format)) return false;
  if (typeof pattern === 'string' && LOOKAROUND.test(pattern)) return false;
  return [
    ...[schema.properties, schema.$defs, schema.definitions].flatMap(valuesIn),
    ...listIn(anyOf),
    ...(items === undefined ? [] : [items]),
  ].every(canBeStrict);
}

function closed(schema: Json): JsonObject {
  const { properties, $defs, definitions, anyOf, items, ...rest } = schema as JsonObject;
  return {
    ...rest,
    ...(properties && { properties: eachClosed(properties), additionalProperties: false }),
    ...($defs && { $defs: eachClosed($defs) }),
    ...(definitions && { definitions: eachClosed(definitions) }),
    ...(anyOf && { anyOf: listIn(anyOf).map(closed) }),
    ...(items && { items: closed(items) }),
  };
}

const eachClosed = (schemas: Json): JsonObject =>
  Object.fromEntries(Object.entries(schemas as JsonObject).map(([name, schema]) => [name, closed(schema)]));

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOf = (type: Json | undefined, name: string) => type === name || listIn(type).includes(name);
const listIn = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const valuesIn = (value: Json | undefined): Json[] => (isObject(value) ? Object.values(value) : []);
