/**
 * A run whose every endpoint is rate limited for two hours: whether it finishes by itself when they open, and what it costs
 * while it waits. Twice: with the same worker all the time, and with one that is killed meanwhile and another that comes
 * when the two hours are over. The server skips them; the providers' clock and the worker's are moved on by as much.
 * Prints JSON; exits with 1 where anything was asked, written or computed meanwhile, or the run did not finish.
 *
 *   npm run -s bench:rate-limited
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { SEARCH_ATTRIBUTES } from '../../src/core/contract/run.ts';
import { parseFault } from '../../src/simulated/faults.ts';
import { startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { simulate } from '../../src/testing/simulate.ts';
import { SIMULATED_URL_ENV } from '../../src/worker/resolve-providers.ts';
import { until } from '../support/until.ts';
import { activitiesOf, eventsOf, timersOf } from '../workflows/read-history.ts';
import { ask } from './rate-limited/agents.ts';
import { config } from './rate-limited/config.ts';
import { obtainTestServer } from './rate-limited/test-server.ts';
import { WorkerProcess } from './worker-process.ts';

const LIMITED_MS = 2 * 3_600_000;
/** The wait is looked at for so long before it is skipped. */
const WATCHED_MS = 20_000;
/** What a worker without any run takes, polling, is about 1%. */
const MOST_CPU_SHARE = 0.05;
const PROMPT = 'What opened? The mill of Ellerby opened in 1890 and it was the largest mill of the county.';

const program = obtainTestServer();
const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-rate-limited-'));

async function waitOut(worker: 'kept' | 'replaced') {
  const startedMs = performance.now();
  let skippedMs = 0;
  const providers = await startSimulatedProviders({
    ...{ providers: simulate(resolveConfig(config, 'simulated')), latencyScale: 0 },
    now: () => Date.now() + skippedMs,
  });
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: program } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [
        name,
        encodeSearchAttributeIndexedValueType(type)!,
      ]),
    ),
  });
  const newWorker = () =>
    new WorkerProcess({
      config: new URL('./rate-limited/config.ts', import.meta.url),
      script: new URL('./rate-limited/worker.ts', import.meta.url),
      env: {
        TEMPORAL_ADDRESS: environment.address,
        // It reads what the first worker has left in the database, by the clock of then.
        SKIPPED_MS: String(skippedMs),
        [SIMULATED_URL_ENV]: providers.url,
        SIGNALBOX_DATABASE_URL: `sqlite:${join(folder, `${worker}.db`)}`,
      },
    });
  const first = newWorker();
  const workers = [first];
  try {
    await first.ready();
    const { control } = providers;
    await control.setFault('*', parseFault(`429:${LIMITED_MS / 1_000}~2h/1h`));
    const requests = async () => (await control.log()).length;
    const { client } = environment;
    const id = `rate-limited-${worker}`;
    // Not by `signalbox.start`, which looks for search attributes by a count that this server does not have.
    const run = await client.workflow.start(ask.agentName, {
      ...{ workflowId: id, taskQueue: config.taskQueue!, args: [{ prompt: PROMPT }] },
    });
    await until(async () => (await timersOf(client, id)).length === 1);

    const activities = await activitiesOf(client, id);
    const before = {
      requests: await requests(),
      events: (await eventsOf(client, id)).length,
      cpuMs: (await first.usage()).cpuMs,
    };
    await sleep(WATCHED_MS);
    const waiting = {
      activitiesUnderWay: activities.filter(({ outcome }) => outcome === 'open').length,
      requests: (await requests()) - before.requests,
      events: (await eventsOf(client, id)).length - before.events,
      workerCpuShare: Number((((await first.usage()).cpuMs - before.cpuMs) / WATCHED_MS).toFixed(4)),
    };

    if (worker === 'replaced') await first.kill();
    skippedMs = LIMITED_MS;
    if (worker === 'kept') first.tell({ skippedMs });
    const skipStartedMs = performance.now();
    await environment.sleep(LIMITED_MS);
    const skipMs = Math.round(performance.now() - skipStartedMs);
    if (worker === 'replaced') {
      workers.push(newWorker());
      await workers[1]!.ready();
    }
    const answer = String(await run.result());

    const timersMs = await timersOf(client, id);
    const passed =
      answer.includes('mill of Ellerby opened') &&
      timersMs.length === 1 &&
      timersMs[0]! > LIMITED_MS - 60_000 &&
      [waiting.activitiesUnderWay, waiting.requests, waiting.events].every((count) => count === 0) &&
      waiting.workerCpuShare <= MOST_CPU_SHARE &&
      (await requests()) === before.requests + 1;
    return {
      ...{ worker, passed, timersMs, requestsBefore: before.requests, waiting },
      requestsAfter: (await requests()) - before.requests,
      ...{ skipMs, seconds: Math.round((performance.now() - startedMs) / 1_000) },
    };
  } finally {
    for (const one of workers) await one.kill();
    await environment.teardown();
    await providers.close();
  }
}

try {
  const waits = [await waitOut('kept'), await waitOut('replaced')];
  const passed = waits.every((wait) => wait.passed);
  process.stdout.write(
    `${JSON.stringify({ passed, limitedSeconds: LIMITED_MS / 1_000, waits }, undefined, 1)}\n`,
  );
  if (!passed) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
