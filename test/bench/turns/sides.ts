/** Ours and the peer, each a worker process of its own, on one server, before one simulated upstream. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DevEnvironment, startDevEnvironment } from '../../../src/testing/dev-environment.ts';
import { SIMULATED_URL_ENV } from '../../../src/worker/resolve-providers.ts';
import { installPeer } from '../peers/install-peer.ts';
import { WorkerProcess } from '../worker-process.ts';
import { lookUpItems } from './agents.ts';
import { config } from './config.ts';
import { answer, promptFor, SYSTEM, TOOL } from './script.ts';

export const SIDES = ['ours', 'aiSdk'] as const;
export type Side = (typeof SIDES)[number];

export interface Measured {
  /** As the server counts its history. */
  readonly bytes: number;
  readonly events: number;
  /** From the start of the run to its answer at the client. */
  readonly ms: number;
  readonly answer: string;
}

export interface SidesOptions {
  /** Runs that a worker keeps in memory; 0 replays each from its history at every turn. */
  readonly maxCachedWorkflows?: number;
}

/** What the plugin sets for ours, the peer's worker gets as well. */
const WORKER_OPTIONS = {
  stickyQueueScheduleToStartTimeout: '1s',
  maxHeartbeatThrottleInterval: '500ms',
  shutdownGraceTime: '2s',
};

const aiSdk = (file: string) => new URL(`../peers/ai-sdk/${file}`, import.meta.url);

export class Sides {
  readonly peerVersion: string;
  readonly #folder: string;
  readonly #environment: DevEnvironment;
  /** Whom our router asks is whom the peer is told to ask. */
  #model = '';
  #runs = 0;

  private constructor(peerVersion: string, folder: string, environment: DevEnvironment) {
    this.peerVersion = peerVersion;
    this.#folder = folder;
    this.#environment = environment;
  }

  static async start(): Promise<Sides> {
    const peerVersion = installPeer();
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-turns-'));
    const environment = await startDevEnvironment({
      ...{ config, directory: folder, worker: false, latencyScale: 0, answer },
    });
    return new Sides(peerVersion, folder, environment);
  }

  /** Does the work with a fresh worker of each side, both warm. */
  async withWorkers<T>({ maxCachedWorkflows }: SidesOptions, work: () => Promise<T>): Promise<T> {
    const { address, simulated } = this.#environment;
    const workerOf = (side: Side, script: URL, argument: URL) =>
      new WorkerProcess({
        ...{ script, config: argument },
        env: {
          TEMPORAL_ADDRESS: address,
          [SIMULATED_URL_ENV]: simulated!.url,
          UPSTREAM_URL: `${simulated!.url}/sim-aurora/v1`,
          SIGNALBOX_DATABASE_URL: `sqlite:${join(this.#folder, 'signalbox.db')}`,
          WORKER_OPTIONS: JSON.stringify({
            ...WORKER_OPTIONS,
            taskQueue: queueOf(side),
            ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
          }),
        },
      });
    const workers = [
      workerOf('ours', new URL('./worker.ts', import.meta.url), new URL('./config.ts', import.meta.url)),
      workerOf('aiSdk', aiSdk('worker.js'), aiSdk('workflows.js')),
    ];
    try {
      await Promise.all(workers.map((worker) => worker.ready()));
      for (const side of SIDES) await this.run(side, WARM_UP_TURNS);
      return await work();
    } finally {
      for (const worker of workers) await worker.kill();
    }
  }

  async run(side: Side, turns: number): Promise<Measured> {
    const { signalbox } = this.#environment;
    const id = `${side}-${turns}-${this.#runs++}`;
    const asked = { system: SYSTEM, prompt: promptFor(turns) };
    const startedMs = performance.now();
    const said =
      side === 'ours'
        ? await (await signalbox.start(lookUpItems, asked, { id })).result()
        : await signalbox.client.workflow.execute('lookUpItems', {
            ...{ workflowId: id, taskQueue: queueOf(side) },
            args: [{ ...asked, turns, model: this.#model, description: TOOL.description }],
          });
    const ms = performance.now() - startedMs;
    if (side === 'ours' && !this.#model) {
      const { steps } = await signalbox.run(id).state();
      this.#model = steps[0]!.model!;
    }
    const { historySize, historyLength } = await signalbox.client.workflow.getHandle(id).describe();
    return { bytes: historySize ?? 0, events: historyLength, ms, answer: String(said) };
  }

  async close(): Promise<void> {
    await this.#environment.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const WARM_UP_TURNS = 5;

const queueOf = (side: Side) => (side === 'ours' ? config.taskQueue! : 'bench-turns-ai-sdk');
