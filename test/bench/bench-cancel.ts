/**
 * How long after a run is canceled the provider sees its socket closed: over each wire, streamed and in one piece, in the
 * middle of an answer, before any header, before any token and after a stall. Prints JSON; exits with 1 where one took more
 * than a second, or where anybody was asked afterwards.
 *
 *   npm run -s bench:cancel -- [--runs 10]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { parseFault } from '../../src/simulated/faults.ts';
import type { LogEntry } from '../../src/simulated/request-log.ts';
import { startDevEnvironment } from '../../src/testing/dev-environment.ts';
import { until } from '../support/until.ts';
import { ask } from './cancel/agents.ts';
import { type CancelCall, calls, config } from './cancel/config.ts';
import { inLanes } from './in-lanes.ts';
import { percentile } from './percentile.ts';

const options = new Command('bench:cancel')
  .option('--runs <count>', 'runs of each kind', Number, 10)
  .parse()
  .opts<{ runs: number }>();

const AT_ONCE = 4;
const MOST_MS = 1_000;
/** Heartbeats, by which a worker hears of it, come once a second: cancels come at all of their times. */
const SPREAD_MS = 1_000;
const PROMPT = `What opened? ${'The mill of Ellerby opened in 1890 and it was the largest mill of the county. '.repeat(4)}`;

const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-cancel-'));
const environment = await startDevEnvironment({ config, directory: folder });
const { signalbox, simulated } = environment;
const { control } = simulated!;

const requestsOf = async (id: string): Promise<LogEntry[]> =>
  (await control.log()).filter(({ headers }) => headers['x-signalbox-run'] === id);

/** Whether the call is where it is to be canceled. */
const isThere = ({ streams, scene }: CancelCall, { outputTokens }: LogEntry) =>
  !streams || scene === 'timeout' || scene === 'silence' || outputTokens > 0;

async function cancelOne(call: CancelCall, i: number) {
  const id = `${call.name}-${i}`;
  const run = await signalbox.start(
    ask,
    { prompt: PROMPT },
    { id, policy: { models: { allow: [call.name] } } },
  );
  const ended = run.result().then(
    () => 'answered',
    (error: Error) => error.name,
  );
  await until(async () => (await requestsOf(id)).some((entry) => isThere(call, entry)));
  await sleep((SPREAD_MS * i) / options.runs);
  const canceledAtMs = Date.now();
  await run.cancel();
  await until(async () => (await requestsOf(id)).every(({ endedMs }) => endedMs !== null));
  const outcome = await ended;
  const requests = await requestsOf(id);
  return {
    closedMs: requests[0]!.endedMs! - canceledAtMs,
    right: outcome === 'RunFailed' && requests.length === 1,
  };
}

try {
  for (const { name, scene } of calls)
    if (scene !== 'answering') await control.setFault(name, parseFault(scene));
  const kinds = [];
  for (const call of calls) {
    const indexes = Array.from({ length: options.runs }, (_, i) => i);
    const canceled = await inLanes(AT_ONCE, indexes, (i) => cancelOne(call, i));
    const closedMs = canceled.map((one) => one.closedMs);
    const { wire, streams, scene } = call;
    kinds.push({
      ...{ wire, streamed: streams, scene },
      ...{ p50Ms: percentile(closedMs, 0.5), maxMs: Math.max(...closedMs) },
      right: canceled.filter(({ right }) => right).length,
    });
  }
  const maxMs = Math.max(...kinds.map((kind) => kind.maxMs));
  const passed = maxMs <= MOST_MS && kinds.every(({ right }) => right === options.runs);
  const p50Ms = percentile(
    kinds.map((kind) => kind.p50Ms),
    0.5,
  );
  process.stdout.write(
    `${JSON.stringify({ passed, runs: calls.length * options.runs, p50Ms, maxMs, kinds }, undefined, 1)}\n`,
  );
  if (!passed) process.exitCode = 1;
} finally {
  await environment.close();
  rmSync(folder, { recursive: true, force: true });
}
