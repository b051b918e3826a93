import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();
const row = {
  id: 'openai/gpt-5',
  context_length: 400_000,
  pricing: { prompt: '0.000007', completion: '0.00001' },
};
const router = { id: 'openrouter/auto', pricing: { prompt: '-1', completion: '-1' } };

test('a sync writes a catalog file; a bad answer leaves it as it was', async () => {
  const sandbox = newSandbox();
  const answer = sandbox.write('answer.json', JSON.stringify({ data: [row, router] }));
  const synced = await sandbox.signalbox('catalog', 'sync', '--from', answer).exited;
  expect(synced).toMatchObject({ code: 0, stderr: expect.stringContaining('Left out openrouter/auto') });
  expect(synced.stdout).toMatch(
    /signalbox\.catalog\.json: models of openrouter: 1;.*`catalog: '\.\/signalbox\.catalog\.json'`/s,
  );

  const file = join(sandbox.folder, 'signalbox.catalog.json');
  const shown = await sandbox.signalbox('models', '--catalog', file, '--model', 'gpt-5').exited;
  expect(shown.stdout).toMatch(/│ openrouter\/gpt-5 +│ openai\/gpt-5 +│ 400k +│ 7\.00 +│ 10\.00 .*offered/);

  const good = readFileSync(file, 'utf8');
  const half = sandbox.write('half.json', JSON.stringify({ data: [row] }).slice(0, 40));
  const refused = await sandbox.signalbox('catalog', 'sync', '--from', half).exited;
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/half\.json is not whole JSON.*Remedy: .*last good catalog stays in use/s);
  expect(readFileSync(file, 'utf8')).toBe(good);
});
