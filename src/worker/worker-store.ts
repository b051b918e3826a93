import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { BudgetPort, LedgerPort } from '../../activities/ports.ts';
import type { Cap, CapReached } from '../core/vocabulary/cap.ts';
import { readLedgerRows } from '../history/read-ledger-rows.ts';
import { reserveBudget, settleBudget, settleOpen, settleRest } from '../store/budgets.ts';
import { markRecorded, writeLedger } from '../store/ledger.ts';
import { openStore, type Store, type StoreOptions } from '../store/store.ts';

type Run = Parameters<LedgerPort['record']>[0];

/** Budgets and ledger in SQL. The database is opened when it is first needed, and again when that failed. */
export class WorkerStore implements BudgetPort, LedgerPort {
  readonly #where: Pick<StoreOptions, 'url' | 'env'>;
  readonly #warn: (message: string) => void;
  #opened: Promise<Store> | undefined;

  constructor(where: Pick<StoreOptions, 'url' | 'env'>, warn: (message: string) => void) {
    this.#where = where;
    this.#warn = warn;
  }

  open(): Promise<Store> {
    this.#opened ??= openStore(this.#where).catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async reserve(requestId: string, caps: readonly Cap[], micros: number): Promise<CapReached | undefined> {
    return reserveBudget(await this.open(), { key: requestId, caps, micros, nowMs: Date.now() });
  }

  async settle(requestId: string, micros: number): Promise<void> {
    try {
      await settleBudget(await this.open(), { key: requestId, micros, nowMs: Date.now() });
    } catch (error) {
      this.#warn(`What a call cost is settled later: ${error instanceof Error ? error.message : error}`);
    }
  }

  record(run: Run, closing: boolean): Promise<void> {
    return this.recordRun(Context.current().client, run, closing);
  }

  /** @param closing whether the run's history will hold no more attempts @throws StoreError */
  async recordRun(client: Client, run: Run, closing: boolean): Promise<void> {
    // First, so that a database that is away costs no reading of histories.
    const store = await this.open();
    const rows = await readLedgerRows(client, run, closing);
    await writeLedger(store, rows);
    const settled = rows.map(({ providerRequestId, estimatedMicros }) => ({
      key: providerRequestId!,
      micros: estimatedMicros,
    }));
    await settleOpen(store, settled, Date.now());
    if (!closing) return;
    await settleRest(store, run.runId, Date.now());
    await markRecorded(store, run.runId, Date.now());
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened?.catch(() => undefined))?.close();
  }
}
