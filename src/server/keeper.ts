// A process of its own, `node keeper.ts COMMAND ARGUMENT…`: it runs the command and does not let it outlive the
// process that asked for it, not even when that one is killed with SIGKILL. See kept-process.ts.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const GRACE_MS = 5_000;

const [command, ...args] = process.argv.slice(2);
const child = spawn(command!, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal!]));

process.on('SIGTERM', () => {
  child.kill('SIGTERM');
  setTimeout(killGroup, GRACE_MS);
});

// Nothing is ever written to it: it closes when the process at its other end is gone, however that went.
process.stdin.resume().on('close', killGroup);

/** The keeper leads a process group of its own, so this takes with it whatever the command has started. */
function killGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}
