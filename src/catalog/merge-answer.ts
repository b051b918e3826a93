import { createHash } from 'node:crypto';
import type { AnsweredRow } from './read-models-answer.ts';
import { type Snapshot, type SnapshotEndpoint, type SnapshotModel, snapshotEndpointId } from './snapshot.ts';

/**
 * A snapshot in which one provider serves what it has just answered. Names it has used before keep their model; a new
 * name becomes the model that its last part spells. What it no longer lists becomes historical, so that a config naming
 * it can be told why it fails.
 */
export function mergeAnswer(
  snapshot: Snapshot,
  provider: string,
  rows: readonly AnsweredRow[],
  today: string,
): Snapshot {
  const source = { id: `sync-${provider}`, name: `${provider} /models`, version: 'as answered', date: today };
  const places = placesOf(snapshot, provider);
  const endpoints = new Map<string, { model: string; row: AnsweredRow; endpoint: SnapshotEndpoint }>();
  for (const row of rows) {
    const { model, ...place } = places.get(row.wireModel) ?? newPlace(row.wireModel);
    const endpoint = toEndpoint({ provider, ...place }, row, source.id);
    const id = snapshotEndpointId(model, endpoint);
    // A second name for the same thing, e.g. with its date: the first is the one to send.
    if (!endpoints.has(id)) endpoints.set(id, { model, row, endpoint });
  }

  const answered = Map.groupBy(endpoints.values(), ({ model }) => model);
  const known = snapshot.models.map((model) => ({
    ...model,
    endpoints: [
      ...model.endpoints.flatMap((endpoint) => {
        if (endpoint.provider !== provider) return endpoint;
        const listed = endpoints.has(snapshotEndpointId(model.id, endpoint));
        return listed ? [] : { ...endpoint, historical: true as const };
      }),
      ...(answered.get(model.id) ?? []).map(({ endpoint }) => endpoint),
    ],
  }));
  const ids = new Set(known.map(({ id }) => id));
  const added = [...answered].filter(([id]) => !ids.has(id)).map(([id, own]) => newModel(id, own));
  const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 8);
  const [version = '', ...synced] = snapshot.version.split(' + ');
  const others = synced.filter((part) => !part.startsWith(`${provider} `));
  return {
    ...snapshot,
    version: [version, ...others, `${provider} ${today}-${digest}`].join(' + '),
    sources: [source, ...snapshot.sources.filter(({ id }) => id !== source.id)],
    models: [...known, ...added],
  };
}

/** Which endpoint a provider's name for a model means. */
type Place = { readonly model: string } & Pick<SnapshotEndpoint, 'region' | 'variant' | 'quantization'>;

function placesOf({ models }: Snapshot, provider: string): Map<string, Place> {
  return new Map(
    models.flatMap(({ id, endpoints }) =>
      endpoints
        .filter((endpoint) => endpoint.provider === provider)
        .flatMap(({ wireModels, region, variant, quantization }) => {
          const place = {
            model: id,
            ...(region && { region }),
            ...(variant && { variant }),
            ...(quantization && { quantization }),
          };
          return wireModels.map((wireModel) => [wireModel, place] as const);
        }),
    ),
  );
}

/** `maker/model:free` */
function newPlace(wireModel: string): Place {
  const [name = wireModel, variant] = wireModel.slice(wireModel.lastIndexOf('/') + 1).split(':');
  return { model: name.toLowerCase(), ...(variant && { variant }) };
}

function toEndpoint(place: Omit<Place, 'model'> & { provider: string }, row: AnsweredRow, source: string) {
  const { wireModel, contextTokens, maxOutputTokens, inputs, abilities, price, retires } = row;
  return {
    ...place,
    wireModels: [wireModel],
    ...(contextTokens !== undefined && { contextTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...{ inputs, abilities },
    ...(retires !== undefined && { retires }),
    prices: [{ ...price, source }],
  };
}

function newModel(
  id: string,
  own: readonly { readonly row: AnsweredRow; readonly endpoint: SnapshotEndpoint }[],
): SnapshotModel {
  const { row } = own[0]!;
  return {
    id,
    family: /^[a-z]+/.exec(id)?.[0] ?? id,
    ...(id.endsWith('-latest') && { moving: true as const }),
    contextTokens: row.contextTokens ?? null,
    maxOutputTokens: row.maxOutputTokens ?? null,
    inputs: row.inputs,
    abilities: row.abilities,
    endpoints: own.map(({ endpoint }) => endpoint),
  };
}
