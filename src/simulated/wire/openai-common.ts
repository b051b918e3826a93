/** What OpenAI's chat completions and its responses have in common. */
import type { Wire } from './wire.ts';

export const hasBearerKey: Wire['hasKey'] = (headers) =>
  /^Bearer\s+\S/i.test(headers.get('authorization') ?? '');

export const listModels: Wire['models'] = (ids, provider) => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model', created: 0, owned_by: provider })),
});

/** Arguments of a call go round as the model wrote them; broken ones are kept as text. */
export function readArguments(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
