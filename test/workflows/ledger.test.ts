/** From attempts in history to rows in the ledger, whatever becomes of the run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parseFault } from '../../src/simulated/faults.ts';
import { readBudgets } from '../../src/store/budgets.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { firstChoice } from '../../src/testing/first-choice.ts';
import { until } from '../support/until.ts';
import { ask, askInTurn, leaveBehind } from './agents.ts';
import { activitiesOf } from './read-history.ts';
import { AGENTS, type Stage, useStages } from './use-stage.ts';

const newStage = useStages();

const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const first = firstChoice({ agents: AGENTS }, { taskClass: 'writing' });

async function inStore<T>(
  { database }: Pick<Stage, 'database'>,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore({ url: database, create: false });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
const rowsOf = (stage: Stage, id: string) => inStore(stage, (store) => readLedger(store, id));
/** Every request that a provider saw, by the name that it was given. */
const requestsSeen = async ({ control }: Stage) =>
  (await control.log()).map(({ headers }) => decodeURIComponent(headers['x-client-request-id']!)).sort();

it('every attempt has its row once the run has closed, failed ones included', async () => {
  const stage = await newStage({ tenants: { acme: {} } });
  await stage.control.setFault(first, parseFault('cut'));
  const run = await stage.start(ask, { prompt }, { tenant: 'acme' });
  await run.result();

  const rows = await rowsOf(stage, run.id);
  const { attempts } = (await run.state()).steps[0]!;
  expect(rows.map(({ endpoint, outcome }) => [endpoint, outcome])).toEqual(
    attempts.map(({ endpoint, outcome }) => [endpoint, outcome]),
  );
  expect(rows.map(({ estimatedMicros }) => estimatedMicros)).toEqual(
    attempts.map(({ costMicros }) => costMicros),
  );
  expect(rows.map(({ providerRequestId }) => providerRequestId!).sort()).toEqual(await requestsSeen(stage));
  expect(rows.map(({ usage }) => usage.kind)).toEqual(['unknown', 'unknown', 'reported']);
  expect(rows.at(-1)).toMatchObject({
    ...{ agent: 'ask', step: 'answer', turn: 1, tenant: 'acme', taskClass: 'writing', callKind: 'work' },
    ...{ failover: true, flags: [], price: { source: 'simulated price list', date: '2026-11-01' } },
  });
  expect((await activitiesOf(stage.client, run.id)).at(-1)).toMatchObject({ name: 'signalbox.recordLedger' });
});

it('a run that parks and goes on is written twice and stands there once', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('400'));
  const run = await stage.start(ask, { prompt });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await until(async () => (await rowsOf(stage, run.id).catch(() => [])).length === 1);
  await stage.control.clearFaults();
  await run.resume();
  await run.result();
  expect((await rowsOf(stage, run.id)).map(({ outcome }) => outcome)).toEqual([
    'invalid_request',
    'answered',
  ]);
});

it('a canceled call has a row, of unknown usage, bounded by what it may have cost', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('silence'));
  const run = await stage.start(ask, { prompt });
  await until(async () => (await stage.control.log()).length === 1);
  await run.cancel();
  await expect(run.result()).rejects.toMatchObject({ name: 'RunFailed' });
  const rows = await rowsOf(stage, run.id);
  expect(rows).toMatchObject([{ endpoint: first, outcome: 'canceled', usage: { kind: 'unknown' } }]);
  expect(rows[0]!.estimatedMicros).toBeGreaterThan(0);
  expect(rows.map(({ providerRequestId }) => providerRequestId)).toEqual(await requestsSeen(stage));
  expect((await run.state()).steps[0]!.attempts).toMatchObject([{ outcome: 'canceled' }]);
});

it('a step that was left under way by a function that throws has its row, and holds no money', async () => {
  const stage = await newStage({ tenants: { acme: { caps: { day: 1 } } } });
  const silent = firstChoice({ agents: AGENTS }, { taskClass: 'extraction' });
  expect(silent).not.toBe(first);
  await stage.control.setFault(silent, parseFault('silence'));
  const run = await stage.start(leaveBehind, { prompt }, { tenant: 'acme' });
  await expect(run.result()).rejects.toMatchObject({ message: expect.stringContaining('Enough.') });
  const rows = await rowsOf(stage, run.id);
  expect(rows.map(({ providerRequestId }) => providerRequestId!).sort()).toEqual(await requestsSeen(stage));
  expect(rows).toContainEqual(expect.objectContaining({ endpoint: silent, outcome: 'canceled' }));
  const [budget] = await inStore(stage, (store) => readBudgets(store, Date.now()));
  expect(budget).toMatchObject({ name: 'acme', openMicros: 0 });
});

it('what was reset is not written again', async () => {
  const stage = await newStage();
  const run = await stage.start(askInTurn, { prompts: [prompt, `${prompt} Why?`] });
  await run.result();
  const before = await rowsOf(stage, run.id);
  expect(before).toHaveLength(2);
  const { raw } = await stage.client.workflow.getHandle(run.id).describe();
  const history = await stage.client.workflow.getHandle(run.id).fetchHistory();
  const second = history.events!.filter(({ workflowTaskCompletedEventAttributes: done }) => done)[1]!;
  await stage.client.workflowService.resetWorkflowExecution({
    namespace: stage.client.options.namespace,
    workflowExecution: raw.workflowExecutionInfo!.execution!,
    workflowTaskFinishEventId: second.eventId!,
    requestId: run.id,
    reason: 'test',
  });
  await stage.signalbox.run(run.id).result();
  const after = await rowsOf(stage, run.id);
  expect(after.map(({ providerRequestId }) => providerRequestId!).sort()).toEqual(await requestsSeen(stage));
  expect(new Set(after.map(({ runId }) => runId)).size).toBe(2);
});

it('a terminated run is caught up with', async () => {
  const stage = await newStage();
  await stage.control.setFault('*', parseFault('400'));
  const run = await stage.start(ask, { prompt });
  await expect(run.result()).rejects.toMatchObject({ name: 'RunParked' });
  await stage.stopWorker();
  await run.terminate('test');
  await stage.replaceWorker();
  await until(async () => (await rowsOf(stage, run.id).catch(() => [])).length === 1);
});

it('a database that is away delays rows and not the run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-away-'));
  const place = join(folder, 'data', 'ledger.db');
  writeFileSync(dirname(place), 'no folder');
  const stage = await newStage({ database: `sqlite:${place}` });
  const run = await stage.start(ask, { prompt });
  expect(await run.result()).toContain('mill');
  await expect(rowsOf(stage, run.id)).rejects.toMatchObject({ name: 'StoreError' });

  rmSync(dirname(place));
  mkdirSync(dirname(place));
  await stage.replaceWorker();
  await until(async () => (await rowsOf(stage, run.id).catch(() => [])).length === 1);
  rmSync(folder, { recursive: true });
});

it("a tenant's cap parks the run under the cap's name, and what was spent stands in the budget", async () => {
  const stage = await newStage({
    tenants: { acme: { caps: { day: 0.2 } }, small: { caps: { month: 0.000001 } } },
  });
  const run = await stage.start(ask, { prompt }, { tenant: 'acme' });
  await run.result();
  const [budget] = await inStore(stage, (store) => readBudgets(store, Date.now()));
  expect(budget).toMatchObject({ scope: 'tenant', name: 'acme', period: 'day', openMicros: 0 });
  expect(budget!.spentMicros).toBe((await run.state()).costMicros);

  const parked = await stage.start(ask, { prompt }, { tenant: 'small' });
  await expect(parked.result()).rejects.toMatchObject({
    name: 'RunParked',
    message: expect.stringMatching(/The cap of tenant small, month [0-9-]+, \$0\.000001 is reached/),
  });
  expect((await parked.state()).waitsFor).toBe('cap_reached: answer');
});
