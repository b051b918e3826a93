import type { SnapshotEndpoint, SnapshotPrice } from '../../../src/catalog/snapshot.ts';
import type { Ability, Modality } from '../../../src/core/vocabulary/model.ts';
import type { SourcePackage } from './packages.ts';

export type SourceId = SourcePackage['id'];

/** What a source does not say is absent; nothing is guessed here. */
export type SourcePrice = Omit<SnapshotPrice, 'source'>;

/** One line of one package's table, before anybody decides which model it is. */
export interface SourceRow {
  readonly source: SourceId;
  /** As the source spells them. */
  readonly provider: string;
  readonly wireModel: string;
  readonly contextTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly inputs: readonly Modality[];
  readonly abilities: readonly Ability[];
  readonly price: SourcePrice;
  readonly retires?: string | undefined;
  /** Absent where the source does not say which interface serves it. */
  readonly api?: 'chat' | SnapshotEndpoint['api'];
  /** From a list that keeps old models, on a host that newer lists cover: see `keep-rows.ts`. */
  readonly historical?: boolean;
}

/** A line that did not become a row, and why. */
export interface Dropped {
  readonly source: SourceId;
  readonly row: string;
  readonly reason: string;
}

export interface SourceTable {
  readonly rows: readonly SourceRow[];
  readonly dropped: readonly Dropped[];
}

/** Per-token dollars to dollars per million, without the dust that binary fractions leave. */
export function perMillion(dollarsPerToken: number): number {
  return tidy(dollarsPerToken * 1e6);
}

export function tidy(rate: number): number {
  return Number(rate.toPrecision(7));
}
