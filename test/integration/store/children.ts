/** Processes of a case's own, which end with it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';
import { until } from '../../support/until.ts';

export interface Child {
  readonly exited: Promise<{ code: number | null; stdout: string; stderr: string }>;
  stdout(): string;
  /** Resolves once it has written this. @throws Error where it ends without */
  says(text: string): Promise<void>;
  /** Whatever is written wakes those that wait for it. */
  go(): void;
  kill(): void;
}

export function useChildren(): (script: string, ...args: string[]) => Child {
  const running = new Set<ChildProcessWithoutNullStreams>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  return (script, ...args) => {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(process.execPath, [path, ...args]);
    running.add(child);
    let stdout = '';
    let stderr = '';
    let ended = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // Told to go on after it ended.
    child.stdin.on('error', () => {});
    const exited = new Promise<Awaited<Child['exited']>>((resolve) => {
      child.on('close', (code) => {
        ended = true;
        running.delete(child);
        resolve({ code, stdout, stderr });
      });
    });
    return {
      exited,
      stdout: () => stdout,
      async says(text) {
        await until(() => stdout.includes(text) || ended, 90_000);
        if (!stdout.includes(text)) throw new Error(`It ended without saying "${text}":\n${stdout}${stderr}`);
      },
      go: () => child.stdin.write('go\n'),
      kill: () => child.kill('SIGKILL'),
    };
  };
}
