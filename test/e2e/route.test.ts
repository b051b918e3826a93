import { describe, expect, test } from '@jest/globals';
import { type Sandbox, useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

/** A config of a person who only asks about routing. */
function withConfig(config: object): Sandbox {
  const sandbox = newSandbox();
  sandbox.write('agents.ts', '');
  sandbox.write(
    'signalbox.config.ts',
    `export default ${JSON.stringify({ agents: './agents.ts', ...config })};`,
  );
  return sandbox;
}
const explain = (sandbox: Sandbox, ...args: string[]) =>
  sandbox.signalbox('route', 'explain', '--task', 'reasoning', '--tokens', '12000', ...args).exited;
const checkPolicy = (sandbox: Sandbox, ...args: string[]) =>
  sandbox.signalbox('policy', 'check', ...args).exited;

describe('route explain', () => {
  test('why this one, why not the next, and what it would cost: the example of docs/routing.md', async () => {
    const { code, stdout } = await explain(newSandbox(), '--tools');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /│ 1 │ sim-borealis\/sim-sonata-swift +│ 89% ± 20 prior │ \$0\.4447 │ \$0\.0180 │ \$0\.0005\d +│ \$0\.4261 │/,
    );
    expect(stdout).toMatch(/│ 2 │ sim-aurora\/sim-atlas-large +│/);
    expect(stdout).toMatch(/Why 1 and not 2 +\+\$0\.0020\d: success −\$0\.0246, cost \+\$0\.0264/);
  });

  test('who was ruled out, by which rule of whose layer, and what would admit them', async () => {
    const sandbox = withConfig({
      policy: { noTraining: true },
      tenants: { acme: { policy: { maxPrice: { output: 5 } } } },
    });
    const { stdout } = await explain(sandbox, '--tenant', 'acme');
    expect(stdout).toMatch(
      /sim-borealis\/sim-sonata-grand │ max_price:output tenant "acme" +│ raise maxPrice\.output from 5 to 20/,
    );
    expect(stdout).toMatch(
      /sim-dune\/sim-quarry-l +│ data_policy:training the deployment +│ state trainsOnData/,
    );
    expect(stdout).toMatch(/Policy +noTraining \(the deployment\), maxPrice \(tenant "acme"\)/);
  });

  test('as JSON, over the shipped catalog', async () => {
    const { stdout } = await explain(newSandbox(), '--live', '--tools', '--json');
    const { candidates, decision } = JSON.parse(stdout) as {
      candidates: { endpoint: string; chance: number; chanceSd: number; worstCase: number }[];
      decision: { moreCandidates: number; rejected: Record<string, number> };
    };
    expect(candidates).toHaveLength(5);
    for (const { chance, chanceSd, worstCase } of candidates) {
      expect(chance).toBeGreaterThan(0.5);
      expect(chanceSd).toBe(0.2);
      expect(worstCase).toBeGreaterThan(0);
    }
    expect(decision.moreCandidates).toBeGreaterThan(100);
    expect(decision.rejected.catalog).toBeGreaterThan(100);
  });

  test('nobody left: what would have to change', async () => {
    const { code, stderr } = await explain(newSandbox(), '--max-usd', '0.000001');
    expect(code).toBe(1);
    expect(stderr).toMatch(/No endpoint is left: allotment ×12/);
    expect(stderr).toMatch(
      /Remedy: The nearest: \S+: allow the call \$\d\.\d+ instead of \$0\.000001 \(allotment\)/,
    );
  });

  test.each<[string, string[], RegExp]>([
    ['an unknown class', ['--task', 'resoning'], /no task class "resoning".*Remedy: .*reasoning/s],
    ['tokens that are none', ['--tokens', 'many'], /'many' is invalid.*whole number/],
    ['an unknown ability', ['--needs', 'flying'], /'flying' is invalid/],
    ['a tenant that nobody has told of', ['--tenant', 'nobody'], /no tenant "nobody".*Remedy: /s],
    ['a config that is missing', ['--config', 'nosuch.ts'], /no config file/],
  ])('refuses %s', async (_, args, wrong) => {
    const { code, stderr } = await explain(withConfig({ tenants: { acme: {} } }), ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(wrong);
  });
});

describe('policy check', () => {
  test('what survives for each class, and a warning where nothing is left to fail over to', async () => {
    const sandbox = withConfig({
      taskClasses: { coding: { policy: { providers: { allow: ['sim-cirrus'] } } } },
    });
    const { code, stdout } = await checkPolicy(sandbox);
    expect(code).toBe(0);
    expect(stdout).toMatch(/│ reasoning +│ 12 of 12 +│ 4 +│/);
    expect(stdout).toMatch(/│ coding +│ 3 of 12 +│ 1 +│ policy:providers \(9\) +│ sim-cirrus\//);
    expect(stdout).toMatch(/! coding: only sim-cirrus is left, so that there is no failover\./);
    expect(stdout).toMatch(/Bound to one provider +\d+% of what one request of each class costs/);
  });

  test('a class with nobody left fails the check', async () => {
    const sandbox = withConfig({ policy: { maxPrice: { output: 0.01 } } });
    const { code, stdout } = await checkPolicy(sandbox, '--json');
    expect(code).toBe(1);
    const { classes, warnings } = JSON.parse(stdout) as {
      classes: { endpoints: number; strictest: { rule: string; endpoints: number } }[];
      warnings: string[];
    };
    for (const { endpoints, strictest } of classes)
      expect([endpoints, strictest]).toEqual([0, { rule: 'max_price:output', endpoints: 12 }]);
    expect(warnings).toEqual([expect.stringContaining('no endpoint survives')]);
  });

  test.each<[string, object, RegExp]>([
    [
      'layers that contradict',
      {
        policy: { maxPrice: { output: 5 } },
        taskClasses: { coding: { policy: { maxPrice: { output: 9 } } } },
      },
      /class "coding" would relax maxPrice.*the deployment.*Remedy: A policy may only tighten/s,
    ],
    [
      'lists that together allow nobody',
      {
        policy: { providers: { allow: ['sim-dune'] } },
        tenants: { acme: { policy: { providers: { deny: ['sim-dune'] } } } },
      },
      /the deployment and tenant "acme" allows nobody/,
    ],
    [
      'a name in a policy that nobody knows',
      { policy: { models: { deny: ['claude-sonet-4.5'] } } },
      /policy\.models\.deny\.0: there is no model "claude-sonet-4\.5".*claude-sonnet-4\.5/s,
    ],
    [
      'a field that is no policy',
      { policy: { zeroRetantion: true } },
      /policy: Unrecognized key: "zeroRetantion"/,
    ],
    [
      'a negative contract price',
      {
        overrides: [
          { provider: 'openai', price: { input: -1, output: 2, source: 'contract', date: '2026-11-01' } },
        ],
      },
      /overrides\.0\.price\.input: .*got -1/,
    ],
  ])('refuses %s', async (_, config, wrong) => {
    const { code, stderr } = await checkPolicy(withConfig(config));
    expect(code).toBe(1);
    expect(stderr).toMatch(wrong);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

test('models: only what a policy admits', async () => {
  const sandbox = withConfig({ policy: { zeroRetention: true, noTraining: true } });
  const { stdout } = await sandbox.signalbox('models', '--policy', 'signalbox.config.ts', '--json').exited;
  const { models } = JSON.parse(stdout) as {
    models: { endpoints: { dataPolicy: { zdr: unknown; trainsOnData: unknown } }[] }[];
  };
  const promises = models.flatMap(({ endpoints }) => endpoints.map(({ dataPolicy }) => dataPolicy));
  expect(promises.length).toBeGreaterThan(100);
  for (const promise of promises) expect(promise).toMatchObject({ zdr: true, trainsOnData: false });
});
