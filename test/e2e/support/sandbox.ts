import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';
import { simulatedControl } from '../../../src/simulated/client.ts';
import type { SimulatedControl } from '../../../src/simulated/control.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';

const checkout = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The example's config: all that `dev` and `worker` need. */
export const CONFIG = checkout('examples/contract-review/signalbox.config.ts');
export const AGENTS = checkout('examples/contract-review/agents.ts');
const CLI = checkout('dist/src/cli/bin.js');
const DEMO = checkout('examples/contract-review/main.ts');
const RESUME_DEMO = checkout('examples/contract-review/resume.ts');

/** What `signalbox dev` says once all of it is up. */
const READY = 'Ctrl-C ends all.';

export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way, in a process group of its own as a shell would start it. */
export interface Running {
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
  /** Resolves once the text is in what it wrote. @throws Error where it ends without */
  says(text: string): Promise<void>;
  /** Signals the whole group, as Ctrl-C in a terminal does. */
  signal(signal: NodeJS.Signals): void;
}

/** A running `signalbox dev`. */
export interface Dev extends Running {
  readonly uiUrl: string;
  readonly address: string;
  readonly control: SimulatedControl;
}

/** An empty folder to work in, as a user would; whatever is started in it ends with it. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'signalbox-e2e-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #running = new Set<Running>();

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.#env = { ...cleanEnv(), ...env };
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Makes it a project with signalbox installed, as `npm install` would. */
  installSignalbox(): void {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules);
    symlinkSync(checkout('.'), join(modules, 'signalbox'));
    for (const name of ['@temporalio', 'zod'])
      symlinkSync(checkout(`node_modules/${name}`), join(modules, name));
  }

  /** A script of one's own. */
  node(env: NodeJS.ProcessEnv, script: string, ...args: string[]): Running {
    return this.#start(script, args, env);
  }

  /** `npm run -s demo -- …` */
  demo(...args: string[]): Running {
    return this.#start(DEMO, args);
  }

  /** `npm run -s demo:resume` */
  resumeDemo(): Running {
    return this.#start(RESUME_DEMO, []);
  }

  /** `signalbox …` */
  signalbox(...args: string[]): Running {
    return this.#start(CLI, args);
  }

  /** `signalbox dev`, ready. */
  async dev({ config = CONFIG, worker = true }: { config?: string; worker?: boolean } = {}): Promise<Dev> {
    // A port of its own: tests that run beside this one take and leave the usual ones.
    const port = ['--port', String(await freePort())];
    const running = this.signalbox('dev', '--config', config, ...port, ...(worker ? [] : ['--no-worker']));
    await running.says(READY);
    const note = JSON.parse(readFileSync(join(this.folder, '.signalbox', 'dev.json'), 'utf8')) as {
      uiUrl: string;
      address: string;
      simulatedUrl: string;
    };
    return { ...running, ...note, control: simulatedControl(note.simulatedUrl) };
  }

  /** Everything alive that was started here or works on what is here: children, servers, their keepers. */
  processes(): string[] {
    const all = execFileSync('ps', ['-eo', 'pid,stat,args'], { encoding: 'utf8' }).split('\n');
    return all.filter((line) => line.includes(this.folder) && !line.trim().split(/\s+/)[1]!.startsWith('Z'));
  }

  /** The process of the Temporal server. */
  serverPid(): number {
    const server = this.processes().find((line) => line.includes('start-dev') && !line.includes('keeper'));
    return Number(server!.trim().split(/\s+/)[0]);
  }

  async close(): Promise<void> {
    for (const running of this.#running) running.signal('SIGKILL');
    await Promise.all([...this.#running].map(({ exited }) => exited));
    await until(() => this.processes().length === 0);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Running {
    const running = start([script, ...args], this.folder, { ...this.#env, ...env });
    this.#running.add(running);
    void running.exited.then(() => this.#running.delete(running));
    return running;
  }
}

/** Makes sandboxes that end with the test that asked for them. */
export function useSandboxes(): (env?: NodeJS.ProcessEnv) => Sandbox {
  const open: Sandbox[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  });
  return (env) => {
    const sandbox = new Sandbox(env);
    open.push(sandbox);
    return sandbox;
  };
}

function start(args: string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid!;
  let stdout = '';
  let stderr = '';
  let ended = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code) => {
      ended = true;
      resolve({ code, stdout, stderr });
    });
  });
  return {
    pid,
    exited,
    async says(text) {
      const said = () => stdout.includes(text) || stderr.includes(text);
      await until(() => said() || ended, 90_000);
      if (!said()) throw new Error(`It ended without saying "${text}":\n${stdout}${stderr}`);
    },
    signal(signal) {
      try {
        process.kill(-pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
  };
}

/** Ours, without what would lead a command to another server or database, to a vendor, or to colours. */
function cleanEnv(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, ...env } = process.env;
  const led = /^(TEMPORAL_(ADDRESS|NAMESPACE)|SIGNALBOX_(SIMULATED|DATABASE)_URL|[A-Z]+_API_KEY)$/;
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !led.test(name))),
    NO_COLOR: '1',
  };
}
