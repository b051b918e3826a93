import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The bundle a worker makes of a file of agents: its size without the source map, and its modules. */
function bundle(agents: string): { bytes: number; packages: string[]; own: string[] } {
  const printed = execFileSync(process.execPath, [file('support/bundle.ts'), file(agents)], {
    encoding: 'utf8',
  });
  const { bytes, paths } = JSON.parse(printed) as { bytes: number; paths: string[] };
  const packageOf = (path: string) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return {
    bytes,
    packages: [...new Set(paths.flatMap((path) => packageOf(path) ?? []))].sort(),
    own: paths.filter((path) => !packageOf(path) && /\/dist\//.test(path)),
  };
}

/** Temporal's own, for the most part; measured: 576 KB, of which what the turn loop takes is ours. */
const BOUND_BYTES = 750_000;

test('our part of a bundle is small: core and workflows, no zod, nothing of Node', () => {
  const { bytes, packages, own } = bundle('agents/minimal.ts');
  expect(bytes).toBeLessThan(BOUND_BYTES);
  // Temporal's workflow package and what it brings.
  const expected = ['@noble/hashes', '@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];
  expect(packages.filter((name) => !expected.includes(name))).toEqual([]);
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((path) => !/\/dist\/(src\/core|workflows)\//.test(path))).toEqual([]);
});

test("the example's agents bundle, with the zod that they bring themselves", () => {
  const { bytes, packages } = bundle('../../examples/contract-review/agents.ts');
  expect(packages).toContain('zod');
  expect(bytes).toBeLessThan(BOUND_BYTES + 500_000);
});
