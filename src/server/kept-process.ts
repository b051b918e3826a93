import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a kept process ended. */
export interface KeptProcessExit {
  /** Its exit code; 128 + the signal's number if a signal ended it. */
  code: number;
  /** The last lines it wrote, on stdout or stderr. */
  lastLines: string[];
}

/**
 * A command that never outlives this process: it runs under a keeper (keeper.ts) that kills it when this process is
 * gone. It is in a process group of its own, so Ctrl-C in the terminal reaches only us and we stop it in our own order.
 */
export interface KeptProcess {
  /** Of the keeper, which lives exactly as long as the command. */
  readonly pid: number;
  /** Resolves once the command has ended and its output is read; never rejects. */
  readonly exited: Promise<KeptProcessExit>;
  /** Asks it to end, by SIGTERM, and kills it if it has not within 5 s. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Kills it at once, and whatever it has started. Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface KeptProcessOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Hears each line the command writes, on stdout or stderr. */
  onLine?: (line: string) => void;
}

const LAST_LINES = 20;

/** Starts a kept process. One that cannot be started exits with code 127 and says why in its last lines. */
export function spawnKept(command: string, args: string[], options: KeptProcessOptions = {}): KeptProcess {
  const { onLine, ...spawnOptions } = options;
  const keeper = spawn(process.execPath, [siblingScript('keeper'), command, ...args], {
    ...spawnOptions,
    detached: true,
    stdio: 'pipe',
  });

  const lastLines: string[] = [];
  for (const stream of [keeper.stdout, keeper.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      onLine?.(line);
    });
  }

  const exited = new Promise<KeptProcessExit>((resolve) => {
    keeper.on('close', (code) => resolve({ code: code ?? 137, lastLines }));
    keeper.on('error', (error) => resolve({ code: 127, lastLines: [error.message] }));
  });
  return {
    pid: keeper.pid ?? 0,
    exited,
    async stop() {
      keeper.kill('SIGTERM');
      await exited;
    },
    async kill() {
      keeper.stdin.destroy(); // which is what the keeper takes for our end
      await exited;
    },
  };
}

/** A script beside this file, which is TypeScript in a checkout and JavaScript in the published package. */
export function siblingScript(name: string): string {
  return fileURLToPath(new URL(`${name}${extname(import.meta.url)}`, import.meta.url));
}
