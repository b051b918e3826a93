import { expect, test } from '@jest/globals';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();
const models = (...args: string[]) => newSandbox().signalbox('models', ...args).exited;

test('a table of what is offered, with counts of that and of all that is known', async () => {
  const { code, stdout } = await models('--provider', 'anthropic', '--ability', 'tools', 'reasoning');
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ claude-opus-5 +│ anthropic +│ 1M +│ \d+\.\d\d +│ \d+\.\d\d +│ tools .*reasoning/);
  expect(stdout).toMatch(/Offered now +models: \d+ \(0 on two providers or more\), endpoints: \d+\n/);
  expect(stdout).toMatch(/Known +models: \d+ .*\(--all shows the rest\)\n$/);
});

test('one model by its whole id: each endpoint with its status', async () => {
  const { stdout } = await models('--model', 'gpt-5-pro');
  expect(stdout).toMatch(/│ openrouter\/gpt-5-pro +│ openai\/gpt-5-pro .*offered/);
  expect(stdout).toMatch(/│ azure\/gpt-5-pro .*other api/);
  expect(stdout).toMatch(/│ openai\/gpt-5-pro .*offered/);
});

test('everything as JSON', async () => {
  const { stdout } = await models('--all', '--json');
  const { counts, models: listed } = JSON.parse(stdout) as {
    counts: { models: number; endpoints: number; multiHostModels: number };
    models: { id: string }[];
  };
  expect(listed).toHaveLength(counts.models);
  expect(counts.models).toBeGreaterThanOrEqual(1_200);
  expect(counts.endpoints).toBeGreaterThanOrEqual(3_000);
  expect(counts.multiHostModels).toBeGreaterThanOrEqual(400);
});

test('the simulated models', async () => {
  const { stdout } = await models('--simulated', '--model', 'quarry');
  expect(stdout).toMatch(/│ sim-quarry-l +│ sim-cirrus sim-dune +│ 128k +│ 0\.80–0\.90 +│/);
});

test.each([
  [['--model', 'claude-sonet-4.5'], /no model "claude-sonet-4\.5".*Remedy: .*claude-sonnet-4\.5/s],
  [['--provider', 'openruter'], /no provider "openruter".*Remedy: .*openrouter/s],
  [['--ability', 'flying'], /'flying' is invalid.*tools/],
  [['--max-input-price', '-1'], /'-1' is invalid.*from 0/],
])('refuses %j', async (args, wrong) => {
  const { code, stdout, stderr } = await models(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(wrong);
});
