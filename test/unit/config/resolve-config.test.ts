import { createGoogle } from '@ai-sdk/google';
import { describe, expect, it } from '@jest/globals';
import type { SignalboxConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { resolveProviders, SIMULATED_URL_ENV } from '../../../src/worker/resolve-providers.ts';

const agents = './agents.ts';
const price = { input: 1, output: 2, source: 'my contract', date: '2026-11-01' };
const model = { id: 'mine', family: 'mine', contextTokens: 8_000, maxOutputTokens: 1_000, abilities: [] };

function errorOf(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a wrong config names the place, the value and the remedy', () => {
  it.each<[string, object, string[]]>([
    [
      'blobs that are no folder',
      { agents, blobs: 's3://bucket' },
      ['blobs: give a folder, file:PATH', 'got "s3://bucket"'],
    ],
    ['blobs that cannot be read', { agents, blobs: { put() {} } }, ['blobs: give a folder, file:PATH']],
    ['no agents', {}, ['agents']],
    ['a field nobody knows', { agents, agent: 'x' }, ['agent']],
    ['a bad wire', { agents, providers: { mine: { wire: 'grpc' } } }, ['providers.mine.wire', '"grpc"']],
    [
      'neither wire nor sdk',
      { agents, providers: { mine: {} } },
      ['providers.mine', 'openai-compatible', 'sdk'],
    ],
    [
      'both wire and sdk',
      { agents, providers: { mine: { wire: 'google', sdk: () => createGoogle() } } },
      ['providers.mine', 'either'],
    ],
    [
      'an sdk that is a name',
      { agents, providers: { mine: { sdk: '@ai-sdk/google' } } },
      ['providers.mine.sdk', '"@ai-sdk/google"', '({ fetch, apiKey })'],
    ],
    [
      'an sdk that is a provider already, whose HTTP would not be ours',
      { agents, providers: { mine: { sdk: createGoogle({ apiKey: 'a-key' }) } } },
      ['providers.mine.sdk', '({ fetch, apiKey })'],
    ],
    [
      'a simulated sdk',
      { agents, providers: { mine: { sdk: () => createGoogle(), simulated: true } } },
      ['providers.mine', 'simulated'],
    ],
    [
      'a bad address',
      { agents, providers: { mine: { wire: 'anthropic', baseUrl: 'nowhere' } } },
      ['providers.mine.baseUrl', '"nowhere"'],
    ],
    [
      'an address with a query, behind which no path can be put',
      { agents, providers: { mine: { wire: 'anthropic', baseUrl: 'https://llm.example.com/v1?v=2' } } },
      ['providers.mine.baseUrl', '"https://llm.example.com/v1?v=2"', 'query'],
    ],
    [
      'no variable',
      { agents, providers: { mine: { wire: 'anthropic', apiKeyEnv: [] } } },
      ['providers.mine.apiKeyEnv', 'environment variable'],
    ],
    [
      'a provider with a name that no id can hold',
      { agents, providers: { 'My Own': { wire: 'anthropic' } } },
      ['providers.My Own', 'lower-case'],
    ],
    [
      'a deadline later than an attempt may end',
      { agents, taskClasses: { coding: { deadlines: { totalMs: 3_600_000 } } } },
      ['taskClasses.coding.deadlines.totalMs', '1500000', '3600000'],
    ],
    [
      'no calls at once',
      { agents, providers: { mine: { wire: 'anthropic', maxConcurrent: 0 } } },
      ['providers.mine.maxConcurrent', '0'],
    ],
    [
      'a deadline that has passed',
      {
        agents,
        models: [{ ...model, endpoints: [{ provider: 'openai', price, deadlines: { idleMs: 0 } }] }],
      },
      ['models.0.endpoints.0.deadlines.idleMs', '0'],
    ],
    [
      'a negative price',
      { agents, models: [{ ...model, endpoints: [{ provider: 'openai', price: { ...price, input: -1 } }] }] },
      ['models.0.endpoints.0.price.input', '-1'],
    ],
    [
      'a missing price',
      { agents, models: [{ ...model, endpoints: [{ provider: 'openai', price: { input: 1 } }] }] },
      ['models.0.endpoints.0.price.output', 'models.0.endpoints.0.price.source'],
    ],
    [
      'a price without a real date',
      {
        agents,
        models: [{ ...model, endpoints: [{ provider: 'openai', price: { ...price, date: 'today' } }] }],
      },
      ['price.date', '"today"'],
    ],
    ['a model nobody serves', { agents, models: [{ ...model, endpoints: [] }] }, ['models.0.endpoints']],
    [
      'an unknown provider',
      { agents, models: [{ ...model, endpoints: [{ provider: 'nobody', price }] }] },
      ['models.0.endpoints.0.provider', '"nobody"'],
    ],
    [
      'an unknown provider in the policy',
      { agents, policy: { providers: { deny: ['opnai'] } } },
      ['policy.providers.deny.0', '"opnai"'],
    ],
    [
      'an unknown model in the policy',
      { agents, policy: { models: { allow: ['gpt-99'] } } },
      ['policy.models.allow.0', '"gpt-99"'],
    ],
    [
      'a worthless task class',
      { agents, taskClasses: { triage: { successUsd: 0 } } },
      ['taskClasses.triage.successUsd', '0'],
    ],
    [
      'a usual reply that does not fit',
      { agents, taskClasses: { reasoning: { maxOutputTokens: 99 } } },
      ['taskClasses.reasoning', '1200', '99'],
    ],
    [
      'an endpoint twice',
      { agents, models: [1, 2].map(() => ({ ...model, endpoints: [{ provider: 'openai', price }] })) },
      ['models', '"openai/mine"'],
    ],
    ['a tool that is none', { agents, tools: { search: {} } }, ['tools.search', 'tool({']],
  ])('%s', (_, config, words) => {
    const error = errorOf(() => resolveConfig(config as SignalboxConfig, 'simulated'));
    for (const word of words) expect(error.message).toContain(word);
    expect(error.remedy).not.toBe('');
  });
});

it.each([
  ['a key in the place of its variable', { apiKeyEnv: 'sk-a-secret' }],
  ['a key among variables', { apiKeyEnv: ['OWN_API_KEY', 'a_secret'] }],
  ['a password in the address', { baseUrl: 'https://me:a-secret@llm.example.com/v1' }],
  ['a password in what is no address', { baseUrl: 'ftp://me:a-secret@llm.example.com' }],
])('%s is refused, and not repeated', (_, wrong) => {
  const mine = { wire: 'anthropic' as const, ...wrong };
  const { message } = errorOf(() => resolveConfig({ agents, providers: { mine } }, 'live'));
  expect(message).toContain(`providers.mine.${Object.keys(wrong)[0]}`);
  expect(message).not.toMatch(/a.secret/);
});

describe('a resolved config', () => {
  it('adds a task class over the defaults, and changes a built-in one', () => {
    const { taskClasses } = resolveConfig(
      { agents, taskClasses: { triage: { successUsd: 2 }, reasoning: { maxOutputTokens: 2_000 } } },
      'simulated',
    );
    expect(taskClasses.get('triage')).toMatchObject({ name: 'triage', successUsd: 2 });
    expect(taskClasses.get('reasoning')).toMatchObject({ maxOutputTokens: 2_000, successUsd: 0.5 });
  });

  it('asks only simulated providers without --live, and only others with it', () => {
    const providers = (mode: 'simulated' | 'live') => [
      ...new Set(resolveConfig({ agents }, mode).catalog.endpoints.map(({ provider }) => provider)),
    ];
    expect(providers('simulated').every((name) => name.startsWith('sim-'))).toBe(true);
    expect(providers('live').some((name) => name.startsWith('sim-'))).toBe(false);
  });

  it('has ten models or more on four providers or more to simulate with', () => {
    const { endpoints } = resolveConfig({ agents }, 'simulated').catalog;
    expect(new Set(endpoints.map((endpoint) => endpoint.model.id)).size).toBeGreaterThanOrEqual(10);
    expect(new Set(endpoints.map(({ provider }) => provider)).size).toBeGreaterThanOrEqual(4);
  });

  it('offers what OpenAI, Anthropic, Google and OpenRouter serve with --live, from the shipped catalog', () => {
    const { endpoints, version } = resolveConfig({ agents }, 'live').catalog;
    expect(new Set(endpoints.map(({ provider }) => provider))).toEqual(
      new Set(['openai', 'anthropic', 'google', 'openrouter']),
    );
    expect(endpoints.length).toBeGreaterThan(250);
    expect(version).toMatch(/^2026-/);
    const offered = endpoints.filter(({ withheld }) => !withheld);
    const hosts = offered.filter(({ model }) => model.id === 'claude-sonnet-4.5').map(({ id }) => id);
    expect(hosts).toEqual(['anthropic/claude-sonnet-4.5', 'openrouter/claude-sonnet-4.5']);
    const latest = offered.filter(({ model }) => model.id.endsWith('-latest'));
    expect(latest).toEqual([]);
  });

  it('knows a moving alias, for policies that name it', () => {
    const { endpoints } = resolveConfig({ agents }, 'live').catalog;
    const aliases = endpoints.filter(({ model }) => model.id === 'claude-sonnet-latest');
    expect(aliases.map(({ withheld }) => withheld)).toContain('moving-alias');
  });

  it('names the closest of many models for one that nobody knows', () => {
    const policy = { models: { deny: ['claude-sonnet-4-5'] } };
    const { remedy } = errorOf(() => resolveConfig({ agents, policy }, 'live'));
    expect(remedy).toContain('claude-sonnet-4.5');
    expect(remedy.length).toBeLessThan(250);
  });

  it('takes what is unknown of a data policy as unknown', () => {
    const own = { ...model, endpoints: [{ provider: 'openai', price }] };
    const endpoint = resolveConfig({ agents, models: [own] }, 'live').catalog.endpoints.find(
      ({ id }) => id === 'openai/mine',
    );
    expect(endpoint?.dataPolicy).toEqual({
      zdr: 'unknown',
      retentionDays: 'unknown',
      trainsOnData: 'unknown',
      regions: 'unknown',
    });
  });
});

describe('providers', () => {
  it('refuses --live without a key, naming every variable', () => {
    const error = errorOf(() => resolveProviders(resolveConfig({ agents }, 'live'), {}));
    for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY'])
      expect(error.message).toContain(name);
  });

  it('leaves out live vendors without a key as long as one has one', () => {
    const providers = resolveProviders(resolveConfig({ agents }, 'live'), { ANTHROPIC_API_KEY: 'a-key' });
    expect([...providers.keys()]).toEqual(['anthropic']);
  });

  it('refuses one of the config without its key, naming the variables', () => {
    const mine = {
      wire: 'openai',
      baseUrl: 'https://llm.example.com/v1',
      apiKeyEnv: ['MINE_A', 'MINE_B'],
    } as const;
    const config = resolveConfig({ agents, providers: { mine } }, 'live');
    const error = errorOf(() => resolveProviders(config, { ANTHROPIC_API_KEY: 'a-key' }));
    expect(error.message).toMatch(/providers\.mine\.apiKeyEnv.*MINE_A, MINE_B/);
    expect([...resolveProviders(config, { MINE_B: 'a-key' }).keys()]).toEqual(['mine']);
  });

  it('never reads a key without --live', () => {
    const env = { OPENAI_API_KEY: 'a-key', [SIMULATED_URL_ENV]: 'http://127.0.0.1:1' };
    const providers = resolveProviders(resolveConfig({ agents }, 'simulated'), env);
    expect(JSON.stringify([...providers])).not.toContain('a-key');
  });

  it('says where simulated providers are looked for when nobody says', () => {
    expect(errorOf(() => resolveProviders(resolveConfig({ agents }, 'simulated'), {})).message).toContain(
      SIMULATED_URL_ENV,
    );
  });
});
