import { type SnapshotEndpoint, type SnapshotModel, snapshotEndpointId } from '../../src/catalog/snapshot.ts';
import { ABILITIES, MODALITIES } from '../../src/core/vocabulary/model.ts';
import { readProviderName } from './names/provider-name.ts';
import { type ModelName, readModelName } from './names/read-model-name.ts';
import { resolveSnapshots } from './names/resolve-snapshots.ts';
import { isMovingAlias } from './names/text-model.ts';
import { sourcePackages } from './sources/packages.ts';
import type { Dropped, SourceId, SourcePrice, SourceRow } from './sources/source-row.ts';

interface NamedRow extends SourceRow {
  readonly name: ModelName;
  readonly model: string;
  readonly host: string;
  readonly via?: string | undefined;
}

interface Merged {
  readonly models: readonly SnapshotModel[];
  readonly dropped: readonly Dropped[];
}

/** Rows of all sources to models with endpoints. Input order does not matter; the order of `sourcePackages` does. */
export function mergeRows(rows: readonly SourceRow[]): Merged {
  const dropped: Dropped[] = [];
  const named = nameRows(rows);
  const batches = new Map(named.filter(({ name }) => name.batch).map((row) => [endpointKey(row), row]));

  const byEndpoint = Map.groupBy(named.filter(({ name }) => !name.batch).toSorted(byPreference), endpointKey);
  for (const [key, row] of batches) {
    if (!byEndpoint.has(key)) dropped.push(dropOf(row, 'a batch price whose endpoint no source lists'));
  }

  const endpoints = [...byEndpoint].map(([key, group]) => ({
    model: group[0]!.model,
    endpoint: mergeEndpoint(group, batches.get(key)?.price),
  }));
  const byModel = Map.groupBy(endpoints, ({ model }) => model);
  const models = [...byModel].map(([id, members]) =>
    foldModel(
      id,
      members.map(({ endpoint }) => endpoint),
    ),
  );
  return { models: models.toSorted((a, b) => compare(a.id, b.id)), dropped };
}

function nameRows(rows: readonly SourceRow[]): NamedRow[] {
  const read = rows.map((row) => {
    const { provider, via } = readProviderName(row.provider);
    return { ...row, host: provider, via, name: readModelName(provider, row.wireModel) };
  });
  const modelOf = resolveSnapshots(read.map(({ name }) => name));
  return read.map((row) => ({ ...row, model: modelOf(row.name) }));
}

/** What makes two rows one endpoint: the same weights, host, place, bits and way of serving. */
function endpointKey({ host, via, model, name }: NamedRow): string {
  return [host, via, model, name.region, name.variant, name.quantization].join('|');
}

/** Newest source first; within it the plain name before the dated one, the fully qualified one before its short form. */
function byPreference(a: NamedRow, b: NamedRow): number {
  const age = ({ source }: NamedRow) => sourcePackages.findIndex(({ id }) => id === source);
  const dated = ({ name }: NamedRow) => Number(name.snapshot !== undefined);
  return (
    age(a) - age(b) ||
    dated(a) - dated(b) ||
    b.wireModel.length - a.wireModel.length ||
    compare(a.wireModel, b.wireModel)
  );
}

function mergeEndpoint(group: readonly NamedRow[], batch: SourcePrice | undefined): SnapshotEndpoint {
  const [first] = group as [NamedRow];
  const { region, quantization } = first.name;
  const variant = first.via === undefined ? first.name.variant : `via-${first.via}`;
  const disputes = group
    .slice(1)
    .filter(({ source }) => isOfTheTimeOf(source, first.source))
    .map((row) => ({ row, rates: disputedRates(first.price, row.price) }));
  const others = disputes.filter(({ rates }) => rates.length > 0);
  const disputed = [...new Set(others.flatMap(({ rates }) => rates))];
  const contextTokens = firstKnown(group, 'contextTokens');
  const maxOutputTokens = firstKnown(group, 'maxOutputTokens');
  const retires = firstKnown(group, 'retires');
  const api = onlyApi(group);
  const price =
    batch && !first.price.batch
      ? { ...first.price, batch: { input: batch.input, output: batch.output } }
      : first.price;

  return {
    provider: first.host,
    wireModels: [...new Set(group.map(({ wireModel }) => wireModel))],
    ...(region !== undefined && { region }),
    ...(variant !== undefined && { variant }),
    ...(quantization !== undefined && { quantization }),
    ...(api !== undefined && { api }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    // A source that is silent about an ability does not deny it.
    inputs: inOrder(
      MODALITIES,
      group.flatMap(({ inputs }) => inputs),
    ),
    abilities: inOrder(
      ABILITIES,
      group.flatMap((row) => row.abilities),
    ),
    ...(group.every(({ historical }) => historical) && { historical: true as const }),
    ...(retires !== undefined && { retires }),
    prices: [
      { ...price, source: first.source },
      ...distinct(others.map(({ row }) => ({ ...withoutBatch(row.price), source: row.source }))),
    ],
    ...(disputed.length > 0 && { disputed }),
  };
}

/** A host that lists one name for chats and others for elsewhere serves chats. */
function onlyApi(group: readonly NamedRow[]): SnapshotEndpoint['api'] {
  const apis = group.flatMap(({ api }) => api ?? []);
  return apis.includes('chat') ? undefined : apis.find((api) => api !== 'chat');
}

/** A price of last year that differs is a price that changed, not a quarrel between sources. */
function isOfTheTimeOf(source: SourceId, reference: SourceId): boolean {
  const day = (id: SourceId) =>
    Date.parse(sourcePackages.find((candidate) => candidate.id === id)!.date) / 86_400_000;
  return Math.abs(day(source) - day(reference)) <= 90;
}

function disputedRates(used: SourcePrice, other: SourcePrice): string[] {
  return (['input', 'output', 'cacheRead', 'cacheWrite'] as const).filter((rate) => {
    const [a, b] = [used[rate], other[rate]];
    return a !== undefined && b !== undefined && Math.abs(a - b) > 0.01 * Math.max(a, b);
  });
}

/** The model says what is common; an endpoint keeps only what it does differently. */
function foldModel(id: string, endpoints: readonly SnapshotEndpoint[]): SnapshotModel {
  const contextTokens = commonest(endpoints.map((endpoint) => endpoint.contextTokens)) ?? null;
  const shared = {
    contextTokens,
    maxOutputTokens: commonest(endpoints.map((endpoint) => endpoint.maxOutputTokens)) ?? null,
    inputs: commonest(endpoints.map(({ inputs }) => inputs)) ?? ['text'],
    abilities: commonest(endpoints.map((endpoint) => endpoint.abilities)) ?? [],
  };
  const isOutlier = outlierTest(endpoints);
  const isOwn = ([field, value]: readonly [string, unknown]) =>
    !(field in shared) || JSON.stringify(value) !== JSON.stringify(shared[field as keyof typeof shared]);
  const own = endpoints.map((endpoint) => ({
    ...(Object.fromEntries(Object.entries(endpoint).filter(isOwn)) as unknown as SnapshotEndpoint),
    ...(isOutlier(endpoint) && { outlier: true as const }),
  }));
  const order = (endpoint: SnapshotEndpoint) => snapshotEndpointId(id, endpoint);
  const moving = isMovingAlias(id) && { moving: true as const };
  return {
    id,
    family: familyOf(id),
    ...moving,
    ...shared,
    endpoints: own.toSorted((a, b) => compare(order(a), order(b))),
  };
}

const outlierFactor = 8;
const fewestToCompare = 4;

/** Against the median of the hosts that charge; with fewer than four of them nobody can say who is odd. */
function outlierTest(endpoints: readonly SnapshotEndpoint[]): (endpoint: SnapshotEndpoint) => boolean {
  const charging = endpoints.filter(({ variant }) => variant !== 'free');
  const medianOf = (rate: 'input' | 'output') => {
    const sorted = charging.map(({ prices }) => prices[0]![rate]).toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  };
  const medians = { input: medianOf('input'), output: medianOf('output') };
  return ({ prices: [price], variant }) =>
    charging.length >= fewestToCompare &&
    variant !== 'free' &&
    (['input', 'output'] as const).some(
      (rate) => price![rate] > medians[rate] * outlierFactor || price![rate] < medians[rate] / outlierFactor,
    );
}

/** The maker's line, which is what people allow and deny: every Mistral product is `mistral`, o3 is `gpt`. */
function familyOf(id: string): string {
  if (/^(o\d|chatgpt|codex|computer-use)/.test(id)) return 'gpt';
  if (/^(mi|min|mag|cod|dev|pix|vox|lean|labs-)[a-z-]*stral|^mixtral|^(open-)?mistral|leanstral/.test(id))
    return 'mistral';
  if (/^(qwq|codeqwen)/.test(id)) return 'qwen';
  if (/^codellama/.test(id)) return 'llama';
  return /^[a-z]+/.exec(id)?.[0] ?? id;
}

function dropOf({ source, provider, wireModel }: NamedRow, reason: string): Dropped {
  return { source, row: `${provider}/${wireModel}`, reason };
}

function firstKnown<Field extends 'contextTokens' | 'maxOutputTokens' | 'retires'>(
  rows: readonly NamedRow[],
  field: Field,
) {
  return rows.find((row) => row[field] !== undefined)?.[field];
}

function withoutBatch({ batch: _, ...price }: SourcePrice): SourcePrice {
  return price;
}

function inOrder<Word>(order: readonly Word[], words: readonly Word[]): Word[] {
  return order.filter((word) => words.includes(word));
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** The first of the most frequent, so that the outcome does not depend on chance. */
function commonest<Value>(values: readonly (Value | undefined)[]): Value | undefined {
  const known = values.filter((value) => value !== undefined);
  const counts = Map.groupBy(known, (value) => JSON.stringify(value));
  return [...counts.values()].toSorted((a, b) => b.length - a.length)[0]?.[0];
}

/** Code units, not the machine's locale: the file must come out the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
