/** Policy in layers, from the start of a run to the endpoint that answers it. */
import { describe, expect, it } from '@jest/globals';
import { Signalbox } from '../../src/client/signalbox.ts';
import type { GovernanceConfig } from '../../src/core/routing/governance.ts';
import { ask, askUnder } from './agents.ts';
import { type Stage, useStages } from './use-stage.ts';

const newStage = useStages();

const prompt =
  'What opened? The mill opened in 1890 and it was the largest mill of the county for many years.';
const only = (...allow: string[]) => ({ providers: { allow } });

/** A client that knows what the workers' config says of policy. */
const knowing = (stage: Stage, config: GovernanceConfig) =>
  new Signalbox(stage.client, { taskQueue: stage.signalbox.taskQueue, config });

const endpointsAsked = async (stage: Stage) => (await stage.control.log()).map(({ provider }) => provider);

describe('every layer holds', () => {
  it("the deployment's", async () => {
    const stage = await newStage({ policy: only('sim-cirrus') });
    await (await stage.start(ask, { prompt })).result();
    expect(await endpointsAsked(stage)).toEqual(['sim-cirrus']);
  });

  it("the tenant's, which a search attribute names", async () => {
    const stage = await newStage({ tenants: { acme: { policy: only('sim-dune') }, other: {} } });
    const run = await stage.start(ask, { prompt }, { tenant: 'acme' });
    await run.result();
    expect(await endpointsAsked(stage)).toEqual(['sim-dune']);
    const { typedSearchAttributes } = await stage.client.workflow.getHandle(run.id).describe();
    expect(JSON.stringify(typedSearchAttributes.getAll())).toContain('"acme"');
  });

  it("the class's", async () => {
    const stage = await newStage({ taskClasses: { writing: { policy: only('sim-dune') } } });
    await (await stage.start(ask, { prompt, task: 'writing' })).result();
    expect(await endpointsAsked(stage)).toEqual(['sim-dune']);
  });

  it("the agent's, the step's and the request's", async () => {
    const stage = await newStage();
    const run = await stage.start(
      askUnder,
      { prompt, task: 'reasoning', policy: only('sim-borealis', 'sim-aurora') },
      { policy: { maxPrice: { output: 4 } } },
    );
    await run.result();
    const { decision } = (await run.state()).steps[0]!;
    expect(decision?.candidates.map(({ endpoint }) => endpoint).sort()).toEqual([
      'sim-aurora/sim-atlas-medium',
      'sim-aurora/sim-atlas-small',
      'sim-borealis/sim-sonata-petit',
    ]);
    expect(decision?.rejected).toEqual({ 'policy:providers': 6, 'max_price:output': 3 });
    expect(decision?.versions.policy).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('a layer that would relax is refused by the names of both', () => {
  it('by start, where the layers are known to the client', async () => {
    const stage = await newStage();
    const signalbox = knowing(stage, { policy: { maxPrice: { output: 5 } } });
    const start = signalbox.start(ask, { prompt }, { policy: { maxPrice: { output: 9 } } });
    await expect(start).rejects.toMatchObject({
      name: 'PolicyRelaxed',
      message: expect.stringMatching(
        /the request would relax maxPrice.*"output":9.*the deployment.*"output":5/,
      ),
    });
  });

  it('by the worker, which parks the run and asks nobody', async () => {
    const stage = await newStage({ policy: { noTraining: true } });
    const run = await stage.start(askUnder, { prompt, policy: { noTraining: false } });
    await expect(run.result()).rejects.toMatchObject({
      name: 'RunParked',
      message: expect.stringMatching(/step "answer" would relax noTraining.*the deployment/),
    });
    expect(await stage.control.log()).toEqual([]);
  });
});

describe('a tenant that nobody has told of', () => {
  const tenants = { acme: {} };
  it('is refused by start', async () => {
    const stage = await newStage();
    const start = knowing(stage, { tenants }).start(ask, { prompt }, { tenant: 'amce' });
    await expect(start).rejects.toMatchObject({
      name: 'UnknownTenant',
      message: 'There is no tenant "amce". There are: acme.',
    });
  });

  it('parks the run where the client does not know', async () => {
    const stage = await newStage({ tenants });
    const run = await stage.start(ask, { prompt }, { tenant: 'amce' });
    await expect(run.result()).rejects.toMatchObject({
      message: expect.stringContaining('no tenant "amce"'),
    });
    expect(await stage.control.log()).toEqual([]);
  });
});

describe('zero retention, while history is not encrypted', () => {
  const policy = { zeroRetention: true };
  it('makes start fail and say so', async () => {
    const stage = await newStage();
    const start = knowing(stage, { policy }).start(ask, { prompt });
    await expect(start).rejects.toMatchObject({
      name: 'HistoryNotEncrypted',
      remedy: expect.stringContaining("accepts: ['unencrypted-history']"),
    });
  });

  it('parks what a client without the config has started', async () => {
    const stage = await newStage({ policy });
    const run = await stage.start(ask, { prompt });
    await expect(run.result()).rejects.toMatchObject({ message: expect.stringContaining('unencrypted') });
    expect(await stage.control.log()).toEqual([]);
  });

  it('goes only to hosts that promise it, once it is accepted by name', async () => {
    const governance: GovernanceConfig = { policy, accepts: ['unencrypted-history'] };
    const stage = await newStage(governance);
    const run = await knowing(stage, governance).start(ask, { prompt });
    await run.result();
    const { decision } = (await run.state()).steps[0]!;
    expect(decision?.rejected).toEqual({ 'data_policy:zdr': 6 });
    for (const { endpoint } of decision!.candidates) expect(endpoint).toMatch(/^sim-(borealis|cirrus)\//);
  });
});
