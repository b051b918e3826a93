import type { Snapshot, SnapshotModel } from '../../../src/catalog/snapshot.ts';

/** A snapshot of such models, checked or not. */
export const aSnapshot = (models: readonly object[]): Snapshot => ({
  format: 1,
  version: 'v',
  sources: [{ id: 'list', name: 'price-list', version: '1.0.0', date: '2026-11-01' }],
  models: models as SnapshotModel[],
});

export const gpt = (endpoint: object = {}, model: object = {}): SnapshotModel => ({
  id: 'gpt-5',
  family: 'gpt',
  contextTokens: 400_000,
  maxOutputTokens: 128_000,
  inputs: ['text'],
  abilities: ['tools'],
  endpoints: [
    {
      provider: 'openai',
      wireModels: ['gpt-5', 'gpt-5-2025-08-07'],
      prices: [{ input: 1, output: 2, source: 'list' }],
      ...endpoint,
    },
  ],
  ...model,
});
