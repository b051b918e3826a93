/** The tables as Kysely sees them. In SQL their names, and those of their columns, are in snake_case. */

import type { Quarantine } from '../core/health/quarantine.ts';
import type { Attempt } from '../core/vocabulary/attempt.ts';
import type { Cap } from '../core/vocabulary/cap.ts';
import type { CallKind, LedgerKey, LedgerUsage } from '../core/vocabulary/ledger.ts';

export interface Tables {
  signalboxLedger: LedgerTable;
  signalboxBudget: BudgetTable;
  signalboxReservation: ReservationTable;
  signalboxRecorded: RecordedTable;
  signalboxHealth: HealthTable;
  signalboxQuarantine: Quarantine;
}

/** Runs all of whose rows are in the ledger. */
export interface RecordedTable {
  runId: string;
  recordedAt: string;
}

export interface LedgerTable extends LedgerKey {
  firstRunId: string;
  lineage: string | null;
  agent: string;
  step: string;
  turn: number;
  tenant: string | null;
  taskClass: string;
  callKind: CallKind;
  endpoint: string;
  provider: string;
  requestedModel: string;
  servedModel: string | null;
  providerRequestId: string | null;
  /** 0 or 1: SQLite has no booleans. */
  failover: number;
  outcome: Attempt['outcome'];
  usage: LedgerUsage['kind'];
  allotmentMicros: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  reasoningTokens: number | null;
  audioTokens: number | null;
  imageTokens: number | null;
  /** Separated by commas; empty where there are none. */
  flags: string;
  priceSource: string | null;
  priceDate: string | null;
  estimatedMicros: number;
  reportedMicros: number | null;
  startedAt: string;
  firstTokenMs: number | null;
  totalMs: number;
}

/** One counter for each scope and each day or month in which something was reserved. */
export interface BudgetTable {
  scope: Cap['scope'];
  name: string;
  period: Cap['period'];
  /** `2026-11-25`, `2026-11`. */
  start: string;
  /** The cap as it was at the last reservation. */
  capMicros: number;
  spentMicros: number;
  openMicros: number;
}

export interface ReservationTable {
  key: string;
  micros: number;
  reservedAt: string;
  /** JSON: which counters it is open in. */
  counters: string;
  /** Null while it is open. */
  settledMicros: number | null;
  settledAt: string | null;
}

/** One row an endpoint. */
export interface HealthTable {
  endpoint: string;
  /** Rises by one with each change. */
  version: number;
  /** An `EndpointHealth` in JSON. */
  state: string;
}
