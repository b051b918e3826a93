import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { afterEach, expect, it } from '@jest/globals';
import { InvocationFailure } from '../../../activities/ports.ts';
import type { SdkProvider } from '../../../src/catalog/catalog-config.ts';
import type { SignalboxConfig } from '../../../src/config/config.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { SignalboxError } from '../../../src/core/vocabulary/errors.ts';
import { textOf } from '../../../src/core/vocabulary/transcript.ts';
import { AiSdkModels } from '../../../src/providers/ai-sdk-models.ts';
import { parseFault } from '../../../src/simulated/faults.ts';
import { startSimulatedProviders } from '../../../src/simulated/simulated-providers.ts';
import { simulate } from '../../../src/testing/simulate.ts';
import { resolveProviders } from '../../../src/worker/resolve-providers.ts';
import { aModelCall } from '../../support/a-model-call.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const KEY = 'a-key-nobody-may-see';
const simulatedConfig = resolveConfig({ agents: 'agents.ts' }, 'simulated');

/** Models over a config in which a stranger's provider, `mine`, is made by a function. */
function modelsOf(sdk: SdkProvider, baseUrl?: string) {
  const price = { input: 1, output: 2, source: 'my contract', date: '2026-11-01' };
  const config: SignalboxConfig = {
    agents: 'agents.ts',
    providers: { mine: { sdk, apiKeyEnv: 'MINE_API_KEY', ...(baseUrl !== undefined && { baseUrl }) } },
    models: [
      {
        ...{ id: 'my-model', family: 'mine', contextTokens: 8_000, maxOutputTokens: 1_000, abilities: [] },
        endpoints: [{ provider: 'mine', wireModel: 'sim-atlas-small', price }],
      },
    ],
  };
  const resolved = resolveConfig(config, 'live');
  const providers = resolveProviders(resolved, { MINE_API_KEY: KEY });
  const models = new AiSdkModels(providers);
  closers.push(() => models.close());
  const endpoint = resolved.catalog.endpoints.find(({ id }) => id === 'mine/my-model')!;
  const [key] = providers.get('mine')!.keys;
  return { ask: () => models.invoke(endpoint, { ...aModelCall, key: key!.fingerprint }) };
}

async function newSimulation() {
  const simulated = await startSimulatedProviders({ providers: simulate(simulatedConfig), latencyScale: 0 });
  closers.push(() => simulated.close());
  return simulated;
}

const stranger: SdkProvider = ({ name, fetch, apiKey, baseUrl }) =>
  createOpenAICompatible({ name, fetch, apiKey, baseURL: baseUrl!, includeUsage: true });

it('a provider that the config makes answers as a built-in one does', async () => {
  const simulated = await newSimulation();
  const answer = await modelsOf(stranger, simulated.baseUrl('sim-aurora')).ask();
  expect(textOf(answer.message)).toContain('The mill of Ellerby opened in 1890');
  expect(answer).toMatchObject({ finishReason: 'stop', servedModel: 'sim-atlas-small' });
  expect(answer.usage!.outputTokens).toBeGreaterThan(0);
});

it('is made once, and asks with the fetch it was given: no retries, our labels', async () => {
  const simulated = await newSimulation();
  let made = 0;
  const { ask } = modelsOf((about) => {
    made += 1;
    return stranger(about);
  }, simulated.baseUrl('sim-aurora'));
  await simulated.control.setFault('*', parseFault('503'));
  for (let i = 0; i < 2; i++) await expect(ask()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(made).toBe(1);
  const log = await simulated.control.log();
  expect(log.map(({ headers }) => headers['x-signalbox-step'])).toEqual(['step', 'step']);
});

it('an error inside a 200 is no refusal here, either', async () => {
  const simulated = await newSimulation();
  await simulated.control.setFault('*', parseFault('error-in-200'));
  const failure = modelsOf(stranger, simulated.baseUrl('sim-aurora')).ask();
  await expect(failure).rejects.toMatchObject({ constructor: InvocationFailure, kind: 'answer_incomplete' });
});

it.each<[string, SdkProvider, string]>([
  [
    'fails, without its key',
    ({ apiKey }) => {
      throw new Error(`the key ${apiKey} has no region`);
    },
    'providers.mine.sdk failed: the key [key] has no region',
  ],
  ['gives nothing', () => undefined as never, 'gives undefined, and no provider'],
  ['gives a promise', (async () => createAnthropic()) as never, 'a promise'],
  [
    'gives one of another age',
    () => ({ specificationVersion: 'v2', languageModel: () => undefined }) as never,
    'specification v2',
  ],
])('a worker does not start where the function %s', (_, sdk, message) => {
  const start = () => modelsOf(sdk);
  expect(start).toThrow(SignalboxError);
  expect(start).toThrow(message);
});
