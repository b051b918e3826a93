import { expect, test } from '@jest/globals';
import { readQuickStart } from '../architecture/support/quick-start.ts';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

test("the README's quick start works in a project of its own", async () => {
  const sandbox = newSandbox();
  sandbox.installSignalbox();
  for (const { name, text } of readQuickStart()) sandbox.write(name, text);
  sandbox.write('package.json', '{ "type": "module" }');

  const { address } = await sandbox.dev({ config: 'signalbox.config.ts' });
  const backend = await sandbox.node({ TEMPORAL_ADDRESS: address }, 'backend.ts').exited;
  expect(backend).toMatchObject({ code: 0, stderr: '' });
  expect(backend.stdout).toContain('Boilmaster 3');
});
