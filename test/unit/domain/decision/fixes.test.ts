import { describe, expect, it } from 'vitest';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Denial } from '#domain/decision/decision.ts';
import type { DelegationBlock, TokenChain } from '#domain/token/token.ts';
import {
  afterFix,
  chainOf,
  delegation,
  denialOf,
  DEV,
  EARLIER,
  LIFE,
  OWNER,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../../../support/decisions.ts';

const VIEW = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core' }]);

/** Runs every fix as each of its `who`; returns where the same request then ends. */
function outcomes(request: AuthorisationRequest, denial: Denial = denialOf(request)): readonly string[] {
  for (const { argv } of denial.fixes) expect(parseAdvice(argv).kind).toBe('verb');
  return denial.fixes.flatMap((fix) =>
    fix.who.map((who) => {
      const decision = authorise(afterFix(request, fix, who), STUB_ENGINE);
      if (decision.kind === 'allow') {
        expect(fix.why).not.toMatch(/reaches the gate|asked at the gate/);
        return 'allow';
      }
      expect(fix.why).toContain(`the gate ${decision.denial.stage}`);
      return decision.denial.stage;
    }),
  );
}

function narrow(...rest: readonly DelegationBlock[]): TokenChain {
  return chainOf(session(DEV), rest);
}
const ONLY_SRC = delegation('worker', [{ kind: 'resource', anyOf: ['acme/core@task:src'] }, LIFE]);

describe('the fix of a role', () => {
  const nobody = viewWith([{ principal: 'admin@example.com', role: 'admin', resource: 'acme/core@task' }]);

  it('is the grant at the refused resource, run by whoever may, and it helps', () => {
    const request = requestBy(chainOf(session(DEV)), nobody);
    const denial = denialOf(request);
    expect(denial.code).toBe('ROLE_NONE');
    expect(denial.fixes).toEqual([
      {
        argv: ['heddle', 'grant', 'add', DEV, 'developer', 'acme/core@task:src/a.ts'],
        who: [OWNER, 'admin@example.com'],
        needs: { role: 'admin', at: 'acme/core@task:src/a.ts' },
        why: expect.stringContaining('developer') as string,
      },
    ]);
    expect(outcomes(request)).toEqual(['allow', 'allow']);
  });

  it('is one grant for many refused resources, at the nearest that covers them all', () => {
    const resources = ['acme/core@task:src/a', 'acme/core@task:src/b/c', 'acme/core@task:src/d'];
    const request = requestBy(chainOf(session(DEV)), nobody, { resources });
    expect(denialOf(request).fixes[0]?.argv.at(-1)).toBe('acme/core@task:src');
    expect(outcomes(request)).toEqual(['allow', 'allow']);
  });

  it('covers only what was refused', () => {
    const view = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core@task:src' }]);
    const resources = ['acme/core@task:src/a', 'acme/core@task:docs/b'];
    const request = requestBy(chainOf(session(DEV)), view, { resources });
    expect(denialOf(request).fixes[0]?.argv.at(-1)).toBe('acme/core@task:docs/b');
    expect(outcomes(request)).toEqual(['allow']);
  });

  it('raises a role that is too low', () => {
    const request = requestBy(chainOf(session(DEV)), VIEW, {
      operation: 'thread:land',
      resources: ['acme/core@heads/main:a'],
    });
    expect(denialOf(request)).toMatchObject({
      code: 'ROLE_INSUFFICIENT',
      held: { role: 'developer', at: 'acme/core' },
    });
    expect(outcomes(request)).toEqual(['allow']);
  });

  it('of an owner’s operation is an owner’s to run', () => {
    const view = viewWith([{ principal: 'admin@example.com', role: 'admin', resource: 'acme/core' }]);
    const chain = chainOf(session(DEV));
    const request = requestBy(chain, view, {
      operation: 'purge:apply',
      resources: ['acme/core@t:a'],
      unlocked: [chain.root],
    });
    expect(denialOf(request).fixes[0]).toMatchObject({ who: [OWNER], needs: { role: 'owner' } });
    expect(outcomes(request)).toEqual(['allow']);
  });

  it('of granting more than one holds is the role that is granted', () => {
    const view = viewWith([{ principal: DEV, role: 'admin', resource: 'acme/core' }]);
    const chain = chainOf(session(DEV));
    const request = requestBy(chain, view, {
      operation: 'grant:write',
      resources: ['acme/core'],
      granting: 'owner',
      unlocked: [chain.root],
    });
    expect(denialOf(request)).toMatchObject({ code: 'ROLE_INSUFFICIENT', required: { role: 'owner' } });
    expect(outcomes(request)).toEqual(['allow']);
  });

  it('does not exist where nobody may grant, or nothing covers all', () => {
    const outside = denialOf(requestBy(chainOf(session(DEV)), VIEW, { resources: ['other/repo@t:a'] }));
    expect(outside).toMatchObject({ fixes: [], why: 'nobody is admin at other/repo@t:a' });
    const apart = denialOf(requestBy(chainOf(session(DEV)), VIEW, { resources: ['a/b', 'c/d'] }));
    expect(apart).toMatchObject({ fixes: [], why: expect.stringContaining('nothing in common') as string });
  });

  it('does not name principals whose keys were revoked', () => {
    const principals = nobody.principals.map((entry) =>
      entry.principal === OWNER ? { ...entry, revoked: true } : entry,
    );
    const denial = denialOf(requestBy(chainOf(session(DEV)), { ...nobody, principals }));
    expect(denial.fixes[0]?.who).toEqual(['admin@example.com']);
  });
});

describe('the fix of a scope', () => {
  it('is another token from whoever made the narrow one', () => {
    const request = requestBy(narrow(ONLY_SRC), VIEW, { resources: ['acme/core@task:docs/a'] });
    expect(denialOf(request).fixes).toEqual([
      {
        argv: 'heddle token attenuate --agent worker --allow state:capture --resource acme/core@task:docs/a --out worker.hcred'.split(
          ' ',
        ),
        who: [DEV],
        needs: null,
        why: expect.stringContaining('allowed') as string,
      },
    ]);
    expect(outcomes(request)).toEqual(['allow']);
  });

  it('comes from the nearest parent that has it', () => {
    const wide = delegation('lead', [{ kind: 'resource', anyOf: ['acme/core@task'] }]);
    const request = requestBy(narrow(wide, ONLY_SRC), VIEW, { resources: ['acme/core@task:docs/a'] });
    expect(denialOf(request).fixes[0]?.who).toEqual(['lead']);
    expect(outcomes(request)).toEqual(['allow']);
    const beyond = requestBy(narrow(wide, ONLY_SRC), VIEW, { resources: ['acme/core@other:a'] });
    expect(denialOf(beyond).fixes[0]?.who).toEqual([DEV]);
    expect(outcomes(beyond)).toEqual(['allow']);
  });

  it('names the gate role where that refuses next', () => {
    const view = viewWith([{ principal: DEV, role: 'reader', resource: 'acme/core' }]);
    const request = requestBy(narrow(ONLY_SRC), view, { resources: ['acme/core@task:docs/a'] });
    expect(outcomes(request)).toEqual(['role']);
  });

  it.each([
    ['an expired delegation', [delegation('w', [{ kind: 'time', notAfter: EARLIER }])]],
    ['an operation', [delegation('w', [{ kind: 'operation', anyOf: ['state:read'] }])]],
    ['a depth', [delegation('v'), delegation('w', [{ kind: 'depth', atMost: 1 }])]],
    [
      'an attenuation',
      [
        delegation('v'),
        { kind: 'attenuation', checks: [{ kind: 'resource', anyOf: ['acme/x'] }] },
        delegation('w'),
      ],
    ],
    ['a model', [delegation('w', [{ kind: 'model', anyOf: ['m2'] }], { provider: 'p', model: 'm1' })]],
  ] as const)('helps against %s', (_, rest) => {
    const request = requestBy(chainOf(session(DEV), rest), VIEW);
    expect(outcomes(request)).toEqual(['allow']);
  });

  it('is the principal’s own session where no agent is in the chain', () => {
    for (const chain of [
      chainOf(session(DEV), [
        { kind: 'attenuation', checks: [{ kind: 'operation', anyOf: ['state:read'] }] },
      ]),
      chainOf(session(DEV, { checks: [LIFE, { kind: 'operation', anyOf: ['state:read'] }] })),
    ]) {
      const request = requestBy(chain, VIEW);
      expect(denialOf(request).fixes[0]?.argv).toEqual(['heddle', 'login', '--principal', DEV]);
      expect(outcomes(request)).toEqual(['allow']);
    }
  });

  it('does not exist where the session that was handed on is itself too narrow', () => {
    const chain = chainOf(session(DEV, { checks: [LIFE, { kind: 'operation', anyOf: ['state:read'] }] }), [
      delegation('w'),
    ]);
    const denial = denialOf(requestBy(chain, VIEW));
    expect(denial).toMatchObject({ fixes: [], why: expect.stringContaining('too narrow') as string });
  });

  it('names what many resources have in common, where the parent has that', () => {
    const many = Array.from({ length: 40 }, (_, index) => `acme/core@task:docs/${index}`);
    const request = requestBy(narrow(ONLY_SRC), VIEW, { resources: many });
    expect(denialOf(request).fixes[0]?.argv.filter((word) => word.startsWith('acme/'))).toEqual([
      'acme/core@task:docs',
    ]);
    expect(outcomes(request)).toEqual(['allow']);
    const lead = delegation('lead', [{ kind: 'resource', anyOf: many }]);
    // The lead has each, but no token names them all: whoever is above has what covers them.
    const above = requestBy(narrow(lead, ONLY_SRC), VIEW, { resources: many });
    expect(denialOf(above).fixes[0]?.who).toEqual([DEV]);
    expect(outcomes(above)).toEqual(['allow']);
    const both = delegation('lead', [{ kind: 'resource', anyOf: many.slice(0, 20) }]);
    const only = session(DEV, { checks: [LIFE, { kind: 'resource', anyOf: many }] });
    const nobody = requestBy(chainOf(only, [both, ONLY_SRC]), VIEW, { resources: many });
    expect(denialOf(nobody)).toMatchObject({
      fixes: [],
      why: expect.stringContaining('more than one token can name') as string,
    });
  });

  it('never lets an agent’s name become an option or a path', () => {
    const evil = delegation('--out=/etc/passwd', [{ kind: 'resource', anyOf: ['acme/x'] }]);
    const argv = denialOf(requestBy(narrow(evil), VIEW)).fixes[0]?.argv ?? [];
    expect(argv.at(-1)).toBe('outetcpasswd.hcred');
    expect(argv.filter((word) => word.startsWith('--'))).toEqual([
      '--agent',
      '--allow',
      '--resource',
      '--out',
    ]);
    expect(argv).not.toContain('--out=/etc/passwd');
    expect(parseAdvice(argv).kind).toBe('verb');
  });
});

describe('the fix of a credential', () => {
  const none = (agentDetected: boolean, change: Partial<AuthorisationRequest> = {}) =>
    requestBy(chainOf(session(DEV)), VIEW, { credential: { kind: 'none', agentDetected }, ...change });

  it('is a session for a person without one', () => {
    expect(denialOf(none(false)).fixes[0]?.argv).toEqual(['heddle', 'login', '--principal', DEV]);
    expect(outcomes(none(false))).toEqual(['allow']);
    expect(outcomes(none(false, { operation: 'thread:land' }))).toEqual(['role']);
    expect(outcomes(none(false, { operation: 'grant:write' }))).toEqual(['floor']);
  });

  it('does not exist for somebody without registered keys', () => {
    const request = none(false);
    const unknown = denialOf({ ...request, actor: { ...request.actor, principal: 'unknown' } });
    expect(unknown).toMatchObject({
      principal: null,
      fixes: [],
      why: expect.stringContaining('heddle key add') as string,
    });
  });

  it('is a token of its own for an agent, from somebody who may', () => {
    const request = none(true);
    expect(denialOf(request).fixes[0]).toMatchObject({ who: [DEV] });
    expect(denialOf(request).fixes[0]?.argv.slice(0, 3)).toEqual(['heddle', 'token', 'attenuate']);
    expect(outcomes(request)).toEqual(['allow']);
    const land = none(true, { operation: 'review' });
    expect(denialOf(land).fixes[0]?.who).toEqual([OWNER]);
    expect(outcomes(land)).toEqual(['allow']);
    expect(denialOf(none(true, { operation: 'grant:write' }))).toMatchObject({ fixes: [] });
  });

  it('is a new session for an expired, revoked or foreign one that nothing was derived from', () => {
    const chain = chainOf(session(DEV));
    for (const request of [
      requestBy(chainOf(session(DEV, { checks: [{ kind: 'time', notAfter: EARLIER }] })), VIEW),
      requestBy(chainOf(session(DEV, { repo: VIEW.head })), VIEW),
      requestBy(chain, { ...VIEW, revokedSessions: [chain.authority.session] }),
      requestBy(chain, { ...VIEW, revokedBlocks: chain.revocationIds }),
    ]) {
      expect(outcomes(request)).toEqual(['allow']);
    }
  });

  it('takes two people’s steps for an agent’s expired chain, so there is none to run', () => {
    const expired = chainOf(session(DEV, { checks: [{ kind: 'time', notAfter: EARLIER }] }), [
      delegation('w'),
    ]);
    expect(denialOf(requestBy(expired, VIEW))).toMatchObject({
      code: 'CREDENTIAL_EXPIRED',
      fixes: [],
      why: `${DEV} logs in (heddle login) and gives w a new credential (heddle token attenuate)`,
    });
  });
});
