import { describe, expect, it } from 'vitest';
import { effectivePolicy, policiesAt } from '#domain/policy/effective-policy.ts';
import { NO_RULES, type Policy, type PolicyRules } from '#domain/policy/policy.ts';
import { FULL_RULES, policyAt } from '../../../support/policies.ts';

const REPOSITORY = 'acme/core';

function under(resource: string, policies: readonly Policy[]): PolicyRules {
  return effectivePolicy({ repository: REPOSITORY, policies }, resource);
}

describe('where a policy holds', () => {
  const WHOLE = policyAt({ life: 100 });
  const THREADS = policyAt({ depth: 3 }, 'acme/core@task');
  const ONE = policyAt({ quorum: 2 }, 'acme/core@task/login');
  const ALL = [ONE, WHOLE, THREADS];

  it.each([
    ['acme/core', [WHOLE]],
    ['acme/core:src/a.ts', [WHOLE]],
    ['acme/core@task', [WHOLE, THREADS]],
    ['acme/core@task/login', [WHOLE, THREADS, ONE]],
    ['acme/core@task/login:src/a.ts', [WHOLE, THREADS, ONE]],
    ['acme/core@task/login/deep:x', [WHOLE, THREADS, ONE]],
    ['acme/core@task/login-2', [WHOLE, THREADS]],
    ['acme/core@tasks', [WHOLE]],
    ['acme/core@heads/task', [WHOLE]],
    // What is above the repository, or of another one, is never under less than the repository is.
    ['acme', [WHOLE]],
    ['acme/core-evil@task', [WHOLE]],
    ['acme/core/deep', [WHOLE]],
  ])('%s is under what is at it and above', (resource, policies) => {
    expect(policiesAt({ repository: REPOSITORY, policies: ALL }, resource)).toEqual(policies);
  });

  it('nothing is asked where there is none', () => {
    expect(under('acme/core', [])).toEqual(NO_RULES);
    expect(under('acme/core@other', [THREADS])).toEqual(NO_RULES);
  });
});

describe('what several ask together', () => {
  const both = (outer: Partial<PolicyRules>, inner: Partial<PolicyRules>): Partial<PolicyRules> => {
    const policies = [policyAt(outer), policyAt(inner, 'acme/core@t')];
    const rules = under('acme/core@t:x', policies);
    expect(under('acme/core@t:x', policies.toReversed())).toEqual(rules);
    return Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== null));
  };

  it.each<readonly [string, Partial<PolicyRules>, Partial<PolicyRules>, Partial<PolicyRules>]>([
    [
      'required beats warn',
      { attribution: 'required' },
      { attribution: 'warn' },
      { attribution: 'required' },
    ],
    ['local beats travelling', { shunList: 'travelling' }, { shunList: 'local' }, { shunList: 'local' }],
    ['enforce beats observe', { hooks: 'observe' }, { hooks: 'enforce' }, { hooks: 'enforce' }],
    [
      'of remotes the narrower place',
      { remotes: ['/srv', 'https://example.com'] },
      { remotes: ['/srv/git', 'ssh://example.com'] },
      { remotes: ['/srv/git'] },
    ],
    ['landed beats open', { branches: 'open' }, { branches: 'landed' }, { branches: 'landed' }],
    [
      'open inside landed opens nothing',
      { branches: 'landed' },
      { branches: 'open' },
      { branches: 'landed' },
    ],
    ['refuse beats warn', { secrets: 'warn' }, { secrets: 'refuse' }, { secrets: 'refuse' }],
    ['off inside warn switches nothing off', { secrets: 'warn' }, { secrets: 'off' }, { secrets: 'warn' }],
    ['warn is not lost', { attestation: 'warn' }, {}, { attestation: 'warn' }],
    [
      'required further in counts',
      { attestation: 'warn' },
      { attestation: 'required' },
      { attestation: 'required' },
    ],
    [
      'lists are cut down to what is in both',
      { models: ['a', 'b'] },
      { models: ['b', 'c'] },
      { models: ['b'] },
    ],
    [
      'lists without anything in common leave nobody',
      { providers: ['a'] },
      { providers: ['b'] },
      { providers: [] },
    ],
    ['a list holds where the other asks nothing', {}, { providers: ['b'] }, { providers: ['b'] }],
    ['the shorter life', { life: 60 }, { life: 3600 }, { life: 60 }],
    ['the lesser depth, nought too', { depth: 2 }, { depth: 0 }, { depth: 0 }],
    ['the larger quorum', { quorum: 3 }, { quorum: 2 }, { quorum: 3 }],
    ['the longer wait', { wait: 60 }, { wait: 90 }, { wait: 90 }],
    [
      'everything that either guards',
      { guarded: ['purge:apply'] },
      { guarded: ['grant:write', 'purge:apply'] },
      { guarded: ['grant:write', 'purge:apply'] },
    ],
    ['how agents are met is said further out', { agents: 'any' }, {}, { agents: 'any' }],
  ])('%s', (_, outer, inner, expected) => {
    expect(both(outer, inner)).toEqual(expected);
  });

  it('one alone asks just what it says', () => {
    expect(under('acme/core', [policyAt(FULL_RULES)])).toEqual(FULL_RULES);
  });
});
