/**
 * Ten thousand calls against one provider that fails 20% of its requests at random, and nobody to fail over to: whether
 * every call is answered, whether every attempt is accounted for (the simulated provider's counters against the ledger
 * and the histories), and whether the worker's memory stays flat. Prints JSON; exits with 1 where one of them is not so.
 *
 *   npm run -s bench:flaky -- [--calls 10000] [--seed 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseFault } from '../../src/simulated/faults.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { openStore } from '../../src/store/store.ts';
import { startDevEnvironment } from '../../src/testing/dev-environment.ts';
import { SIMULATED_URL_ENV } from '../../src/worker/resolve-providers.ts';
import { until } from '../support/until.ts';
import { askOften } from './flaky/agents.ts';
import { config, PROVIDER } from './flaky/config.ts';
import { inLanes } from './in-lanes.ts';
import { WorkerProcess } from './worker-process.ts';

const options = new Command('bench:flaky')
  .option('--calls <count>', 'model calls that must be answered', Number, 10_000)
  .option('--seed <number>', 'which requests fail', Number, 1)
  .parse()
  .opts<{ calls: number; seed: number }>();

const CALLS_A_RUN = 50;
const RUNS_AT_ONCE = 16;
const SAY_EVERY = 1_000;
/** Of the second half of the calls over the first: a collector of garbage lets memory go up and down. */
const MOST_GROWTH = 0.1;
const MOST_HISTORY_BYTES = 4_000_000;
const FAULTS = ['503@5%', 'reset@4%', 'cut@3%', 'empty@3%', 'malformed@3%', '429:1@2%'].map(parseFault);

/** What each outcome at the provider is to an attempt. */
const KINDS: Readonly<Record<string, string>> = {
  answered: 'answered',
  'status 503': 'unavailable',
  reset: 'unavailable',
  cut: 'answer_incomplete',
  empty: 'answer_incomplete',
  malformed: 'answer_incomplete',
  'status 429': 'rate_limited',
};

const startedAtMs = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-flaky-'));
const database = `sqlite:${join(folder, 'ledger.db')}`;
const environment = await startDevEnvironment({
  ...{ config, directory: folder, worker: false, seed: options.seed },
});
const { signalbox, simulated } = environment;
const { control } = simulated!;
const worker = new WorkerProcess({
  config: new URL('./flaky/config.ts', import.meta.url),
  env: {
    TEMPORAL_ADDRESS: environment.address,
    [SIMULATED_URL_ENV]: simulated!.url,
    SIGNALBOX_DATABASE_URL: database,
  },
});
const runs = Math.ceil(options.calls / CALLS_A_RUN);
const runIds = Array.from({ length: runs }, (_, i) => `flaky-${i}`);
const millOf = (run: number, question: number) => `mill ${run}-${question}`;

let answered = 0;
const rssMb: Record<number, number> = {};
const heapMb: Record<number, number> = {};

async function noteMemory(): Promise<void> {
  const now = await worker.usage();
  rssMb[answered] = now.rssMb;
  heapMb[answered] = now.heapMb;
  process.stderr.write(`${answered} calls answered, worker ${now.rssMb} MB, heap ${now.heapMb} MB\n`);
}

async function oneRun(id: string, run: number): Promise<void> {
  const questions = Array.from(
    { length: CALLS_A_RUN },
    (_, i) => `What opened? The ${millOf(run, i)} opened in 1890 and it was the largest of the county.`,
  );
  const answers = await (await signalbox.start(askOften, { questions }, { id })).result();
  const before = answered;
  answered += answers.filter((answer, i) => answer.includes(`${millOf(run, i)} `)).length;
  if (Math.floor(answered / SAY_EVERY) > Math.floor(before / SAY_EVERY)) await noteMemory();
}

function tally(outcomes: Iterable<readonly [string, number]>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [outcome, count] of outcomes) counts[outcome] = (counts[outcome] ?? 0) + count;
  return Object.fromEntries(Object.entries(counts).sort());
}

/** What the provider counted, in the words of attempts. */
async function seenByProvider(): Promise<Record<string, number>> {
  const { endpoints } = await control.counts();
  return tally(
    Object.values(endpoints).flatMap(({ outcomes }) =>
      Object.entries(outcomes).map(([outcome, count]) => [KINDS[outcome] ?? outcome, count] as const),
    ),
  );
}

async function seenByLedger(): Promise<Record<string, number>> {
  const store = await openStore({ url: database });
  const rows = (await Promise.all(runIds.map((id) => readLedger(store, id)))).flat();
  await store.close();
  return tally(rows.map(({ outcome }) => [outcome, 1] as const));
}

async function seenByHistories(): Promise<Record<string, number>> {
  const counts: [string, number][] = [];
  for (const id of runIds) {
    const { steps } = await signalbox.run(id).state();
    const attempts = steps.flatMap((step) => step.attempts).filter(({ endpoint }) => endpoint !== 'none');
    counts.push(...attempts.map(({ outcome }): [string, number] => [outcome, 1]));
  }
  return tally(counts);
}

async function longestHistoryBytes(): Promise<number> {
  const sizes = await Promise.all(
    runIds.map(async (id) => (await signalbox.client.workflow.getHandle(id).describe()).historySize ?? 0),
  );
  return Math.max(...sizes);
}

try {
  await worker.ready();
  await noteMemory();
  await control.setFault(PROVIDER, ...FAULTS);
  await inLanes(RUNS_AT_ONCE, runIds, oneRun);
  await noteMemory();
  const callsMs = performance.now() - startedAtMs;

  const provider = await seenByProvider();
  // Closed runs whose rows are late are caught up with by the worker, four times a minute.
  const wanted = JSON.stringify(provider);
  await until(async () => JSON.stringify(await seenByLedger()) === wanted, 60_000).catch(() => {});
  const [ledger, histories] = [await seenByLedger(), await seenByHistories()];
  const historyBytes = await longestHistoryBytes();
  const requests = Object.values(provider).reduce((sum, count) => sum + count, 0);

  const notes = Object.entries(rssMb).map(([calls, mb]) => ({ calls: Number(calls), mb }));
  const mostMb = (half: 1 | 2) =>
    Math.max(...notes.filter(({ calls }) => calls > answered / 2 === (half === 2)).map(({ mb }) => mb));
  const passed = {
    everyCallAnswered: answered === runs * CALLS_A_RUN,
    everyAttemptAccountedFor: JSON.stringify(ledger) === wanted && JSON.stringify(histories) === wanted,
    memoryFlat: mostMb(2) <= mostMb(1) * (1 + MOST_GROWTH),
    historiesSmall: historyBytes < MOST_HISTORY_BYTES,
  };
  process.stdout.write(
    `${JSON.stringify(
      {
        ...{ calls: runs * CALLS_A_RUN, answered, requests },
        failedShare: 1 - provider.answered! / requests,
        attempts: { provider, ledger, histories },
        logDropped: (await control.counts()).dropped,
        rssMb: {
          ...{ atStart: rssMb[0], atEnd: rssMb[answered] },
          ...{ mostInFirstHalf: mostMb(1), mostInSecondHalf: mostMb(2), byCalls: rssMb },
        },
        heapMb,
        ...{ longestHistoryBytes: historyBytes, seconds: Math.round(callsMs / 1_000), passed },
      },
      undefined,
      1,
    )}\n`,
  );
  if (Object.values(passed).includes(false)) process.exitCode = 1;
} finally {
  await worker.kill();
  await environment.close();
  rmSync(folder, { recursive: true, force: true });
}
