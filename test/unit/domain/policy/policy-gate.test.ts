import { describe, expect, it } from 'vitest';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { REQUEST_OPERATIONS } from '#domain/authority/role.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { formatId } from '#domain/id.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { Policy } from '#domain/policy/policy.ts';
import type { DelegationBlock, TokenChain } from '#domain/token/token.ts';
import {
  afterFix,
  allowanceOf,
  chainOf,
  delegation,
  denialOf,
  DEV,
  EARLIER,
  LATER,
  NOW,
  OWNER,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../../../support/decisions.ts';
import { policyAt } from '../../../support/policies.ts';

const GRANTS = [{ principal: DEV, role: 'developer', resource: 'acme/core' }] as const;
/** Lives 13 hours. */
const SESSION = chainOf(session(DEV));
const LOOM = { provider: 'acme', model: 'loom' } as const;

/** A capture under policies. */
function asks(
  policies: readonly Policy[],
  chain: TokenChain = SESSION,
  change: Partial<AuthorisationRequest> = {},
): AuthorisationRequest {
  return requestBy(chain, viewWith(GRANTS, { policies }), change);
}

function agent(name = 'worker', change: Partial<DelegationBlock> = {}): DelegationBlock {
  return delegation(name, [], change);
}

function codeOf(request: AuthorisationRequest): string {
  const decision = authorise(request, STUB_ENGINE);
  return decision.kind === 'allow' ? 'allow' : decision.denial.code;
}

/** Runs every fix as each of its `who`: where the same request then ends. */
function afterFixes(request: AuthorisationRequest): readonly string[] {
  const denial = denialOf(request);
  return denial.fixes.flatMap((fix) => {
    expect(parseAdvice(fix.argv).kind).toBe('verb');
    return fix.who.map((who) => codeOf(afterFix(request, fix, who)));
  });
}

describe('attribution', () => {
  const asked = [policyAt({ attribution: 'required' })];

  it('is asked of agents, whoever names them, and of nobody else', () => {
    expect(codeOf(asks(asked))).toBe('allow');
    expect(codeOf(asks(asked, chainOf(session(DEV), [agent()])))).toBe('ATTRIBUTION_MISSING');
    expect(codeOf(asks(asked, chainOf(session(DEV), [agent('worker', LOOM)])))).toBe('allow');
    const said = asks(asked);
    const byFlag = { ...said, actor: { ...said.actor, agent: 'claude' } };
    expect(codeOf(byFlag)).toBe('ATTRIBUTION_MISSING');
    expect(codeOf({ ...byFlag, actor: { ...byFlag.actor, ...LOOM } })).toBe('allow');
  });

  it('is asked where work is made or taken up, and nowhere else', () => {
    const chain = chainOf(session(OWNER), [agent()]);
    const view = viewWith([], { policies: asked });
    const refused = REQUEST_OPERATIONS.filter(
      (operation) =>
        codeOf(requestBy(chain, view, { operation, resources: ['acme/core@t'] })) === 'ATTRIBUTION_MISSING',
    );
    expect(refused).toEqual(['thread:start', 'state:capture', 'thread:land', 'review']);
  });

  it('that is only wished for is told and refuses nothing', () => {
    const warned = asks([policyAt({ attribution: 'warn' })], chainOf(session(DEV), [agent()]));
    expect(allowanceOf(warned).warnings).toEqual([
      'worker does not say which provider and model it runs on, which acme/core asks for',
    ]);
    expect(allowanceOf(asks([policyAt({ attribution: 'warn' })])).warnings).toEqual([]);
  });

  it('wished for further out and needed further in is needed', () => {
    const both = [policyAt({ attribution: 'warn' }), policyAt({ attribution: 'required' }, 'acme/core@task')];
    const denial = denialOf(asks(both, chainOf(session(DEV), [agent()])));
    expect(denial).toMatchObject({ code: 'ATTRIBUTION_MISSING', rule: { at: 'acme/core@task' } });
  });

  it('has no command for a fix where nobody can know what the agent runs on', () => {
    const request = asks([policyAt({ models: ['a', 'b'] })], chainOf(session(DEV), [agent()]));
    expect(denialOf(request)).toMatchObject({
      fixes: [],
      why: 'name what worker runs on with --provider and --model, of a, b',
    });
  });

  it('has one where the policy leaves one provider and one model', () => {
    const only = [policyAt({ providers: ['acme'] }), policyAt({ models: ['loom'] }, 'acme/core@task')];
    const chain = chainOf(session(DEV), [agent('lead', LOOM), agent()]);
    const request = asks(only, chain);
    expect(denialOf(request)).toMatchObject({ code: 'ATTRIBUTION_MISSING', fixes: [{ who: ['lead'] }] });
    expect(afterFixes(request)).toEqual(['allow']);
  });
});

describe('where agents may run', () => {
  it.each([
    ['another provider', { providers: ['other'] }, 'POLICY_ACTOR'],
    ['another model', { models: ['other'] }, 'POLICY_ACTOR'],
    ['this provider and another model', { providers: ['acme'], models: ['other'] }, 'POLICY_ACTOR'],
    ['this provider', { providers: ['acme', 'other'] }, 'allow'],
    ['both', { providers: ['acme'], models: ['loom'] }, 'allow'],
  ])('a policy that lists %s', (_, rules, code) => {
    const request = asks([policyAt(rules)], chainOf(session(DEV), [agent('worker', LOOM)]));
    expect(codeOf(request)).toBe(code);
    expect(codeOf(asks([policyAt(rules)]))).toBe('allow');
  });

  it('names the policy that refuses and who set it', () => {
    const policies = [policyAt({ models: ['loom'] }), policyAt({ models: ['other'] }, 'acme/core@task')];
    const denial = denialOf(asks(policies, chainOf(session(DEV), [agent('worker', LOOM)])));
    expect(denial.message).toBe('worker runs on loom, and only other may be used at acme/core@task');
    expect(denial.rule).toEqual({
      rule: 'models',
      policy: policies[1]?.id,
      at: 'acme/core@task',
      by: OWNER,
      since: EARLIER,
    });
    expect(denial.fixes).toEqual([]);
  });

  it('needs the agent to say what it runs on, whatever is said of attribution', () => {
    for (const rules of [{ models: ['loom'] }, { models: ['loom'], attribution: 'warn' as const }]) {
      const request = asks([policyAt(rules)], chainOf(session(DEV), [agent()]));
      expect(denialOf(request)).toMatchObject({ code: 'ATTRIBUTION_MISSING', rule: { rule: 'models' } });
    }
  });
});

describe('the life of a token', () => {
  const day = (life: number) => [policyAt({ life })];

  it('is counted from its issue to its earliest end, to the second', () => {
    const lives = (seconds: number, rule: number): string => {
      const ends = new Date(Date.parse(EARLIER) + seconds * 1000).toISOString() as typeof NOW;
      const checks = [
        { kind: 'time' as const, notAfter: LATER },
        { kind: 'time' as const, notAfter: ends },
      ];
      return codeOf(asks(day(rule), chainOf(session(DEV, { checks }))));
    };
    expect(lives(7200, 7200)).toBe('allow');
    expect(lives(7201, 7200)).toBe('POLICY_LIFE');
  });

  it('is the session’s: what is handed on from a long one is refused however short it is', () => {
    const short = delegation('worker', [{ kind: 'time', notAfter: NOW }]);
    const denial = denialOf(asks(day(4 * 3600), chainOf(session(DEV), [short])));
    expect(denial).toMatchObject({
      code: 'POLICY_LIFE',
      message: 'the credential lives 13h, and at most 4h is allowed at acme/core',
      fixes: [],
      why: `${DEV} logs in for at most 4h (heddle login --ttl 4h) and gives worker a new credential (heddle token attenuate)`,
    });
  });

  it('is mended by a shorter session, as short as every policy there wants', () => {
    const policies = [...day(4 * 3600), policyAt({ life: 90 }, 'acme/core@task')];
    const request = asks(policies);
    expect(denialOf(request).fixes).toMatchObject([
      { argv: ['heddle', 'login', '--principal', DEV, '--ttl', '90s'], who: [DEV] },
    ]);
    expect(afterFixes(request)).toEqual(['allow']);
  });

  it('a life that --ttl cannot say to the second is rounded down', () => {
    const checks = [{ kind: 'time' as const, notAfter: '2027-11-21T12:00:00.000Z' as typeof NOW }];
    const request = asks(day(10_000_001), chainOf(session(DEV, { checks })));
    // Twelve hours are shorter: nothing has to be said.
    expect(denialOf(request).fixes[0]?.argv).toEqual(['heddle', 'login', '--principal', DEV]);
    expect(afterFixes(request)).toEqual(['allow']);
  });

  it('binds every operation but reading, changing policies, and taking one’s own back', () => {
    const chain = chainOf(session(OWNER));
    const view = viewWith([], { policies: day(60) });
    const free = REQUEST_OPERATIONS.filter(
      (operation) =>
        codeOf(requestBy(chain, view, { operation, resources: ['acme/core'], unlocked: [chain.root] })) ===
        'allow',
    );
    expect(free).toEqual(['state:read', 'evidence:export', 'policy:write', 'redacted:read']);
    for (const operation of ['token:revoke', 'key:write'] as const) {
      const own = { operation, resources: ['acme/core'], own: true, unlocked: [chain.root] };
      expect(codeOf(requestBy(chain, view, own))).toBe('allow');
    }
  });

  it('another fix says so, where the session is too long for it', () => {
    const missing = asks(day(3600), SESSION, { credential: { kind: 'none', agentDetected: false } });
    expect(afterFixes(missing)).toEqual(['allow']);
    const narrow = chainOf(session(DEV), [
      delegation('worker', [{ kind: 'resource', anyOf: ['acme/core@other'] }]),
    ]);
    expect(denialOf(asks(day(3600), narrow))).toMatchObject({
      code: 'SCOPE_RESOURCE',
      fixes: [],
      why: 'a new credential would not do either: the credential lives 13h, and at most 1h is allowed at acme/core',
    });
    const request = requestBy(SESSION, viewWith([], { policies: day(3600) }));
    expect(denialOf(request).fixes[0]?.why).toContain('asked at the gate policy');
    expect(afterFixes(request)).toEqual(['POLICY_LIFE']);
  });
});

describe('the depth of a chain', () => {
  const chain = chainOf(session(DEV), [agent('lead'), agent('worker'), agent('helper')]);

  it('counts agents, and no attenuation', () => {
    expect(codeOf(asks([policyAt({ depth: 3 })], chain))).toBe('allow');
    expect(codeOf(asks([policyAt({ depth: 2 })], chain))).toBe('POLICY_DEPTH');
    const narrowed = chainOf(session(DEV), [{ kind: 'attenuation', checks: [] }]);
    expect(codeOf(asks([policyAt({ depth: 0 })], narrowed))).toBe('allow');
  });

  it('is mended by whoever is near enough to the person', () => {
    for (const [depth, who] of [
      [2, 'lead'],
      [1, DEV],
    ] as const) {
      const request = asks([policyAt({ depth })], chain);
      expect(denialOf(request).fixes).toMatchObject([{ who: [who] }]);
      expect(afterFixes(request)).toEqual(['allow']);
    }
  });

  it('of none leaves the work to people', () => {
    const none = [policyAt({ depth: 0 })];
    expect(denialOf(asks(none, chain))).toMatchObject({
      fixes: [],
      why: `no agent may do this there: ${DEV} does it in person`,
    });
    const detected = asks(none, SESSION, { credential: { kind: 'none', agentDetected: true } });
    expect(denialOf(detected)).toMatchObject({
      code: 'CREDENTIAL_MISSING',
      fixes: [],
      why: 'a credential of its own would not do: the credential names 1 agent, and at most 0 may be in a chain at acme/core',
    });
  });
});

describe('what is continued', () => {
  const state = formatId('hs', new Uint8Array(32).fill(1));
  const continuing = (attestation: ContinuedState['attestation'], mode: 'required' | 'warn') =>
    asks([policyAt({ attestation: mode })], SESSION, { continues: [{ state, attestation }] });

  it.each(['unsigned', 'invalid'] as const)('is refused where it is %s, or told', (attestation) => {
    const denial = denialOf(continuing(attestation, 'required'));
    expect(denial).toMatchObject({ code: 'ATTESTATION_MISSING', rule: { rule: 'attestation' }, fixes: [] });
    expect(denial.message).toContain(state);
    expect(allowanceOf(continuing(attestation, 'warn')).warnings).toHaveLength(1);
  });

  it('passes where it is verified, or where nothing is', () => {
    expect(allowanceOf(continuing('verified', 'required')).warnings).toEqual([]);
    expect(codeOf(asks([policyAt({ attestation: 'required' })]))).toBe('allow');
  });
});

describe('several resources', () => {
  it('are refused together, those of the rule that is told first', () => {
    const policies = [policyAt({ life: 60 }, 'acme/core@two'), policyAt({ depth: 0 }, 'acme/core@three')];
    const resources = ['acme/core@one:a', 'acme/core@three:b', 'acme/core@two:c', 'acme/core@two:d'];
    const denial = denialOf(asks(policies, chainOf(session(DEV), [agent()]), { resources }));
    expect(denial.code).toBe('POLICY_LIFE');
    expect(denial.denied).toEqual([resources[2], resources[3], resources[1]]);
  });
});
