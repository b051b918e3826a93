/** The composition root: everything a worker needs to run agents, put together from the config. */
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { SimplePlugin } from '@temporalio/plugin';
import { DefaultLogger, type Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../../activities/create-activities.ts';
import { BlobFiles } from '../blobs/blob-files.ts';
import { Blobs } from '../blobs/blobs.ts';
import type { SignalboxConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { type Mode, resolveConfig } from '../config/resolve-config.ts';
import { indexCatalog } from '../core/routing/catalog-index.ts';
import type { BlobStore } from '../core/vocabulary/blob.ts';
import { readRun } from '../history/read-run.ts';
import { Transcripts } from '../history/transcripts.ts';
import { AiSdkModels } from '../providers/ai-sdk-models.ts';
import { loadQuality } from '../quality/load-quality.ts';
import { parseStoreUrl } from '../store/store-url.ts';
import { agentsPath } from './bundle-agents.ts';
import { WorkerHealth } from './health.ts';
import { keepSharing } from './health-sharing.ts';
import { heartbeats } from './heartbeats.ts';
import { keepLedger } from './ledger-catch-up.ts';
import { resolveProviders } from './resolve-providers.ts';
import { resolveProxies } from './resolve-proxies.ts';
import { resolveTools } from './resolve-tools.ts';
import { WorkerStore } from './worker-store.ts';

export interface SignalboxPluginOptions {
  readonly config: SignalboxConfig;
  /** Real vendors, with real keys and real money. Default false: only simulated providers are asked. */
  readonly live?: boolean;
  /** Where keys and addresses are read. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Makes a Temporal Worker run agents, and a Client start them. Give it to both: a Worker does not inherit the plugins
 * of a Client.
 *
 * @throws ConfigError where the config is wrong or a key is missing; QualityFileError where the learnt file is wrong
 */
export class SignalboxPlugin extends SimplePlugin {
  readonly #options: SignalboxPluginOptions;
  /** By task queue, of the workers that were made and have not ended. */
  readonly #held = new Map<string, Held>();

  constructor(options: SignalboxPluginOptions) {
    super({ name: 'signalbox' });
    this.#options = options;
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    const { config, live = false, env = process.env } = this.#options;
    const mode: Mode = live ? 'live' : 'simulated';
    const resolved = resolveConfig(config, mode);
    const providers = resolveProviders(resolved, env);
    const endpoints = resolved.catalog.endpoints.filter(({ provider }) => providers.has(provider));
    const catalog = indexCatalog({ ...resolved.catalog, endpoints });
    const { qualityFile, modelIds } = resolved;
    parseStoreUrl(resolved.database, env); // what is no database is told at start
    const taskQueue = options.taskQueue ?? resolved.taskQueue;
    const tools = resolveTools(resolved.tools, taskQueue, env);
    const store = new WorkerStore({ url: resolved.database, env }, warn);
    const models = new AiSdkModels(providers, resolveProxies(env));
    const health = new WorkerHealth(providers, warn, store);
    this.#held.set(taskQueue, { store, models, health });
    const activities = createActivities({
      ...resolved,
      catalog,
      ...(qualityFile !== undefined && loadQuality(qualityFile, { catalog, modelIds })),
      models,
      transcripts: new Transcripts(readOwnRun),
      blobs: new Blobs(blobStoreOf(resolved.blobs)),
      health,
      ...{ heartbeats, budgets: store, ledger: store },
      tools,
    });
    assertNoCollision(options.activities, activities);

    return super.configureWorker({
      // A sticky worker that died is given up after a second, and a cancelled call's socket is closed within half of one.
      stickyQueueScheduleToStartTimeout: '1s',
      maxHeartbeatThrottleInterval: '500ms',
      ...(!options.workflowBundle && { workflowsPath: agentsPath(config.agents) }),
      ...options,
      taskQueue,
      activities: { ...options.activities, ...activities },
    });
  }

  /** While the worker runs, it also shares its health, and writes what closed runs still owe the ledger. What it holds is let go at its end. */
  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const { connection, options } = worker;
    const { taskQueue, namespace } = options;
    const held = this.#held.get(taskQueue);
    if (!held || !connection) return super.runWorker(worker, next);

    const { store, models, health } = held;
    const stopped = new AbortController();
    const client = new Client({ connection, namespace });
    const kept = keepLedger({ client, store, taskQueue, warn, signal: stopped.signal });
    const shared = keepSharing(health, stopped.signal);
    try {
      await super.runWorker(worker, next);
    } finally {
      stopped.abort();
      // Whatever is still under way had the worker's time to end.
      await models.close();
      await kept;
      await shared;
      await store.close();
    }
  }
}

/** What a worker has open. */
interface Held {
  readonly store: WorkerStore;
  readonly models: AiSdkModels;
  readonly health: WorkerHealth;
}

const warn = (message: string) => new DefaultLogger('WARN').warn(message);

const blobStoreOf = (blobs: string | BlobStore): BlobStore =>
  typeof blobs === 'string' ? new BlobFiles(resolve(blobs.slice('file:'.length))) : blobs;

/** The history of the run whose activity is executing, or of another one of the same workflow. */
function readOwnRun(runId?: string) {
  const { client, info } = Context.current();
  const { workflowExecution } = info;
  return readRun(client, { ...workflowExecution!, ...(runId !== undefined && { runId }) });
}

function assertNoCollision(theirs: object | undefined, ours: object): void {
  const taken = Object.keys(ours).find((name) => Object.hasOwn(theirs ?? {}, name));
  if (!taken) return;
  throw new ConfigError(
    `Your worker registers an activity "${taken}", a name that Signalbox uses.`,
    'Rename yours; names that begin with "signalbox." are ours.',
  );
}
