/** Server, simulated providers and worker, all started by the one call that a user makes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  connectDevEnvironment,
  type DevEnvironment,
  findDevEnvironment,
  startDevEnvironment,
} from '../../src/testing/dev-environment.ts';
import { ask } from './agents.ts';
import { AGENTS } from './use-stage.ts';

const directory = mkdtempSync(join(tmpdir(), 'signalbox-environment-'));
const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
let environment: DevEnvironment;
beforeAll(async () => {
  environment = await startDevEnvironment({ config: { agents: AGENTS }, directory, latencyScale: 0 });
});
afterAll(async () => {
  await environment?.close();
  const { port } = new URL(`http://${environment.address}`);
  rmSync(directory, { recursive: true, force: true });
  await expect(
    new Promise((resolve, reject) => {
      connect(Number(port), '127.0.0.1').once('connect', resolve).once('error', reject);
    }),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(findDevEnvironment(directory)).toBeUndefined();
});

it('runs an agent', async () => {
  const run = await environment.signalbox.start(ask, { prompt });
  expect(await run.result()).toContain('The mill opened in 1890');
});

it('is found by another client over its directory, which leaves it running', async () => {
  const other = await connectDevEnvironment(directory);
  const run = await other.signalbox.start(ask, { prompt });
  expect(await run.result()).toContain('The mill opened in 1890');
  await other.close();
  expect(findDevEnvironment(directory)?.address).toBe(environment.address);
});

it('lists the runs there are, the newest first', async () => {
  const run = await environment.signalbox.start(ask, { prompt });
  await run.result();
  const listed: string[] = [];
  while (!listed.includes(run.id)) {
    listed.length = 0;
    for await (const { id } of environment.signalbox.list()) listed.push(id);
  }
  expect(listed[0]).toBe(run.id);
});
