/**
 * Whether the ledger matches the vendors' own books after a rough day: faults, cancelled and terminated runs, workers
 * killed by SIGKILL in the middle of calls, and the database away for a while. The vendors bill by their own counters, for
 * what they sent until the socket closed. Prints JSON.
 *
 *   npm run -s bench:ledger -- [--database postgres] [--runs 700] [--seed 1]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { costMicros } from '../../src/core/cost/price.ts';
import { randomFrom } from '../../src/core/routing/quality/shuffle.ts';
import type { LedgerRow } from '../../src/core/vocabulary/ledger.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import type { LogEntry } from '../../src/simulated/request-log.ts';
import { readLedger, writeLedger } from '../../src/store/ledger.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { startDevEnvironment } from '../../src/testing/dev-environment.ts';
import { SIMULATED_URL_ENV } from '../../src/worker/resolve-providers.ts';
import { books } from './ledger/agents.ts';
import { config } from './ledger/config.ts';
import { type BenchDatabase, newBenchDatabase } from './ledger/database.ts';
import { WorkerProcess } from './worker-process.ts';

const options = new Command('bench:ledger')
  .addOption(
    new Option('--database <kind>', 'where the ledger is').choices(['sqlite', 'postgres']).default('sqlite'),
  )
  .option('--runs <count>', 'runs to start', Number, 700)
  .option('--seed <number>', 'what is drawn at random', Number, 1)
  .parse()
  .opts<{ database: BenchDatabase['kind']; runs: number; seed: number }>();

const AT_ONCE = 20;
const WORKERS = 2;
const KILL_EVERY_MS = 4_000;
const FAULT_EVERY_MS = 120;
const DATABASE_AWAY_MS = 12_000;
const FAULTS = [
  ...['500', '503', '529', '429:1', 'reset', 'timeout', 'silence', 'stall', 'cut', 'malformed'],
  ...['error-in-200', 'empty'],
];
const CLI = fileURLToPath(new URL('../../dist/src/cli/bin.js', import.meta.url));
const TEXT = 'The mill opened in 1890 and it was the largest mill of the county for many years. '.repeat(8);

const random = randomFrom(options.seed);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-ledger-'));
const say = (text: string) => process.stderr.write(`${text}\n`);

const database = await newBenchDatabase(options.database, folder);
const environment = await startDevEnvironment({
  ...{ config, directory: folder, worker: false, latencyScale: 0.1 },
});
const { signalbox, simulated } = environment;
const { control } = simulated!;
const { catalog } = resolveConfig(config, 'simulated');

const newWorker = () =>
  new WorkerProcess({
    config: new URL('./ledger/config.ts', import.meta.url),
    env: {
      TEMPORAL_ADDRESS: environment.address,
      [SIMULATED_URL_ENV]: simulated!.url,
      SIGNALBOX_DATABASE_URL: database.url,
    },
  });

/** What becomes of a run, drawn before it starts. */
async function oneRun(i: number): Promise<'completed' | 'canceled' | 'terminated' | 'failed'> {
  const fate = random();
  const run = await signalbox.start(books, { text: `${i}. ${TEXT}` }, { id: `books-${i}` });
  if (fate < 0.05) {
    await sleep(50 + random() * 600);
    const canceled = fate < 0.04;
    await (canceled ? run.cancel() : run.terminate('bench')).catch(() => {});
    await run.result({ whenParked: 'wait' }).catch(() => {});
    return canceled ? 'canceled' : 'terminated';
  }
  for (let tries = 0; ; tries++) {
    try {
      await run.result();
      return 'completed';
    } catch (error) {
      if ((error as Error).name !== 'RunParked' || tries > 20) return 'failed';
      await run.resume().catch(() => {});
    }
  }
}

/** What the vendor's own counters say that a request costs; nothing where no model began to work. */
function billedMicros(entry: LogEntry): number {
  const { provider, model, outcome, inputTokens, outputTokens } = entry;
  if (outcome.startsWith('status') || outcome === 'reset' || outcome === 'timeout') return 0;
  const { price } = catalog.endpoints.find(
    (endpoint) => endpoint.provider === provider && endpoint.wireModel === model,
  )!;
  const cached = { cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  return costMicros(price, { inputTokens, outputTokens, ...cached });
}

const requestOf = ({ headers }: LogEntry) => decodeURIComponent(headers['x-client-request-id'] ?? '');

async function readRows(store: Store): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (let i = 0; i < options.runs; i++) rows.push(...(await readLedger(store, `books-${i}`)));
  return rows;
}

try {
  const workers = Array.from({ length: WORKERS }, newWorker);
  await Promise.all(workers.map((worker) => worker.ready()));

  // The rough day.
  let over = false;
  const faults = (async () => {
    while (!over) {
      const { id } = pick(catalog.endpoints);
      const fault = `${pick(FAULTS)}x${1 + Math.floor(random() * 2)}`;
      await control.setFault(id, parseFault(fault));
      await sleep(FAULT_EVERY_MS);
    }
    await control.clearFaults();
  })();
  const kills = (async () => {
    for (let k = 0; ; k++) {
      await sleep(KILL_EVERY_MS);
      if (over) return;
      await workers[k % WORKERS]!.killAndReplace();
    }
  })();
  const fates: Record<string, number> = {};
  let next = 0;
  let away: Promise<void> | undefined;
  const lane = async () => {
    while (next < options.runs) {
      const i = next++;
      if (i >= options.runs / 3) away ??= database.away(DATABASE_AWAY_MS);
      const fate = await oneRun(i);
      fates[fate] = (fates[fate] ?? 0) + 1;
      if ((i + 1) % 100 === 0) say(`${i + 1} of ${options.runs} runs`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  over = true;
  await Promise.all([faults, kills, away]);

  // Closed runs whose rows are late are caught up with by the workers, four times a minute.
  const store = await openStore({ url: database.url });
  const log = await control.log();
  const missingIn = (rows: readonly LedgerRow[]) => {
    const there = new Set(rows.map(({ providerRequestId }) => providerRequestId));
    return log.filter((entry) => !there.has(requestOf(entry)));
  };
  let rows = await readRows(store);
  for (let looks = 0; missingIn(rows).length > 0 && looks < 60; looks++) {
    await sleep(2_000);
    rows = await readRows(store);
  }

  // The vendors' books beside ours.
  const billed = new Map(log.map((entry) => [requestOf(entry), billedMicros(entry)]));
  const errorOf = (row: LedgerRow, micros: number) =>
    Math.abs(micros - (billed.get(row.providerRequestId!) ?? 0));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const reported = rows.filter(({ usage }) => usage.kind !== 'unknown');
  const unknown = rows.filter(({ usage }) => usage.kind === 'unknown');
  const missing = missingIn(rows);
  const costErrorMicros = sum(reported.map((row) => errorOf(row, row.estimatedMicros)));

  const csvOf = (entries: readonly LogEntry[]) =>
    `request_id,cost_usd\n${entries.map((entry) => `${requestOf(entry)},${billedMicros(entry) / 1e6}`).join('\n')}\n`;
  const providers = [...new Set(rows.map(({ provider }) => provider))];
  const day = rows.map(({ startedAt }) => startedAt.slice(0, 10)).reduce((x, y) => (y < x ? y : x));
  for (const provider of providers) {
    const file = join(folder, `${provider}.csv`);
    // Whom a call went to is not known where nobody lived to tell: such rows are looked for in every bill.
    writeFileSync(
      file,
      csvOf(provider === 'unknown' ? log : log.filter((entry) => entry.provider === provider)),
    );
    const about = ['--provider', provider, '--usage', file, '--complete', '--since', day];
    execFileSync(process.execPath, [CLI, 'reconcile', ...about, '--database', database.url], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const after = await readRows(store);
  const costErrorAfterReconcileMicros =
    sum(after.map((row) => errorOf(row, row.reportedMicros ?? row.estimatedMicros))) +
    sum(missing.map(billedMicros));

  const batch = Array.from({ length: 20_000 }, (_, i) => ({
    ...rows[i % rows.length]!,
    activityId: `speed-${i}`,
  }));
  const startedAtMs = performance.now();
  await writeLedger(store, batch);
  const rowsPerSecond = Math.round(batch.length / ((performance.now() - startedAtMs) / 1_000));

  await store.close();
  for (const worker of workers) await worker.kill();
  process.stdout.write(
    `${JSON.stringify({
      database: options.database,
      attempts: log.length,
      rows: rows.length,
      missing: missing.length,
      duplicate: rows.length - new Set(rows.map(({ providerRequestId }) => providerRequestId)).size,
      unknown: unknown.length,
      unknownBy: Object.fromEntries(
        [...Map.groupBy(unknown, ({ outcome }) => outcome)].map(([outcome, of]) => [outcome, of.length]),
      ),
      costErrorMicros,
      costErrorAfterReconcileMicros,
      rowsPerSecond,
      billedMicros: sum([...billed.values()]),
      ...{ runs: fates, workerKills: sum(workers.map(({ kills: count }) => count)) },
      databaseAwayMs: DATABASE_AWAY_MS,
    })}\n`,
  );
} finally {
  await environment.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
