import { expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { simulatedControl } from '../../src/simulated/client.ts';
import { freePort } from '../support/free-port.ts';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

test('simulated providers alone serve any client, fail as told, and end with Ctrl-C', async () => {
  const sandbox = newSandbox();
  const latencies = sandbox.write(
    'latency.csv',
    'provider,model,ttft_s,e2e_s,tokens_out\nnorth,mill-7b,0.3,0.3,100\n',
  );
  const port = await freePort();
  const simulate = sandbox.signalbox(
    ...['simulate', '--port', `${port}`, '--replay-latency', latencies],
    ...['--fault', 'sim-aurora=503x1', '--fault', '*=cut@50%', 'sim-aurora=429:7x1'],
  );
  await simulate.says('Ctrl-C ends them.');
  const url = `http://127.0.0.1:${port}`;
  expect(await simulatedControl(url).faults()).toMatchObject({
    'sim-aurora': [
      { status: 503, times: 1 },
      { status: 429, times: 1 },
    ],
    '*': [{ kind: 'cut', share: 0.5 }],
  });
  await simulatedControl(url).setFault('*', { kind: 'reset' });

  const client = new OpenAI({ apiKey: 'any', baseURL: `${url}/sim-aurora/v1`, maxRetries: 0 });
  const [model] = (await client.models.list()).data;
  const ask = () =>
    client.chat.completions.create({ model: model!.id, messages: [{ role: 'user', content: 'Hello' }] });
  await expect(ask()).rejects.toMatchObject({ status: 503 });
  await expect(ask()).rejects.toMatchObject({ status: 429 });
  await simulatedControl(url).clearFaults();
  const startedMs = performance.now();
  expect((await ask()).choices[0]!.finish_reason).toBe('stop');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(300);

  simulate.signal('SIGINT');
  const { code, stdout, stderr } = await simulate.exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`${url}/sim-borealis/v1`);
});

test.each([
  [['--fault', 'sim-aurora'], /write TARGET=FAULT/],
  [['--fault', 'sim-aurora=999'], /"999" is not a fault/],
  [['--fault', 'sim-zephyr=503'], /no fault target "sim-zephyr"[\s\S]*sim-aurora/],
  [['--replay-outages', 'nosuch.csv'], /nosuch\.csv cannot be read/],
  [['--scale', '0'], /a scale is a number above 0/],
  [['--port', '65536'], /from 1 to 65535/],
])('%j is refused', async (args, wrong) => {
  const { code, stdout, stderr } = await newSandbox().signalbox('simulate', ...args).exited;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(wrong);
});

test('faults are for simulated providers only', async () => {
  const { code, stderr } = await newSandbox().signalbox('dev', '--live', '--fault', '*=503').exited;
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('--fault breaks') });
});
