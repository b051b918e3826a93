import { describe, expect, it } from '@jest/globals';
import {
  assertHistoryAccepted,
  governanceOf,
  HistoryNotEncrypted,
  tenantOf,
  UnknownTenant,
} from '../../../../src/core/routing/governance.ts';
import type { SignalboxError } from '../../../../src/core/vocabulary/errors.ts';

function errorOf(work: () => unknown): SignalboxError {
  try {
    work();
  } catch (error) {
    return error as SignalboxError;
  }
  throw new Error('nothing was refused');
}

describe('zero retention', () => {
  it('is refused while history is not encrypted, with the word that accepts it', () => {
    const error = errorOf(() => assertHistoryAccepted({ zeroRetention: true }, governanceOf({})));
    expect(error).toBeInstanceOf(HistoryNotEncrypted);
    expect(error.remedy).toContain("accepts: ['unencrypted-history']");
  });

  it('may be asked for where that is accepted by name', () => {
    const governance = governanceOf({ accepts: ['unencrypted-history'] });
    expect(() => assertHistoryAccepted({ zeroRetention: true }, governance)).not.toThrow();
  });

  it.each([{}, { zeroRetention: false }, { noTraining: true }])('is not asked for by %j', (policy) => {
    expect(() => assertHistoryAccepted(policy, governanceOf({}))).not.toThrow();
  });
});

describe('a tenant', () => {
  const tenants = { acme: { policy: { noTraining: true } }, bare: {} };

  it('has its own policy, an empty one where none is written', () => {
    expect(tenantOf(governanceOf({ tenants }), 'acme').policy).toEqual({ noTraining: true });
    expect(tenantOf(governanceOf({ tenants }), 'bare').policy).toEqual({});
  });

  it('that nobody named is refused, with those that there are', () => {
    const error = errorOf(() => tenantOf(governanceOf({ tenants }), 'acmee'));
    expect(error).toBeInstanceOf(UnknownTenant);
    for (const word of ['"acmee"', 'acme', 'bare']) expect(error.message).toContain(word);
    expect(error.remedy).toContain('"*"');
    for (const name of ['constructor', '__proto__', ''])
      expect(errorOf(() => tenantOf(governanceOf({ tenants }), name))).toBeInstanceOf(UnknownTenant);
  });

  it('that nobody named has the policy of *, where there is one', () => {
    const governance = governanceOf({ tenants: { ...tenants, '*': { policy: { zeroRetention: true } } } });
    expect(tenantOf(governance, 'anybody').policy).toEqual({ zeroRetention: true });
    expect(tenantOf(governance, 'acme').policy).toEqual({ noTraining: true });
  });

  it('may be anybody where the deployment names none', () => {
    expect(tenantOf(governanceOf({}), 'anybody').policy).toBeUndefined();
  });
});
