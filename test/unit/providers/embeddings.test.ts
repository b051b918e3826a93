import { afterEach, describe, expect, it } from '@jest/globals';
import { InvocationFailure } from '../../../activities/ports.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { AiSdkModels } from '../../../src/providers/ai-sdk-models.ts';
import { parseFault } from '../../../src/simulated/faults.ts';
import { startSimulatedProviders } from '../../../src/simulated/simulated-providers.ts';
import { simulate } from '../../../src/testing/simulate.ts';
import { resolveProviders, SIMULATED_URL_ENV } from '../../../src/worker/resolve-providers.ts';
import { aModelCall } from '../../support/a-model-call.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const { deadlines, signal } = aModelCall;

/** The embedding port over one simulated vendor. */
async function newVendor(name: string, fault?: string) {
  const config = resolveConfig({ agents: 'agents.ts' }, 'simulated');
  const simulated = await startSimulatedProviders({ providers: simulate(config), latencyScale: 0 });
  const providers = resolveProviders(config, { [SIMULATED_URL_ENV]: simulated.url });
  const models = new AiSdkModels(providers);
  closers.push(async () => {
    await models.close();
    await simulated.close();
  });
  if (fault) await simulated.control.setFault('*', parseFault(fault));
  const endpoint = config.catalog.endpoints.find(({ provider }) => provider === name)!;
  const [key] = providers.get(name)!.keys;
  return {
    log: () => simulated.control.log(),
    embed: (...texts: string[]) =>
      models.embed(endpoint, { deadlines, signal, key: key!.fingerprint, texts }),
  };
}

const likeness = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe.each([
  ['openai-compatible', 'sim-aurora'],
  ['openai', 'sim-cirrus'],
  ['google', 'sim-dune'],
])('embeddings over %s', (wire, name) => {
  it('what is alike is close', async () => {
    const { embed } = await newVendor(name);
    const { vectors, inputTokens } = await embed(
      'The mill opened in 1890.',
      'A mill was opened in 1890.',
      'Quarterly revenue fell sharply.',
    );
    expect(likeness(vectors[0]!, vectors[1]!)).toBeGreaterThan(likeness(vectors[0]!, vectors[2]!));
    // Gemini does not say.
    if (wire !== 'google') expect(inputTokens).toBeGreaterThan(10);
  });

  it('one text has the vector that it has among others', async () => {
    const { embed } = await newVendor(name);
    const [alone, among] = [await embed('mill'), await embed('bridge', 'mill')];
    expect(alone.vectors[0]).toEqual(among.vectors[1]);
  });

  it('more texts than a vendor takes at once keep their order', async () => {
    const { embed, log } = await newVendor(name);
    const texts = Array.from({ length: 2_100 }, (_, i) => `mill number ${i}`);
    const { vectors } = await embed(...texts);
    expect(vectors).toHaveLength(texts.length);
    expect(vectors[2_099]).toEqual((await embed(texts[2_099]!)).vectors[0]);
    expect((await log()).length).toBeGreaterThan(2);
  });

  it.each([
    ['503', 'unavailable'],
    ['401', 'credential_rejected'],
    ['429:7', 'rate_limited'],
    ['reset', 'unavailable'],
  ])('%s is %s, and is asked for once', async (fault, kind) => {
    const { embed, log } = await newVendor(name, fault);
    const failure = await embed('mill').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvocationFailure);
    expect(failure).toMatchObject({ kind, billed: false });
    expect(await log()).toHaveLength(1);
  });
});

it('a vendor without embeddings says so, and nobody is asked', async () => {
  const { embed, log } = await newVendor('sim-borealis');
  await expect(embed('mill')).rejects.toMatchObject({ kind: 'model_not_found' });
  expect(await log()).toEqual([]);
});
