import { describe, expect, it } from 'vitest';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { type AuthorisationRequest, type EvaluateToken, DENIAL_CODES } from '#domain/decision/decision.ts';
import { GATES } from '#domain/decision/gate.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { REQUEST_OPERATIONS } from '#domain/authority/role.ts';
import { authorise } from '#domain/decision/authorise.ts';
import { formatId } from '#domain/id.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import type { TokenChain } from '#domain/token/token.ts';
import {
  allowanceOf,
  chainOf,
  delegation,
  denialOf,
  DEV,
  EARLIER,
  GENESIS,
  LATER,
  LIFE,
  NOW,
  OWNER,
  presented,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../../../support/decisions.ts';
import { budgetChecks } from '#domain/token/budget.ts';
import { badAdvice } from '../../../support/docs/advice.ts';
import { fakeKey } from '../../../support/fake-crypto.ts';
import { policyAt } from '../../../support/policies.ts';
import { landingOf, party, reviewBy } from '../../../support/landings.ts';

const VIEW = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core' }]);
const SESSION = chainOf(session(DEV));
const OWNERS = chainOf(session(OWNER));
const WORKER = chainOf(session(DEV), [
  delegation('worker', [
    { kind: 'operation', anyOf: ['state:capture', 'state:read'] },
    { kind: 'resource', anyOf: ['acme/core@task:src'] },
    LIFE,
  ]),
]);

function codeOf(request: AuthorisationRequest, engine: EvaluateToken = STUB_ENGINE): string {
  const decision = authorise(request, engine);
  return decision.kind === 'allow' ? 'allow' : decision.denial.code;
}

describe('an allowed request', () => {
  it('names the gates, the grant and the blocks that allowed it', () => {
    const allowance = allowanceOf(requestBy(WORKER, VIEW));
    expect(allowance.gates).toEqual(GATES);
    expect(allowance.held).toMatchObject({ role: 'developer', at: 'acme/core', by: OWNER });
    expect(allowance.required).toEqual({ role: 'developer', at: 'acme/core@task:src/a.ts' });
    expect(allowance.via).toEqual([{ agent: 'worker', block: 1, key: fakeKey('agent worker') }]);
    expect(allowance.scope.map(({ agent }) => agent)).toEqual([null, 'worker']);
    expect(allowance.scope[1]?.plain).toContain('only within acme/core@task:src');
    expect(allowance.policy).toBe(VIEW.head);
  });

  it('takes the highest role granted at the resource or above, not the nearest', () => {
    const view = viewWith([
      { principal: DEV, role: 'maintainer', resource: 'acme/core' },
      { principal: DEV, role: 'reader', resource: 'acme/core@task' },
    ]);
    expect(allowanceOf(requestBy(SESSION, view)).held?.role).toBe('maintainer');
  });
});

/** A request under one policy for the whole repository. */
function under(rules: Partial<PolicyRules>, chain: TokenChain = WORKER): AuthorisationRequest {
  return requestBy(chain, { ...VIEW, policies: [policyAt(rules)] });
}

/** The same by an agent whose credential names provider and model. */
function named(rules: Partial<PolicyRules>): AuthorisationRequest {
  return under(rules, chainOf(session(DEV), [delegation('worker', [], { provider: 'acme', model: 'loom' })]));
}

/** A landing of an agent's work, as its policies see it. */
function landing(rules: Partial<PolicyRules>): AuthorisationRequest {
  return requestBy(
    OWNERS,
    { ...VIEW, policies: [policyAt(rules)] },
    {
      operation: 'thread:land',
      resources: ['acme/core@heads/main:a'],
      landing: landingOf(party(DEV, 'worker')),
    },
  );
}

/** One request for each code that a decision can give, and the gate that gives it. */
const DENIALS: readonly (readonly [string, string, () => AuthorisationRequest])[] = [
  [
    'FROZEN',
    'freeze',
    () => requestBy(SESSION, { ...VIEW, frozen: { by: OWNER, since: EARLIER, breakGlass: false } }),
  ],
  [
    'CREDENTIAL_MISSING',
    'credential',
    () => requestBy(SESSION, VIEW, { credential: { kind: 'none', agentDetected: false } }),
  ],
  [
    'CREDENTIAL_MALFORMED',
    'credential',
    () =>
      requestBy(SESSION, VIEW, {
        credential: { kind: 'unreadable', code: 'CREDENTIAL_MALFORMED', why: 'it is no token' },
      }),
  ],
  [
    'CREDENTIAL_TAMPERED',
    'credential',
    () =>
      requestBy(SESSION, VIEW, {
        credential: { kind: 'unreadable', code: 'CREDENTIAL_TAMPERED', why: 'it was changed' },
      }),
  ],
  [
    'CREDENTIAL_UNTRUSTED',
    'credential',
    () => requestBy(chainOf(session(DEV), [], { root: fakeKey('stranger') }), VIEW),
  ],
  [
    'CREDENTIAL_EXPIRED',
    'credential',
    () => requestBy(chainOf(session(DEV, { checks: [{ kind: 'time', notAfter: EARLIER }] })), VIEW),
  ],
  [
    'CREDENTIAL_REVOKED',
    'credential',
    () => requestBy(SESSION, { ...VIEW, revokedSessions: [SESSION.authority.session] }),
  ],
  [
    'CREDENTIAL_WRONG_REPOSITORY',
    'credential',
    () => requestBy(chainOf(session(DEV, { repo: VIEW.head })), VIEW),
  ],
  ['HOLDER_MISMATCH', 'holder', () => requestBy(WORKER, VIEW, { holder: SESSION.holder })],
  [
    'ACTOR_MISMATCH',
    'credential',
    () =>
      requestBy(WORKER, VIEW, {
        contradictions: [{ field: 'agent', said: 'other', credential: 'worker' }],
      }),
  ],
  [
    'UNLOCK_NEEDED',
    'floor',
    () => requestBy(OWNERS, VIEW, { operation: 'grant:write', resources: ['acme/core'] }),
  ],
  [
    'FLOOR',
    'floor',
    () =>
      requestBy(chainOf(session(OWNER), [delegation('worker')]), VIEW, {
        operation: 'grant:write',
        resources: ['acme/core'],
        unlocked: [OWNERS.root],
      }),
  ],
  [
    'SCOPE_OPERATION',
    'scope',
    () => requestBy(WORKER, VIEW, { operation: 'thread:start', resources: ['acme/core@task'] }),
  ],
  ['SCOPE_RESOURCE', 'scope', () => requestBy(WORKER, VIEW, { resources: ['acme/core@task:docs/a'] })],
  [
    'SCOPE_TIME',
    'scope',
    () => requestBy(chainOf(session(DEV), [delegation('w', [{ kind: 'time', notAfter: EARLIER }])]), VIEW),
  ],
  [
    'SCOPE_ACTOR',
    'scope',
    () => requestBy(chainOf(session(DEV), [delegation('w', [{ kind: 'provider', anyOf: ['acme'] }])]), VIEW),
  ],
  [
    'SCOPE_DEPTH',
    'scope',
    () =>
      requestBy(
        chainOf(session(DEV), [delegation('w', [{ kind: 'depth', atMost: 1 }]), delegation('x')]),
        VIEW,
      ),
  ],
  [
    'SCOPE_BUDGET',
    'scope',
    () => {
      const budget = budgetChecks(fakeKey('agent w'), { states: 3 });
      return requestBy(chainOf(session(DEV), [delegation('w', budget)]), VIEW);
    },
  ],
  ['ROLE_INSUFFICIENT', 'role', () => requestBy(SESSION, VIEW, { operation: 'thread:land' })],
  ['ROLE_NONE', 'role', () => requestBy(SESSION, viewWith())],
  [
    'EVALUATION_LIMIT',
    'scope',
    () => requestBy(SESSION, VIEW, { resources: [`acme/core@${'t/'.repeat(40)}t:${'p/'.repeat(40)}p`] }),
  ],
  ['QUORUM_MISSING', 'policy', () => under({ guarded: ['state:capture'], quorum: 2 }, SESSION)],
  ['TIMELOCK', 'policy', () => under({ guarded: ['state:capture'], wait: 60 }, SESSION)],
  ['REVIEW_MISSING', 'policy', () => landing({ approvals: 1 })],
  [
    'REVIEW_REJECTED',
    'policy',
    () => ({ ...landing({ approvals: 1 }), reviews: [reviewBy(party(DEV), 'reject')] }),
  ],
  ['POLICY_TRAILERS', 'policy', () => landing({ trailers: ['none'] })],
  ['ATTRIBUTION_MISSING', 'policy', () => under({ attribution: 'required' })],
  ['POLICY_ACTOR', 'policy', () => named({ models: ['other'] })],
  ['POLICY_LIFE', 'policy', () => under({ life: 3600 })],
  ['POLICY_DEPTH', 'policy', () => under({ depth: 0 })],
  [
    'ATTESTATION_MISSING',
    'policy',
    () => ({
      ...under({ attestation: 'required' }),
      continues: [{ state: formatId('hs', new Uint8Array(32)), attestation: 'unsigned' }],
    }),
  ],
];

describe('denials', () => {
  it.each(DENIALS)('%s is given by the gate %s', (code, stage, make) => {
    const request = make();
    const denial = denialOf(request);
    expect([denial.code, denial.stage]).toEqual([code, stage]);
    expect(denial.gates).toEqual(GATES.slice(0, GATES.indexOf(denial.stage) + 1));
    expect(denial.operation).toBe(request.operation);
    expect(denial.resource).toBe(request.resources[0]);
    expect(denial.required?.at).toBe(denial.resource);
    expect(denial.principal).toBe(request.actor.principal);
    expect(denial.policy).toBe(request.authority.head);
    expect(denial.rule === null).toBe(stage !== 'policy');
    expect(denial.message).not.toBe('');
    expect(denial.fixes.length === 0).toBe(denial.why !== null);
    expect(badAdvice(denial.why ?? '')).toEqual([]);
    for (const { argv } of denial.fixes) expect(parseAdvice(argv).kind).toBe('verb');
    expect(denial.failed.length > 0).toBe(stage === 'scope' && code !== 'EVALUATION_LIMIT');
  });

  it('are each reached by a request here', () => {
    const tested = new Set(DENIALS.map(([code]) => code));
    expect(DENIAL_CODES.filter((code) => tested.has(code))).toEqual(DENIAL_CODES);
    expect(tested.size).toBeGreaterThan(19);
  });

  it('a resource that is none is an error, not a denial', () => {
    expect(() => authorise(requestBy(SESSION, VIEW, { resources: ['acme/../x'] }), STUB_ENGINE)).toThrow(
      expect.objectContaining({ code: 'RESOURCE_INVALID' }),
    );
  });

  it('lists every refused path, those out of scope first, and says what each check wanted', () => {
    const resources = [
      'acme/core@task:src/a',
      'acme/core@other:src/b',
      'acme/core@task:docs/c',
      'acme/core@task:src/d',
    ];
    const view = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core@task:src/a' }]);
    const denial = denialOf(requestBy(WORKER, view, { resources }));
    expect(denial.code).toBe('SCOPE_RESOURCE');
    expect(denial.denied).toEqual([resources[1], resources[2], resources[3]]);
    expect(denial.failed).toEqual([
      {
        block: 1,
        agent: 'worker',
        check: 'only within acme/core@task:src',
        datalog: 'check if within("acme/core@task:src")',
        expected: ['acme/core@task:src'],
        actual: 'acme/core@other:src/b',
      },
    ]);
  });

  it('collects the failing checks of all blocks in block order', () => {
    const chain = chainOf(session(DEV), [
      delegation('one', [{ kind: 'operation', anyOf: ['state:read'] }]),
      { kind: 'attenuation', checks: [{ kind: 'resource', anyOf: ['acme/core@x'] }] },
      delegation('two', [LIFE, { kind: 'model', anyOf: ['m'] }]),
    ]);
    const denial = denialOf(requestBy(chain, VIEW));
    expect(denial.failed.map(({ block, agent }) => [block, agent])).toEqual([
      [1, 'one'],
      [2, null],
      [3, 'two'],
    ]);
    expect(denial.code).toBe('SCOPE_OPERATION');
  });

  it('says the same for what exists and for what does not to a caller without reader', () => {
    const view = viewWith();
    const a = denialOf(
      requestBy(SESSION, view, { operation: 'state:read', resources: ['acme/core@task:a'] }),
    );
    const b = denialOf(
      requestBy(SESSION, view, { operation: 'state:read', resources: ['acme/core@nope:a'] }),
    );
    expect(JSON.stringify(b).replaceAll('@nope', '@task')).toBe(JSON.stringify(a));
  });
});

describe('credentials', () => {
  it('a root key of one principal signs nothing for another', () => {
    const forged = chainOf(session(OWNER), [], { root: SESSION.root });
    expect(codeOf(requestBy(forged, VIEW))).toBe('CREDENTIAL_UNTRUSTED');
  });

  it('a revoked root key is no longer trusted, and a rotated one neither', () => {
    const principals = VIEW.principals.map((entry) =>
      entry.principal === DEV ? { ...entry, revoked: true } : entry,
    );
    expect(codeOf(requestBy(SESSION, { ...VIEW, principals }))).toBe('CREDENTIAL_REVOKED');
    const rotated = [
      ...principals,
      {
        principal: DEV,
        keys: { root: fakeKey('new'), record: fakeKey('new record') },
        since: NOW,
        revoked: false,
      },
    ];
    expect(codeOf(requestBy(SESSION, { ...VIEW, principals: rotated }))).toBe('CREDENTIAL_REVOKED');
  });

  it('revoking a session or a block refuses every descendant, and only those', () => {
    const child = chainOf(session(DEV), [
      ...WORKER.blocks.filter((b) => b.kind === 'delegation'),
      delegation('sub'),
    ]);
    const sibling = chainOf(session(DEV), [delegation('sibling')]);
    const bySession = { ...VIEW, revokedSessions: [SESSION.authority.session] };
    const byBlock = { ...VIEW, revokedBlocks: [WORKER.revocationIds[1] ?? ''] };
    for (const chain of [SESSION, WORKER, child, sibling]) {
      expect(codeOf(requestBy(chain, bySession))).toBe('CREDENTIAL_REVOKED');
    }
    expect([SESSION, WORKER, child, sibling].map((chain) => codeOf(requestBy(chain, byBlock)))).toEqual([
      'allow',
      'CREDENTIAL_REVOKED',
      'CREDENTIAL_REVOKED',
      'allow',
    ]);
  });

  it('is for the repository that it names, or for all', () => {
    expect(codeOf(requestBy(chainOf(session(DEV, { repo: GENESIS })), VIEW))).toBe('allow');
    expect(codeOf(requestBy(chainOf(session(DEV, { repo: '' })), VIEW))).toBe('CREDENTIAL_WRONG_REPOSITORY');
  });

  it('lives to the last instant of its first block and needs to have one', () => {
    const until = (now: AuthorisationRequest['now']) => codeOf(requestBy(SESSION, VIEW, { now }));
    expect(until(LATER)).toBe('allow');
    expect(codeOf(requestBy(chainOf(session(DEV, { checks: [] })), VIEW))).toBe('CREDENTIAL_MALFORMED');
    const two = session(DEV, { checks: [LIFE, { kind: 'time', notAfter: EARLIER }] });
    expect(codeOf(requestBy(chainOf(two), VIEW))).toBe('CREDENTIAL_EXPIRED');
  });

  it('a proof of possession is no credential, even at the instant it is alive', () => {
    const proof = chainOf(session(DEV, { session: 'key-proof', checks: [{ kind: 'time', notAfter: NOW }] }));
    expect(codeOf(requestBy(proof, VIEW))).toBe('CREDENTIAL_UNTRUSTED');
  });

  it('a request that nobody signs is refused', () => {
    expect(codeOf(requestBy(SESSION, VIEW, { holder: null }))).toBe('HOLDER_MISMATCH');
  });

  it('an actor that is not the credential’s is refused though nobody noticed a contradiction', () => {
    const lead = delegation('lead', [], { provider: 'anthropic', model: 'm' });
    const request = requestBy(chainOf(session(DEV), [lead]), VIEW);
    expect(codeOf(request)).toBe('allow');
    for (const change of [
      { principal: OWNER },
      { agent: 'other' },
      { agent: null },
      { provider: 'x' },
      { model: null },
    ]) {
      expect(codeOf({ ...request, actor: { ...request.actor, ...change } })).toBe('ACTOR_MISMATCH');
    }
    const worker = requestBy(chainOf(session(DEV), [lead, delegation('worker')]), VIEW);
    expect(codeOf({ ...worker, actor: { ...worker.actor, provider: 'openai', model: 'n' } })).toBe('allow');
    expect(codeOf({ ...worker, actor: { ...worker.actor, agent: 'lead' } })).toBe('ACTOR_MISMATCH');
    const own = requestBy(SESSION, VIEW);
    expect(codeOf({ ...own, actor: { ...own.actor, agent: 'named by a flag' } })).toBe('allow');
  });
});

describe('the floor', () => {
  const floor = REQUEST_OPERATIONS.filter((operation) => operationRule(operation).floor);

  it('holds the operations of the table', () => {
    expect(floor).toEqual([
      'grant:write',
      'token:revoke',
      'key:write',
      'policy:write',
      'owner:write',
      'repo:freeze',
      'repo:unfreeze',
      'redact:lift',
      'redacted:read',
      'purge:apply',
      'secret:allow',
    ]);
  });

  it.each(floor)(
    '%s is refused to agents and attenuated tokens of an owner, unlocked or not',
    (operation) => {
      const resources = ['acme/core'];
      const agent = chainOf(session(OWNER), [delegation('w')]);
      const attenuated = chainOf(session(OWNER), [{ kind: 'attenuation', checks: [LIFE] }]);
      for (const unlocked of [[], [OWNERS.root]]) {
        for (const chain of [agent, attenuated]) {
          expect(codeOf(requestBy(chain, VIEW, { operation, resources, unlocked }))).toBe('FLOOR');
        }
      }
      expect(codeOf(requestBy(OWNERS, VIEW, { operation, resources }))).toBe('UNLOCK_NEEDED');
      const other = [SESSION.root];
      expect(codeOf(requestBy(OWNERS, VIEW, { operation, resources, unlocked: other }))).toBe(
        'UNLOCK_NEEDED',
      );
      expect(codeOf(requestBy(OWNERS, VIEW, { operation, resources, unlocked: [OWNERS.root] }))).toBe(
        'allow',
      );
    },
  );
});

describe('what the floor advises', () => {
  const request = { operation: 'purge:apply', resources: ['acme/core'] } as const;

  it('is the person behind the agent, where that one may', () => {
    const agent = chainOf(session(OWNER), [delegation('w')]);
    expect(denialOf(requestBy(agent, VIEW, request)).why).toBe(
      `must be run by ${OWNER} in person, with a session of their own`,
    );
  });

  it('is whoever may, where the person behind the agent may not either', () => {
    const agent = chainOf(session(DEV), [delegation('w')]);
    expect(denialOf(requestBy(agent, VIEW, request)).why).toBe(
      `must be run in person by whoever is owner at acme/core: ${OWNER}`,
    );
  });
});

describe('roles', () => {
  const ADMIN = 'admin@example.com';
  const view = viewWith([
    { principal: ADMIN, role: 'admin', resource: 'acme/core' },
    { principal: DEV, role: 'developer', resource: 'acme/core' },
  ]);
  const admin = chainOf(session(ADMIN));

  it.each(['reader', 'developer', 'maintainer', 'admin', 'owner'] as const)(
    'an admin grants %s only up to admin',
    (granting) => {
      const request = requestBy(admin, view, {
        operation: 'grant:write',
        resources: ['acme/core@task'],
        granting,
        unlocked: [admin.root],
      });
      expect(codeOf(request)).toBe(granting === 'owner' ? 'ROLE_INSUFFICIENT' : 'allow');
    },
  );

  it('one’s own work needs less than others’, where the caller says so', () => {
    const request = requestBy(SESSION, view, { operation: 'undo', resources: ['acme/core@task'] });
    expect(codeOf(request)).toBe('ROLE_INSUFFICIENT');
    expect(codeOf({ ...request, own: true })).toBe('allow');
    expect(codeOf({ ...request, operation: 'review', own: true })).toBe('ROLE_INSUFFICIENT');
  });

  it('a grant ends at its time', () => {
    const until = (end: AuthorisationRequest['now']) =>
      codeOf(
        requestBy(
          SESSION,
          viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core', until: end }]),
        ),
      );
    expect(until(LATER)).toBe('allow');
    expect(until(NOW)).toBe('ROLE_NONE');
    expect(until(EARLIER)).toBe('ROLE_NONE');
  });

  it('another principal’s grants and grants below give nothing', () => {
    const other = viewWith([
      { principal: ADMIN, role: 'owner', resource: 'acme/core' },
      { principal: DEV, role: 'owner', resource: 'acme/core@task:src/a.ts/below' },
      { principal: DEV, role: 'owner', resource: 'acme/core-evil' },
    ]);
    expect(codeOf(requestBy(SESSION, other))).toBe('ROLE_NONE');
  });
});

describe('the order of the gates', () => {
  /** Breaks one gate each, in the order of the gates. */
  const BREAKS: readonly (readonly [string, (request: AuthorisationRequest) => AuthorisationRequest])[] = [
    [
      'freeze',
      (r) => ({
        ...r,
        authority: { ...r.authority, frozen: { by: OWNER, since: EARLIER, breakGlass: false } },
      }),
    ],
    [
      'credential',
      (r) => ({ ...r, authority: { ...r.authority, revokedSessions: [WORKER.authority.session] } }),
    ],
    ['holder', (r) => ({ ...r, holder: null })],
    ['floor', (r) => ({ ...r, operation: 'grant:write' })],
    ['scope', (r) => ({ ...r, resources: ['acme/core@task:docs'] })],
    ['role', (r) => ({ ...r, authority: { ...r.authority, grants: [] } })],
    ['policy', (r) => ({ ...r, authority: { ...r.authority, policies: [policyAt({ life: 60 })] } })],
  ];
  const base = requestBy(WORKER, VIEW);

  it('the request passes when nothing is broken', () => {
    expect(codeOf(base)).toBe('allow');
  });

  it('whatever else is wrong, the first broken gate answers', () => {
    for (let mask = 1; mask < 1 << BREAKS.length; mask += 1) {
      const broken = BREAKS.filter((_, index) => (mask & (1 << index)) !== 0);
      const request = broken.reduce((changed, [, breakIt]) => breakIt(changed), base);
      expect(denialOf(request).stage).toBe(broken[0]?.[0]);
    }
  });
});

describe('a frozen repository', () => {
  const frozen = { ...VIEW, frozen: { by: OWNER, since: EARLIER, breakGlass: false } };

  it.each(REQUEST_OPERATIONS)('%s passes only as the rule says', (operation) => {
    const change = { operation, resources: ['acme/core'], unlocked: [OWNERS.root, SESSION.root] };
    const rule = operationRule(operation).frozen;
    const owner = codeOf(requestBy(OWNERS, frozen, change));
    const delegated = codeOf(requestBy(chainOf(session(OWNER), [delegation('w')]), frozen, change));
    const dev = codeOf(requestBy(SESSION, frozen, change));
    expect(owner === 'FROZEN').toBe(rule === 'refused');
    expect(delegated === 'FROZEN').toBe(rule !== 'passes');
    expect(dev === 'FROZEN').toBe(rule !== 'passes');
  });

  it('stops everything but reads, and for owners what ends an incident', () => {
    const of = (frozenRule: string) =>
      REQUEST_OPERATIONS.filter((operation) => operationRule(operation).frozen === frozenRule);
    expect(of('passes')).toEqual(['state:read', 'evidence:export', 'redacted:read']);
    expect(of('owner-passes')).toEqual([
      'request',
      'remote:push',
      'redact:apply',
      'token:revoke',
      'key:write',
      'repo:unfreeze',
      'redact:lift',
      'purge:apply',
    ]);
  });

  it('is not unfrozen by a stranger who calls himself an owner', () => {
    const forged = chainOf(session(OWNER), [], { root: fakeKey('stranger') });
    expect(codeOf(requestBy(forged, frozen, { operation: 'repo:unfreeze', resources: ['acme/core'] }))).toBe(
      'FROZEN',
    );
  });
});

describe('what is one’s own', () => {
  const own = { operation: 'token:revoke', resources: ['acme/core'], own: true } as const;

  it('is revoked without a role, a scope or the root key, by agents too', () => {
    const dev = requestBy(SESSION, viewWith([]), own);
    expect(codeOf(dev)).toBe('allow');
    expect(allowanceOf(dev).held).toBeNull();
    const narrow = chainOf(session(DEV), [delegation('w', [{ kind: 'operation', anyOf: ['state:read'] }])]);
    expect(codeOf(requestBy(narrow, VIEW, own))).toBe('allow');
    expect(codeOf(requestBy(narrow, VIEW, { ...own, own: false }))).toBe('FLOOR');
  });

  it('is nothing of a credential that has ended, at any block', () => {
    const ended = chainOf(session(DEV), [delegation('w', [{ kind: 'time', notAfter: EARLIER }])]);
    const request = requestBy(ended, VIEW, own);
    expect(codeOf(request)).toBe('SCOPE_TIME');
    expect(denialOf(request).failed).toHaveLength(1);
  });

  it('of keys still needs the unlocked root key, and nobody in between', () => {
    const keys = { ...own, operation: 'key:write' } as const;
    expect(codeOf(requestBy(SESSION, VIEW, keys))).toBe('UNLOCK_NEEDED');
    expect(codeOf(requestBy(SESSION, viewWith([]), { ...keys, unlocked: [SESSION.root] }))).toBe('allow');
    const agent = chainOf(session(DEV), [delegation('w')]);
    expect(codeOf(requestBy(agent, VIEW, { ...keys, unlocked: [SESSION.root] }))).toBe('FLOOR');
  });
});

describe('two evaluations', () => {
  const lying: readonly (readonly [string, EvaluateToken])[] = [
    ['allows what the checks refuse', () => ({ kind: 'allow' })],
    ['finds other checks failing', () => ({ kind: 'checks-failed', failed: [{ block: 0, check: 0 }] })],
    [
      'finds more checks failing',
      (...input) => {
        const verdict = STUB_ENGINE(...input);
        const failed = verdict.kind === 'checks-failed' ? verdict.failed : [];
        return { kind: 'checks-failed', failed: [...failed, { block: 0, check: 0 }] };
      },
    ],
    ['finds no check failing', () => ({ kind: 'checks-failed', failed: [] })],
    ['finds no policy', () => ({ kind: 'no-match' })],
    ['gives up', () => ({ kind: 'limit', why: 'too long' })],
    [
      'throws',
      () => {
        throw new Error('out of memory');
      },
    ],
  ];

  it.each(lying)('an engine that %s is not believed', (_, engine) => {
    const refused = requestBy(WORKER, VIEW, { resources: ['acme/core@task:docs/a'] });
    expect(codeOf(refused, engine)).toBe('EVALUATION_LIMIT');
  });

  it.each(lying.slice(1))('an engine that %s does not allow either', (_, engine) => {
    expect(codeOf(requestBy(WORKER, VIEW), engine)).toBe('EVALUATION_LIMIT');
  });

  it('are made once for each group of resources', () => {
    let calls = 0;
    const counting: EvaluateToken = (...input) => {
      calls += 1;
      return STUB_ENGINE(...input);
    };
    const inside = Array.from(
      { length: 5000 },
      (_, index) => `acme/core@task:src/d${index % 50}/f${index}.ts`,
    );
    const outside = Array.from({ length: 5000 }, (_, index) => `acme/core@task:docs/f${index}.md`);
    expect(codeOf(requestBy(WORKER, VIEW, { resources: inside }), counting)).toBe('allow');
    const denial = denialOf(requestBy(WORKER, VIEW, { resources: [...inside, ...outside] }), counting);
    expect(denial.denied).toEqual(outside);
    expect(calls).toBe(3);
  });
});

describe('a scope that is no resource', () => {
  it('covers nothing and does not stop the decision', () => {
    const chain = chainOf(session(DEV), [
      delegation('w', [{ kind: 'resource', anyOf: ['acme//core', '', 'acme/core:'] }]),
    ]);
    expect(codeOf({ ...requestBy(chain, VIEW), credential: presented(chain) })).toBe('SCOPE_RESOURCE');
  });
});
