import { describe, expect, it } from '@jest/globals';
import {
  claimAbout,
  type DataPolicyClaim,
  readDataPolicyClaims,
} from '../../../src/catalog/data-policy-claims.ts';
import { readSnapshot } from '../../../src/catalog/read-snapshot.ts';
import { type SnapshotEndpoint, snapshotEndpointId } from '../../../src/catalog/snapshot.ts';
import { snapshotEndpoints } from '../../../src/catalog/snapshot-endpoints.ts';
import { aSnapshot, gpt } from './a-snapshot.ts';

const shipped = readDataPolicyClaims();
const snapshot = readSnapshot();
const rows = snapshot.models.flatMap((model) => model.endpoints.map((endpoint) => ({ model, endpoint })));

describe('the shipped claims', () => {
  it('each promise something, in words of a page, on a day before the snapshot', () => {
    for (const { zdr, retentionDays, trainsOnData, regions, source, checked, words } of shipped) {
      expect([zdr, retentionDays, trainsOnData, regions].some((promise) => promise !== undefined)).toBe(true);
      expect(source).toMatch(/^https:\/\//);
      expect(words.length).toBeGreaterThan(20);
      expect(checked <= snapshot.version.slice(0, 10)).toBe(true);
    }
  });

  it('say zero retention only where nothing is kept for any days', () => {
    const wrong = shipped.filter(({ zdr, retentionDays = 0 }) => zdr && retentionDays !== 0);
    expect(wrong).toEqual([]);
    expect(shipped.filter(({ zdr, retentionDays }) => zdr === false && retentionDays === 0)).toEqual([]);
  });

  it('name providers, models, families and variants that the snapshot has, at that provider', () => {
    const unknown = shipped.flatMap(({ provider, models = [undefined], variants = [undefined] }) =>
      models.flatMap((name) =>
        variants
          .filter(
            (variant) =>
              !rows.some(
                ({ model, endpoint }) =>
                  endpoint.provider === provider &&
                  (name === undefined || name === model.id || name === model.family) &&
                  (variant === undefined || variant === (endpoint.variant ?? '')),
              ),
          )
          .map((variant) => [provider, name, variant]),
      ),
    );
    expect(unknown).toEqual([]);
  });

  it('do not contradict each other about any endpoint', () => {
    const promises = ['zdr', 'retentionDays', 'trainsOnData', 'regions'] as const;
    const wrong = rows.flatMap(({ model, endpoint }) => {
      const fitting = shipped.map((claim) => claimAbout([claim], model, endpoint)).filter((claim) => claim);
      const says = (promise: (typeof promises)[number]) =>
        new Set(fitting.map((claim) => JSON.stringify(claim![promise])).filter((said) => said !== undefined));
      const zdr = says('zdr');
      const days = says('retentionDays');
      const twoWords = promises.filter((promise) => says(promise).size > 1);
      const oddDays =
        zdr.has('true') && [...days].some((said) => said !== '0') ? ['zdr and retentionDays'] : [];
      return [...twoWords, ...oddDays].map((what) => `${snapshotEndpointId(model.id, endpoint)}: ${what}`);
    });
    expect(wrong).toEqual([]);
  });

  it('reach the endpoints that they are about, and leave the others unknown', () => {
    const endpoints = snapshotEndpoints(snapshot, shipped);
    const named = new Set(shipped.map(({ provider }) => provider));
    const policyOf = (id: string) => endpoints.find((endpoint) => endpoint.id === id)!.dataPolicy;
    expect(policyOf('openai/gpt-5')).toMatchObject({
      zdr: false,
      retentionDays: 30,
      trainsOnData: false,
      basis: 'public',
    });
    expect(policyOf('anthropic/claude-sonnet-4.5')).toMatchObject({ zdr: false, trainsOnData: false });
    expect(policyOf('openrouter/gpt-5')).toEqual({
      ...{ zdr: 'unknown', retentionDays: 'unknown', trainsOnData: 'unknown', regions: 'unknown' },
    });
    for (const { provider, dataPolicy } of endpoints)
      if (!named.has(provider)) expect(dataPolicy.basis).toBeUndefined();
    for (const { dataPolicy } of endpoints) {
      if (dataPolicy.zdr === true) expect(dataPolicy.retentionDays).toBe(0);
      if (dataPolicy.basis) expect(dataPolicy.checked).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
    const free = endpoints.filter(({ id }) => id.includes(':free'));
    expect(
      free.filter(({ dataPolicy }) => dataPolicy.zdr === true || dataPolicy.trainsOnData === false),
    ).toEqual([]);
  });
});

describe('a claim', () => {
  const claim = (change: Partial<DataPolicyClaim>): DataPolicyClaim => ({
    ...{
      provider: 'openai',
      basis: 'public',
      source: 'https://x.example/a',
      checked: '2026-09-01',
      words: 'it says so',
    },
    ...change,
  });
  const about = (claims: DataPolicyClaim[], endpoint: Partial<SnapshotEndpoint> = {}) => {
    const model = gpt(endpoint);
    return claimAbout(claims, model, model.endpoints[0]!);
  };

  it('holds for its provider, and for its models or families alone where it names some', () => {
    expect(about([claim({ zdr: false })])).toMatchObject({ zdr: false });
    expect(about([claim({ zdr: false, models: ['gpt-5'] })])).toMatchObject({ zdr: false });
    expect(about([claim({ zdr: false, models: ['gpt'] })])).toMatchObject({ zdr: false });
    expect(about([claim({ zdr: false, models: ['gpt-4'] })])).toBeUndefined();
    expect(about([claim({ zdr: false, provider: 'azure' })])).toBeUndefined();
  });

  it('holds for all variants but the free one, and for its variants alone where it names some', () => {
    const all = claim({ zdr: false });
    const free = claim({ trainsOnData: true, variants: ['free'] });
    expect(about([all, free], { variant: 'fast' })).toMatchObject({ zdr: false });
    expect(about([all, free], { variant: 'fast' })).not.toHaveProperty('trainsOnData');
    expect(about([all, free], { variant: 'free' })).toMatchObject({ trainsOnData: true });
    expect(about([all, free], { variant: 'free' })).not.toHaveProperty('zdr');
  });

  it('adds to others about the same endpoint, under the older of their days and both pages', () => {
    const claims = [
      claim({ retentionDays: 30, zdr: false }),
      claim({ trainsOnData: false, source: 'https://x.example/b', checked: '2026-07-01' }),
    ];
    expect(about(claims)).toEqual({
      ...{ retentionDays: 30, zdr: false, trainsOnData: false, basis: 'public', checked: '2026-07-01' },
      source: 'https://x.example/a and https://x.example/b',
    });
  });

  it('of zero retention is one of no days, and the other way round', () => {
    const policyOf = (change: Partial<DataPolicyClaim>) =>
      snapshotEndpoints(aSnapshot([gpt()]), [claim(change)])[0]!.dataPolicy;
    expect(policyOf({ zdr: true })).toMatchObject({ zdr: true, retentionDays: 0, trainsOnData: 'unknown' });
    expect(policyOf({ retentionDays: 0 })).toMatchObject({ zdr: true, retentionDays: 0 });
    expect(policyOf({ retentionDays: 30 })).toMatchObject({ zdr: false, retentionDays: 30 });
    expect(policyOf({ zdr: false })).toMatchObject({ zdr: false, retentionDays: 'unknown' });
  });
});
