import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface WorkerProcessOptions {
  /** The module with its config. */
  readonly config: URL;
  /** Beside the environment of this process: where things are. */
  readonly env: NodeJS.ProcessEnv;
  /** What it runs. Default: a worker and nothing else. */
  readonly script?: URL;
}

export interface WorkerUsage {
  readonly rssMb: number;
  /** What its main thread holds after a collection: what the calls it has made leave behind. */
  readonly heapMb: number;
  /** Of all its threads, since it started. */
  readonly cpuMs: number;
  /** How often it has read a run's history. */
  readonly historyReads: number;
}

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  #child: ChildProcess;
  /** How often it was killed to be replaced. */
  kills = 0;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  #start(): ChildProcess {
    const { config, env, script = new URL('./worker.ts', import.meta.url) } = this.#options;
    return spawn(process.execPath, ['--expose-gc', fileURLToPath(script), config.href], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, ...env },
    });
  }

  /** Resolves once it polls. */
  async ready(): Promise<void> {
    await once(this.#child, 'message');
  }

  async usage(): Promise<WorkerUsage> {
    const answer = once(this.#child, 'message');
    this.tell('usage');
    const [usage] = (await answer) as [WorkerUsage];
    return usage;
  }

  tell(message: 'usage' | { readonly skippedMs: number }): void {
    this.#child.send(message);
  }

  async killAndReplace(): Promise<void> {
    await this.kill();
    this.kills += 1;
    this.#child = this.#start();
    await this.ready();
  }

  async kill(): Promise<void> {
    if (!this.#child.kill('SIGKILL')) return;
    await once(this.#child, 'exit');
  }
}
