import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { reserveBudget } from '../../src/store/budgets.ts';
import { readLedger, writeLedger } from '../../src/store/ledger.ts';
import { openStore } from '../../src/store/store.ts';
import { aLedgerRow } from '../support/a-ledger-row.ts';
import { AGENTS, type Sandbox, useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

const ROWS = [
  aLedgerRow({ tenant: 'acme, inc', estimatedMicros: 250_000 }),
  aLedgerRow({
    ...{ activityId: '2', providerRequestId: 'req-2', outcome: 'answer_incomplete', failover: false },
    ...{ usage: { kind: 'unknown', allotmentMicros: 750_000 }, estimatedMicros: 750_000 },
  }),
];

async function withLedger(): Promise<{ sandbox: Sandbox; url: string }> {
  const sandbox = newSandbox();
  const url = `sqlite:${join(sandbox.folder, '.signalbox', 'signalbox.db')}`;
  const store = await openStore({ url });
  await writeLedger(store, ROWS);
  await store.close();
  return { sandbox, url };
}

test('costs as a table, with what deserves a look below', async () => {
  const { sandbox } = await withLedger();
  const { code, stdout } = await sandbox.signalbox('cost').exited;
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ Model +│ Attempts │ Failed │ Unknown │/);
  expect(stdout).toMatch(/│ atlas-large +│ +2 │ +1 │ +1 │ .* \$1\.0000 │ +│ \$1\.0000 │ 100\.0% │/);
  expect(stdout).toMatch(/Cost +\$1\.0000 for 2 attempts/);
  expect(stdout).toMatch(/Gave nothing +\$0\.7500 \(75\.0%\) on 1 attempts/);
  expect(stdout).toMatch(/No failover +\$0\.7500 \(75\.0%\)/);
  expect(stdout).toMatch(/Unknown +1 attempts .* \$0\.7500/);
});

test('as JSON and as CSV, of a database named', async () => {
  const { url } = await withLedger();
  const cost = (...args: string[]) =>
    newSandbox().signalbox('cost', '--by', 'tenant', '--database', url, ...args).exited;
  const { lines, total } = JSON.parse((await cost('--json')).stdout) as { lines: object[]; total: object };
  expect(lines).toMatchObject([
    { name: null, costMicros: 750_000 },
    { name: 'acme, inc', costMicros: 250_000 },
  ]);
  expect(total).toMatchObject({ attempts: 2, costMicros: 1_000_000, boundMicros: 750_000 });
  const [head, , acme] = (await cost('--csv')).stdout.split('\n');
  expect(head).toMatch(/^tenant,attempts,failed,unknown,/);
  expect(acme).toMatch(/^"acme, inc",1,0,0,/);
  const { stdout } = await cost('--since', '2027-01-01');
  expect(stdout).toBe('No attempt is in the ledger for this time.\n');
});

test('of the database that the config names, as its worker writes it', async () => {
  const { url } = await withLedger();
  const sandbox = newSandbox();
  const config = { agents: AGENTS, database: url };
  sandbox.write('signalbox.config.ts', `export default ${JSON.stringify(config)};`);
  const { stdout } = await sandbox.signalbox('cost').exited;
  expect(stdout).toMatch(/Cost +\$1\.0000 for 2 attempts/);
});

test('what another model would have cost', async () => {
  const { sandbox } = await withLedger();
  const { stdout } = await sandbox.signalbox('cost', '--what-if', 'sim-quarry-l').exited;
  expect(stdout).toMatch(/│ sim-dune\/sim-quarry-l +│ .* -\$0\.2499 │ +×0\.00 │/);
  expect(stdout).toMatch(/Traffic +1 answered requests/);
});

test("a provider's bill: listed, written, and the costs follow it", async () => {
  const { sandbox, url } = await withLedger();
  const bill = sandbox.write('bill.csv', 'request_id,cost_usd\nreq-1,0.25\nreq-2,0.5\nreq-9,0.125\n');
  const { code, stdout } = await sandbox.signalbox('reconcile', '--provider', 'sim-aurora', '--usage', bill)
    .exited;
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ req-2 +│ triage-1 │ \$0\.750000 │ \$0\.500000 │ -\$0\.250000 │ differs/);
  expect(stdout).toMatch(/│ req-9 +│ .*not in the ledger/);
  expect(stdout).toMatch(/Compared +2 requests .* difference -\$0\.250000 \(-25\.00%\)/);
  const store = await openStore({ url });
  expect((await readLedger(store, 'triage-1')).map((row) => row.reportedMicros)).toEqual([250_000, 500_000]);
  await store.close();
});

test('budgets, with what nobody settled', async () => {
  const { sandbox, url } = await withLedger();
  const store = await openStore({ url });
  const cap = { scope: 'tenant', name: 'acme', period: 'month', capMicros: 1_000_000 } as const;
  await reserveBudget(store, { key: 'now', caps: [cap], micros: 100_000, nowMs: Date.now() });
  await reserveBudget(store, { key: 'long ago', caps: [], micros: 200_000, nowMs: Date.now() - 7_200_000 });
  await store.close();
  const { stdout } = await sandbox.signalbox('budgets').exited;
  expect(stdout).toMatch(/│ tenant │ acme │ \d{4}-\d\d │ \$1\.0000 │ \$0\.0000 │ \$0\.1000 │ \$0\.9000 │/);
  expect(stdout).toMatch(/Open for more than an hour: 1\n {2}\$0\.2000 since .* long ago/);
});

test.each([
  [['cost'], /There is no database .*signalbox\.db.*Remedy: /s],
  [['cost', '--database', 'mysql://ann:s3cret@db/x'], /no database URL .*begins with "mysql:"(?!.*s3cret)/s],
  [
    ['cost', '--database', 'postgres://ann:s3cret@127.0.0.1:1/x'],
    /postgres:\/\/ann@127\.0\.0\.1:1\/x cannot be reached(?!.*s3cret)/s,
  ],
  [['cost', '--by', 'colour'], /'colour' is invalid.*tenant/],
  [['cost', '--since', 'monday'], /'monday' is invalid.*2026-11-25/],
  [['cost', '--json', '--csv'], /cannot be used with/],
  [['reconcile', '--provider', 'p', '--usage', 'none.csv'], /none\.csv cannot be read/],
])('refuses %j', async (args, wrong) => {
  const { code, stdout, stderr } = await newSandbox().signalbox(...args).exited;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(wrong);
});

test('refuses a file and a model that it does not understand, and writes nothing', async () => {
  const { sandbox, url } = await withLedger();
  const twice = sandbox.write('twice.csv', 'request_id,cost_usd\nreq-1,1\nreq-1,2\n');
  const { stderr } = await sandbox.signalbox('reconcile', '--provider', 'sim-aurora', '--usage', twice)
    .exited;
  expect(stderr).toMatch(/row 3, request_id "req-1": is in row 2 too/);
  expect((await sandbox.signalbox('cost', '--what-if', 'gpt-9').exited).stderr).toMatch(/no model "gpt-9"/);
  const store = await openStore({ url });
  expect(await readLedger(store, 'triage-1')).toEqual(ROWS);
  await store.close();
});
