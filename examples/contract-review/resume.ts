/**
 * Shows that a run survives what usually ends one: every provider down, then besides that the worker killed in the
 * middle of a call. Repeated steps are counted from the simulated providers' own log. `npm run -s demo:resume`
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RunHandle, RunParked } from 'signalbox/client';
import { type DevEnvironment, type LogEntry, startDevEnvironment } from 'signalbox/testing';
import { contractReview } from './agents.ts';
import { readDocument } from './read-document.ts';
import config from './signalbox.config.ts';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const CLI = here('../../dist/src/cli/bin.js');

interface Outcome {
  parked: boolean;
  finished: boolean;
  repeatedSteps: number;
}

const environment = await startDevEnvironment({ config, worker: false, latencyScale: 3 });
let worker = startWorker(environment);
let outcomes: Outcome[];
try {
  outcomes = [await parkAndResume(environment), await parkAndResume(environment, killWorkerInFirstStep)];
} finally {
  worker.kill();
  await environment.close();
}
const together = {
  parked: outcomes.every(({ parked }) => parked),
  finished: outcomes.every(({ finished }) => finished),
  repeatedSteps: outcomes.reduce((sum, { repeatedSteps }) => sum + repeatedSteps, 0),
};
process.stdout.write(
  `${JSON.stringify({ ...together, providersDown: outcomes[0], workerKilledToo: outcomes[1] }, null, 2)}\n`,
);
process.exit(together.parked && together.finished && together.repeatedSteps === 0 ? 0 : 1);

/** Starts a review, takes every provider down after its first step, waits for the park, heals, resumes by the CLI. */
async function parkAndResume(
  { signalbox, simulated }: DevEnvironment,
  disturb?: (run: RunHandle) => Promise<void>,
): Promise<Outcome> {
  const { control } = simulated!;
  const path = here('./gpl-3.0.txt');
  const run = await signalbox.start(contractReview, { path, text: await readDocument(path) });
  await disturb?.(run);

  await until(async () => (await answered(control, run)).length > 0);
  await control.setFault('*', { kind: 'status', status: 503 });
  const parked = await run.result().then(
    () => false,
    (error: unknown) => error instanceof RunParked,
  );
  process.stderr.write(`${run.id} is parked: ${parked}\n`);

  await control.clearFaults();
  let finished = false;
  for (let resumes = 0; !finished && resumes < 3; resumes++) {
    // A step may park after the others have been resumed; the next `resume` takes it on.
    finished = await promisify(execFile)(process.execPath, [CLI, 'resume', run.id], {
      env: workerEnv(environment),
    }).then(
      () => true,
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        return false;
      },
    );
  }
  return { parked, finished, repeatedSteps: repeated(await answered(control, run)) };
}

/** SIGKILL while the first step's call is under way, then another worker. */
async function killWorkerInFirstStep(run: RunHandle): Promise<void> {
  const { control } = environment.simulated!;
  await until(async () => (await requests(control, run)).some(({ outcome }) => outcome === 'open'));
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  process.stderr.write(`${run.id}: killed its worker in the middle of a call\n`);
  worker = startWorker(environment);
}

function startWorker(environment: DevEnvironment): ChildProcess {
  return spawn(process.execPath, [CLI, 'worker', '--config', here('./signalbox.config.ts')], {
    env: workerEnv(environment),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function workerEnv({ address, simulated }: DevEnvironment): NodeJS.ProcessEnv {
  return { ...process.env, TEMPORAL_ADDRESS: address, SIGNALBOX_SIMULATED_URL: simulated!.url };
}

type Control = NonNullable<DevEnvironment['simulated']>['control'];

async function requests(control: Control, { id }: RunHandle): Promise<LogEntry[]> {
  return (await control.log()).filter(({ headers }) => headers['x-signalbox-run'] === id);
}

async function answered(control: Control, run: RunHandle): Promise<LogEntry[]> {
  return (await requests(control, run)).filter(({ outcome }) => outcome === 'answered');
}

/** Turns that a provider answered more than once. */
function repeated(entries: readonly LogEntry[]): number {
  const turns = entries.map(({ headers }) => `${headers['x-signalbox-step']}/${headers['x-signalbox-turn']}`);
  return turns.length - new Set(turns).size;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
