import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { DEFAULT_TASK_QUEUE } from '../core/contract/run.ts';
import { bundleAgents } from './bundle-agents.ts';
import { SignalboxPlugin, type SignalboxPluginOptions } from './plugin.ts';

export interface StartWorkerOptions extends SignalboxPluginOptions {
  /** `host:port` of the Temporal server. */
  readonly address: string;
  readonly namespace: string;
}

/** A worker that polls until it is told to stop. */
export interface RunningWorker {
  readonly taskQueue: string;
  /** Lets calls under way end for a moment, then stops. May be called again. */
  stop(): Promise<void>;
  /** Settles when the worker has ended; rejects where it broke. */
  readonly ended: Promise<void>;
}

/** Starts a worker of its own for a config, with its own connection; resolves once it polls. @throws ConfigError */
export async function startWorker({
  address,
  namespace,
  ...options
}: StartWorkerOptions): Promise<RunningWorker> {
  const plugin = new SignalboxPlugin(options);
  quieten();
  const connection = await NativeConnection.connect({ address });
  try {
    const taskQueue = options.config.taskQueue ?? DEFAULT_TASK_QUEUE;
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: await bundleAgents(options.config.agents),
      plugins: [plugin],
      shutdownGraceTime: '2s',
      shutdownForceTime: '5s',
    });
    const ended = worker.run().finally(() => connection.close());
    const stop = async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    };
    return { taskQueue, stop, ended };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The SDK warns of every failed attempt, which are the walk's to deal with; a person wants to hear of trouble only. */
function quieten(): void {
  try {
    const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  } catch {
    // Somebody has set the runtime up before us: theirs stands.
  }
}
