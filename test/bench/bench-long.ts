/**
 * One run of a thousand turns, whose worker is killed twice: it is to go on as a new run by itself, and to give the right
 * answer, which tells all that it was shown. Prints JSON; exits with 1 where it does not.
 *
 *   npm run -s bench:long -- [--turns 1000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { startDevEnvironment } from '../../src/testing/dev-environment.ts';
import { SIMULATED_URL_ENV } from '../../src/worker/resolve-providers.ts';
import { lookUpMany } from './long/agents.ts';
import { config } from './long/config.ts';
import { answer, promptFor, rightAnswer } from './long/script.ts';
import { WorkerProcess } from './worker-process.ts';

const { turns } = new Command('bench:long')
  .option('--turns <count>', 'calls of the tool', Number, 1_000)
  .parse()
  .opts<{ turns: number }>();

/** temporal.api.enums.v1.HistoryEventFilterType */
const CLOSE_EVENT = 2;

const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-long-'));
const environment = await startDevEnvironment({
  ...{ config, directory: folder, worker: false, latencyScale: 0, answer },
});
const { signalbox, simulated, address } = environment;
const requestsMade = async () => {
  const { endpoints } = await simulated!.control.counts();
  return Object.values(endpoints).reduce((sum, { requests }) => sum + requests, 0);
};
const worker = new WorkerProcess({
  config: new URL('./long/config.ts', import.meta.url),
  env: {
    TEMPORAL_ADDRESS: address,
    [SIMULATED_URL_ENV]: simulated!.url,
    SIGNALBOX_DATABASE_URL: `sqlite:${join(folder, 'signalbox.db')}`,
  },
});
try {
  await worker.ready();
  const startedMs = performance.now();
  const run = await signalbox.start(lookUpMany, promptFor(turns));
  let ended = false;
  const result = run.result().finally(() => {
    ended = true;
  });
  const peak = { rssMb: 0, heapMb: 0 };
  let historyReads = 0;
  let readsOfThis = 0;
  for (const killAt of [0.3, 0.7, Number.POSITIVE_INFINITY]) {
    while (!ended && (await requestsMade()) < killAt * turns) {
      const usage = await worker.usage();
      peak.rssMb = Math.max(peak.rssMb, usage.rssMb);
      peak.heapMb = Math.max(peak.heapMb, usage.heapMb);
      readsOfThis = usage.historyReads;
      await sleep(500);
    }
    historyReads += readsOfThis;
    readsOfThis = 0;
    if (!ended) await worker.killAndReplace();
  }
  const said = await result;
  const wallMs = Math.round(performance.now() - startedMs);

  const runs: { bytes: number; events: number }[] = [];
  const { client } = signalbox;
  const { raw } = await client.workflow.getHandle(run.id).describe();
  for (let runId = raw.workflowExecutionInfo!.firstRunId!; runId; ) {
    const execution = { workflowId: run.id, runId };
    const { workflowExecutionInfo: info } = await client.workflowService.describeWorkflowExecution({
      ...{ namespace: client.options.namespace, execution },
    });
    runs.push({ bytes: Number(info!.historySizeBytes), events: Number(info!.historyLength) });
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      ...{ namespace: client.options.namespace, execution },
      historyEventFilterType: CLOSE_EVENT,
    });
    runId = history?.events?.[0]?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '';
  }
  const { steps } = await run.state();
  const passed = {
    rightAnswer: said === rightAnswer(turns),
    everyTurn: steps[0]!.turns === turns + 1 && steps[0]!.toolCalls === turns,
    continuedTwice: runs.length > 2 || turns < 1_000,
    killedTwice: worker.kills === 2,
  };
  process.stdout.write(
    `${JSON.stringify(
      {
        ...{ turns, wallMs, msATurn: wallMs / turns, continuedAsNew: runs.length - 1, kills: worker.kills },
        ...{ largestHistoryBytes: Math.max(...runs.map(({ bytes }) => bytes)), runs },
        ...{ peakRssMb: peak.rssMb, peakHeapMb: peak.heapMb, historyReads, passed },
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
