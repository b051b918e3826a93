import { schemaOf } from '../models/json-schema.ts';
import type { BodyIssue } from './wire.ts';

/** What OpenAI's strict mode refuses most: an object that may have other properties, or lack one of its own. */
export function strictSchemaIssue(schema: unknown, path: BodyIssue['path']): BodyIssue | undefined {
  const { type, properties, required, additionalProperties, items, anyOf } = schemaOf(schema);
  const refused = (message: string) => ({ path, missing: false, message: `Invalid schema: ${message}` });
  if (type === 'object') {
    if (additionalProperties !== false)
      return refused("'additionalProperties' is required to be supplied and to be false");
    const names = Object.keys(schemaOf(properties));
    if (!names.every((name) => Array.isArray(required) && required.includes(name)))
      return refused(
        "'required' is required to be supplied and to be an array including every key in properties",
      );
  }
  const inside = [...Object.values(schemaOf(properties)), ...[items ?? []].flat(), ...[anyOf ?? []].flat()];
  return inside.map((part) => strictSchemaIssue(part, path)).find(Boolean);
}
