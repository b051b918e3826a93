/** Policy, tenants, contracts and exploration in a config. */
import { describe, expect, it } from '@jest/globals';
import type { SignalboxConfig } from '../../../src/config/config.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { callDeadlines } from '../../../src/core/routing/call-deadlines.ts';
import { PolicyContradiction, PolicyRelaxed } from '../../../src/core/routing/policy-layers.ts';
import { SignalboxError } from '../../../src/core/vocabulary/errors.ts';

const agents = './agents.ts';
const price = { input: 1, output: 2, source: 'contract 7', date: '2026-11-01' };
const promise = { basis: 'contract' as const, source: 'contract 7', checked: '2026-11-01' };

function errorOf(config: object): SignalboxError {
  try {
    resolveConfig({ agents, ...config } as SignalboxConfig, 'live');
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
const resolved = (config: Partial<SignalboxConfig>) => resolveConfig({ agents, ...config }, 'live');
const endpointOf = (config: Partial<SignalboxConfig>, id: string) =>
  resolved(config).catalog.endpoints.find((endpoint) => endpoint.id === id)!;

describe('a contract', () => {
  it('changes the price, data policy and speed of the endpoints it is about, and of no others', () => {
    const overrides = [
      { provider: 'openai', dataPolicy: { ...promise, zdr: true, trainsOnData: false } },
      { provider: 'openai', model: 'gpt-5', price, speed: { tokensPerSecond: 200 } },
    ];
    expect(endpointOf({ overrides }, 'openai/gpt-5')).toMatchObject({
      price: { input: 1, output: 2, cacheRead: 1, cacheWrite: 1, reasoning: 2, source: 'contract 7' },
      dataPolicy: { zdr: true, retentionDays: 0, trainsOnData: false, regions: 'unknown', basis: 'contract' },
      speed: { firstTokenMs: 1_000, tokensPerSecond: 200 },
    });
    const mini = endpointOf({ overrides }, 'openai/gpt-5-mini');
    expect(mini.dataPolicy.zdr).toBe(true);
    expect(mini.price).toEqual(endpointOf({}, 'openai/gpt-5-mini').price);
    expect(endpointOf({ overrides }, 'openrouter/gpt-5')).toEqual(endpointOf({}, 'openrouter/gpt-5'));
  });

  it('sets deadlines of its endpoints, each of which goes before that of the class', () => {
    const overrides = [
      { provider: 'openai', deadlines: { connectMs: 900, idleMs: 700 } },
      { provider: 'openai', model: 'gpt-5', deadlines: { idleMs: 800 } },
    ];
    const { deadlines } = resolved({ overrides }).taskClasses.get('writing')!;
    const held = (id: string) => callDeadlines({ deadlines }, endpointOf({ overrides }, id));
    expect(held('openai/gpt-5')).toEqual({ ...deadlines, connectMs: 900, idleMs: 800 });
    expect(held('openai/gpt-5-mini')).toEqual({ ...deadlines, connectMs: 900, idleMs: 700 });
    expect(held('openrouter/gpt-5')).toEqual(deadlines);
  });

  it('is in the version of the catalog, and the later of two goes first', () => {
    const later = { ...price, input: 9 };
    const overrides = [price, later].map((price) => ({ provider: 'openai', model: 'gpt-5', price }));
    expect(endpointOf({ overrides }, 'openai/gpt-5').price.input).toBe(9);
    expect(resolved({ overrides }).catalog.version).not.toBe(resolved({}).catalog.version);
  });

  it('may price long requests by tiers, whose absent rates are the base’s', () => {
    const tiers = [{ above: 200_000, input: 2 }];
    const overrides = [{ provider: 'openai', model: 'gpt-5', price: { ...price, cacheRead: 0.1, tiers } }];
    expect(endpointOf({ overrides }, 'openai/gpt-5').price.tiers).toEqual([
      { above: 200_000, input: 2, output: 2, cacheRead: 0.1, cacheWrite: 2, reasoning: 2 },
    ]);
  });
});

describe('a config that is wrong names the place, the value and the remedy', () => {
  const override = (change: object) => ({ overrides: [{ provider: 'openai', ...change }] });
  const tiers = [{ above: 9, input: 1 }, { above: 5 }];
  it.each<[string, object, string[]]>([
    [
      'a negative price',
      override({ price: { ...price, cacheWrite: -1 } }),
      ['overrides.0.price.cacheWrite', '-1'],
    ],
    [
      'a negative tier',
      override({ price: { ...price, tiers: [{ above: 9, input: -3 }] } }),
      ['tiers.0.input', '-3'],
    ],
    [
      'tiers out of order',
      override({ price: { ...price, tiers } }),
      ['overrides.0.price.tiers', 'ascending order'],
    ],
    ['no tiers', override({ price: { ...price, tiers: [] } }), ['overrides.0.price.tiers']],
    [
      'zdr that keeps',
      override({ dataPolicy: { ...promise, zdr: true, retentionDays: 30 } }),
      ['dataPolicy.retentionDays', '30'],
    ],
    [
      'a promise of nobody',
      override({ dataPolicy: { zdr: true } }),
      ['dataPolicy.basis', 'dataPolicy.source'],
    ],
    [
      'a simulated promise',
      override({ dataPolicy: { ...promise, basis: 'simulated' } }),
      ['dataPolicy.basis', '"simulated"'],
    ],
    [
      'a wait for a connection that holds others up',
      override({ deadlines: { connectMs: 60_000 } }),
      ['overrides.0.deadlines.connectMs', '10000', '60000'],
    ],
    ['an empty override', override({}), ['overrides.0', 'changes nothing']],
    ['an unknown host', { overrides: [{ provider: 'opnai', price }] }, ['overrides.0.provider', '"opnai"']],
    ['an unknown model', override({ model: 'gpt-99', price }), ['overrides.0.model', '"gpt-99"']],
    [
      'a host nobody has',
      { policy: { providers: { allow: ['bedrok'] } } },
      ['policy.providers.allow.0', '"bedrok"'],
    ],
    [
      'a family nobody has',
      { policy: { families: { deny: ['lama'] } } },
      ['policy.families.deny.0', '"lama"'],
    ],
    [
      'a tenant’s model nobody has',
      { tenants: { acme: { policy: { models: { deny: ['gpt-99'] } } } } },
      ['tenants.acme.policy.models.deny.0', '"gpt-99"'],
    ],
    [
      'a class’s host nobody has',
      { taskClasses: { coding: { policy: { providers: { allow: ['opnai'] } } } } },
      ['taskClasses.coding.policy.providers.allow.0', '"opnai"'],
    ],
    ['an ability nobody has', { policy: { abilities: ['tool'] } }, ['policy.abilities.0', '"tool"']],
    ['no regions', { policy: { regions: [] } }, ['policy.regions']],
    ['a field of a policy nobody knows', { policy: { zeroRetenton: true } }, ['policy', 'zeroRetenton']],
    ['a chance above one', { policy: { minQuality: 1.2 } }, ['policy.minQuality', '1.2']],
    ['too much exploration', { exploration: { share: 0.21 } }, ['exploration.share', '0.21']],
    ['negative exploration', { exploration: { share: -0.1 } }, ['exploration.share', '-0.1']],
    ['a risk nobody knows', { accepts: ['everything'] }, ['accepts.0', '"everything"']],
    ['a check that is none', { checks: { unit: () => true } }, ['checks.unit', 'check({']],
  ])('%s', (_, config, words) => {
    const { message, remedy } = errorOf(config);
    for (const word of words) expect(message).toContain(word);
    expect(remedy).not.toBe('');
  });
});

describe('layers in a config', () => {
  it('that relax are refused before any run, with both layers and the field', () => {
    const config = {
      policy: { maxPrice: { output: 5 } },
      tenants: { acme: { policy: { maxPrice: { output: 2 } } } },
      taskClasses: { coding: { policy: { maxPrice: { output: 4 } } } },
    };
    const error = errorOf(config);
    expect(error).toBeInstanceOf(PolicyRelaxed);
    for (const word of ['maxPrice', 'tenant "acme"', 'class "coding"']) expect(error.message).toContain(word);
  });

  it('that contradict each other are refused before any run', () => {
    const config = {
      policy: { providers: { allow: ['openai'] } },
      tenants: { acme: { policy: { providers: { deny: ['openai'] } } } },
    };
    const error = errorOf(config);
    expect(error).toBeInstanceOf(PolicyContradiction);
    for (const word of ['providers', 'the deployment', 'tenant "acme"'])
      expect(error.message).toContain(word);
  });

  it('may rule on hosts that no provider is configured for', () => {
    expect(
      resolved({ policy: { providers: { deny: ['amazon-bedrock'] } } }).governance.policy.providers,
    ).toBeDefined();
  });
});

describe('what a deployment decides', () => {
  it('is kept as written: its policy, its tenants and what it accepts', () => {
    const { governance, exploration } = resolved({
      policy: { zeroRetention: true },
      tenants: { acme: {}, '*': { policy: { noTraining: true } } },
      accepts: ['unencrypted-history'],
      exploration: { share: 0.2 },
    });
    expect(governance.policy).toEqual({ zeroRetention: true });
    expect([...governance.tenants!.keys()]).toEqual(['acme', '*']);
    expect(governance.tenants!.get('*')!.policy).toEqual({ noTraining: true });
    expect(governance.accepts.has('unencrypted-history')).toBe(true);
    expect(exploration).toEqual({ share: 0.2 });
  });

  it('is nothing where nothing is written', () => {
    const { governance, ...rest } = resolved({});
    expect(governance.policy).toEqual({});
    expect(governance).not.toHaveProperty('tenants');
    expect(governance.accepts.size).toBe(0);
    expect(rest).not.toHaveProperty('exploration');
  });

  it('has a class for requests that name none, from which new classes start', () => {
    const { taskClasses } = resolved({ taskClasses: { triage: { successUsd: 2 } } });
    const { name: _, successUsd: __, ...base } = taskClasses.get('default')!;
    expect(taskClasses.get('triage')).toEqual({ ...base, name: 'triage', successUsd: 2 });
  });
});
