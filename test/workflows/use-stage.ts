/**
 * A stage for a case to play on: a worker, simulated providers and a task queue of its own, over a Temporal server and
 * a bundle that the cases of a file share. So faults, breakers, quarantines and logs of one case never reach another.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Client } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { RunHandle } from '../../src/client/run-handle.ts';
import { Signalbox, type StartOptions } from '../../src/client/signalbox.ts';
import type { SignalboxConfig } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import type { SimulatedControl } from '../../src/simulated/control.ts';
import { startSimulatedProviders } from '../../src/simulated/simulated-providers.ts';
import { type DevEnvironment, startDevEnvironment } from '../../src/testing/dev-environment.ts';
import { simulate } from '../../src/testing/simulate.ts';
import { SignalboxPlugin } from '../../src/worker/plugin.ts';
import { SIMULATED_URL_ENV } from '../../src/worker/resolve-providers.ts';
import type { Agent } from '../../workflows/run.ts';

export const AGENTS = fileURLToPath(new URL('./agents.ts', import.meta.url));

export interface Stage {
  readonly signalbox: Signalbox;
  /** As `signalbox.start`; what was started is replayed once the case has ended. */
  start<Input, Output>(
    agent: Agent<Input, Output>,
    input: Input,
    options?: StartOptions,
  ): Promise<RunHandle<Output>>;
  readonly client: Client;
  readonly control: SimulatedControl;
  /** Where its worker has ledger and budgets. */
  readonly database: string;
  /** The bundle its worker runs. */
  readonly bundle: WorkflowBundleWithSourceMap;
  /** Ends the worker and starts another that has nothing in memory. */
  replaceWorker(): Promise<void>;
  stopWorker(): Promise<void>;
}

export type StageOptions = Omit<SignalboxConfig, 'agents' | 'taskQueue'> & {
  /** Multiplies the simulated models' latencies. Default 0. */
  readonly latencyScale?: number;
  /** Calls that its worker makes at a time. Default: Temporal's own, a hundred. */
  readonly activitiesAtOnce?: number;
  /** A task queue that a worker without workflows polls as well, with the same config. */
  readonly alsoPolls?: string;
  /** What its worker finds in its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ask the providers of the config that are not simulated, with keys from here. */
  readonly live?: { readonly env: NodeJS.ProcessEnv };
};

/** Starts the server of a file; the function returned makes stages that end with the case that asked for them. */
export function useStages(): (options?: StageOptions) => Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-workflows-'));
  const closers: (() => Promise<void>)[] = [];
  let environment: DevEnvironment;
  let bundle: WorkflowBundleWithSourceMap;
  let connection: NativeConnection;

  beforeAll(async () => {
    // Cases break things on purpose; what they prove, they assert.
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
    });
    [environment, bundle] = await Promise.all([
      startDevEnvironment({ config: { agents: AGENTS }, directory, worker: false, latencyScale: 0 }),
      bundleWorkflowCode({ workflowsPath: AGENTS, logger: new DefaultLogger('ERROR') }),
    ]);
    connection = await NativeConnection.connect({ address: environment.address });
  });
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });
  afterAll(async () => {
    await connection?.close();
    await environment?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  return async ({ latencyScale = 0, activitiesAtOnce, alsoPolls, env, live, ...rest } = {}) => {
    const config = { ...rest, agents: AGENTS, taskQueue: `stage-${randomUUID()}` };
    const providers = await startSimulatedProviders({
      providers: simulate(resolveConfig(config, 'simulated')),
      latencyScale,
    });
    const database = rest.database ?? `sqlite:${join(directory, `${config.taskQueue}.db`)}`;
    const plugin = () =>
      new SignalboxPlugin({
        config: { blobs: `file:${join(directory, 'blobs')}`, ...config, database },
        live: live !== undefined,
        env: { [SIMULATED_URL_ENV]: providers.url, ...env, ...live?.env },
      });
    const start = (taskQueue = config.taskQueue) =>
      startWorker({
        connection,
        namespace: environment.namespace,
        taskQueue,
        workflowBundle: bundle,
        plugins: [plugin()],
        ...(activitiesAtOnce !== undefined && { maxConcurrentActivityTaskExecutions: activitiesAtOnce }),
      });
    let worker = await start();
    if (alsoPolls !== undefined) {
      const other = await start(alsoPolls);
      closers.push(() => other.stop());
    }
    const { client } = environment.signalbox;
    const signalbox = new Signalbox(client, { taskQueue: config.taskQueue });
    const runs: string[] = [];
    closers.push(async () => {
      await worker.stop();
      await providers.close();
      await replay(client, bundle, runs);
    });
    return {
      signalbox,
      async start(agent, input, options) {
        const run = await signalbox.start(agent, input, options);
        runs.push(run.id);
        return run;
      },
      ...{ client, bundle, database },
      control: providers.control,
      stopWorker: () => worker.stop(),
      async replaceWorker() {
        await worker.stop();
        worker = await start();
      },
    };
  };
}

/** Whatever a case did, its histories replay. @throws DeterminismViolationError */
async function replay(
  client: Client,
  workflowBundle: WorkflowBundleWithSourceMap,
  workflowIds: readonly string[],
): Promise<void> {
  for (const workflowId of workflowIds) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
  }
}

async function startWorker(options: WorkerOptions): Promise<{ stop(): Promise<void> }> {
  const worker = await Worker.create({ ...options, shutdownGraceTime: '100ms', shutdownForceTime: '5s' });
  const ended = worker.run();
  return {
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}
