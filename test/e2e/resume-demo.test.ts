import { expect, test } from '@jest/globals';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

test('a run outlives all providers down and a killed worker, and no step is answered twice', async () => {
  const sandbox = newSandbox();
  const { code, stdout, stderr } = await sandbox.resumeDemo().exited;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ parked: true, finished: true, repeatedSteps: 0 });
  expect(sandbox.processes()).toEqual([]);
}, 300_000);
