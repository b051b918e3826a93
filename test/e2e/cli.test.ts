import { expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { type Dev, type Sandbox, useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

const CONTRACT = JSON.stringify({
  path: '/dev/null',
  text: '1. Delivery. Vellacott Marine Ltd ("Seller") shall deliver on 3 May 2031.',
});

/** Starts a run whose first call no provider ever answers, and resolves once that call is open. */
async function startHangingRun(sandbox: Sandbox, { control }: Dev, id: string): Promise<void> {
  await control.setFault('*', { kind: 'timeout' });
  await sandbox.signalbox('run', 'contractReview', '--input', CONTRACT, '--id', id, '--no-wait').exited;
  await until(async () =>
    (await control.log()).some(
      ({ headers, endedMs }) => headers['x-signalbox-run'] === id && endedMs === null,
    ),
  );
}

async function statusOf(sandbox: Sandbox, id: string): Promise<string | undefined> {
  const { stdout } = await sandbox.signalbox('list', '--json').exited;
  return (JSON.parse(stdout) as { id: string; status: string }[]).find((run) => run.id === id)?.status;
}

test('a day with it: run, list, show, a park, resume, cancel', async () => {
  const sandbox = newSandbox();
  const dev = await sandbox.dev();
  const input = sandbox.write('contract.json', CONTRACT);

  const run = await sandbox.signalbox('run', 'contractReview', '--input-file', input, '--id', 'first').exited;
  expect(run).toMatchObject({ code: 0, stderr: 'Started first\n' });
  expect(run.stdout).toMatch(/first: completed, 4 of 4 steps done, \$0\.\d+/);
  expect(run.stdout).toContain('"3 May 2031"');

  await dev.control.setFault('*', { kind: 'status', status: 503 });
  const parked = await sandbox.signalbox('run', 'contractReview', '--input', CONTRACT, '--id', 'second')
    .exited;
  expect(parked).toMatchObject({ code: 1, stdout: '' });
  expect(parked.stderr).toMatch(
    /Run second is parked\. Step "parties and obligations" got no answer after 6/,
  );
  expect(parked.stderr).toMatch(/Remedy: .*resume second/);

  const list = await sandbox.signalbox('list').exited;
  expect(list.stdout).toMatch(/first .* completed /);
  expect(list.stdout).toMatch(/second .* parked .* attempts_exhausted: parties and obligations/);
  const onlyParked = await sandbox.signalbox('list', '--query', 'SignalboxStatus = "parked"').exited;
  expect(onlyParked.stdout).not.toContain('first');

  const show = await sandbox.signalbox('show', 'second').exited;
  expect(show.stdout).toMatch(/\S+\/\S+ unavailable ×2/);
  expect(show.stdout).toMatch(/To go on: .*resume second/);

  await dev.control.clearFaults();
  const resumed = await sandbox.signalbox('resume', 'second').exited;
  expect(resumed).toMatchObject({ code: 0, stderr: 'Resumed second: parties and obligations\n' });
  expect(resumed.stdout).toContain('second: completed, 4 of 4 steps done');

  await startHangingRun(sandbox, dev, 'third');
  const canceled = await sandbox.signalbox('cancel', 'third').exited;
  expect(canceled).toMatchObject({ code: 0, stdout: 'Asked third to stop.\n' });
  await until(async () => (await statusOf(sandbox, 'third')) === 'canceled');
  const open = (await dev.control.log()).filter(({ endedMs }) => endedMs === null);
  expect(open).toEqual([]);
});

test('Ctrl-C ends server, worker and providers within seconds, a call under way among them', async () => {
  const sandbox = newSandbox();
  const dev = await sandbox.dev();
  await startHangingRun(sandbox, dev, 'open');

  const pressedMs = Date.now();
  dev.signal('SIGINT');
  const { code, stderr } = await dev.exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(Date.now() - pressedMs).toBeLessThan(10_000);
  expect(sandbox.processes()).toEqual([]);
  await expect(fetch(dev.uiUrl)).rejects.toThrow();
});

test('killed by SIGKILL it leaves nothing, and the next one takes its runs on', async () => {
  const sandbox = newSandbox();
  const dev = await sandbox.dev();
  await startHangingRun(sandbox, dev, 'outlives');
  process.kill(dev.pid, 'SIGKILL');
  await dev.exited;
  await until(() => sandbox.processes().length === 0);

  await sandbox.dev();
  await until(async () => (await statusOf(sandbox, 'outlives')) === 'completed', 60_000);
});

test('a server that dies takes `dev` with it, which says so', async () => {
  const sandbox = newSandbox();
  const dev = await sandbox.dev();
  process.kill(sandbox.serverPid(), 'SIGKILL');
  const { code, stderr } = await dev.exited;
  expect(code).toBe(1);
  expect(stderr).toContain(`Error: The Temporal server at ${dev.address} has ended, with code 137`);
  expect(stderr).toContain('Remedy: Start again');
  expect(sandbox.processes()).toEqual([]);
});
