import { describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { formatId } from '#domain/id.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import { actText, type ActInQuestion } from '#domain/request/intended-act.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import {
  allowanceOf,
  chainOf,
  delegation,
  denialOf,
  DEV,
  EARLIER,
  NOW,
  OWNER,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../../../support/decisions.ts';
import { FAKE_HASHER } from '../../../support/fake-crypto.ts';
import { policyAt } from '../../../support/policies.ts';

const MARA = 'mara@example.com';
const PLACE = 'acme/core@task:src';
const OWNERS = [MARA, 'noor@example.com'].map((principal) => ({
  principal,
  role: 'owner' as const,
  resource: 'acme/core',
}));
const chain = chainOf(session(OWNER));
const ACT = actText({ op: 'purge', args: { tombstone: 'hr-one' } });
const EXACT = { kind: 'exact', act: ACT } as const;

const agreement = (approvals: readonly string[], change: Partial<Agreement> = {}): Agreement => ({
  request: formatId('hq', FAKE_HASHER.hash('request', utf8('one'))),
  operation: 'purge:apply',
  resources: [PLACE],
  granting: null,
  act: ACT,
  by: OWNER,
  keys: [chain.root, chain.holder],
  at: EARLIER,
  witnessed: true,
  approvals: approvals.map((by) => ({ by, keys: [`root of ${by}`, `holder of ${by}`], at: EARLIER })),
  ...change,
});

/** The owner purges where that is guarded. */
function purge(
  rules: Partial<PolicyRules>,
  change: Partial<AuthorisationRequest> = {},
): AuthorisationRequest {
  const authority = { ...viewWith(OWNERS), policies: [policyAt({ guarded: ['purge:apply'], ...rules })] };
  const asked = { operation: 'purge:apply', resources: [PLACE], unlocked: [chain.root], act: EXACT } as const;
  return requestBy(chain, authority, { ...asked, ...change });
}

describe('a quorum', () => {
  it('is met by whoever does it and enough others, each counted once', () => {
    expect(denialOf(purge({ quorum: 3 })).code).toBe('QUORUM_MISSING');
    for (const approvals of [[MARA], [MARA, MARA], [MARA, OWNER]]) {
      expect(denialOf(purge({ quorum: 3 }, { agreements: [agreement(approvals)] })).code).toBe(
        'QUORUM_MISSING',
      );
    }
    allowanceOf(purge({ quorum: 3 }, { agreements: [agreement([MARA, 'noor@example.com'])] }));
  });

  it('is met by nothing that will mean something else: what is the newest then', () => {
    for (const op of ['undo', 'redo'] as const) {
      const act = actText({ op, args: { operation: null } });
      const agreements = [agreement([MARA], { act })];
      for (const asked of [{ kind: 'exact', act }, { kind: 'some' }] as const) {
        const denial = denialOf(purge({ quorum: 2 }, { act: asked, agreements }));
        expect([denial.code, denial.fixes]).toEqual(['QUORUM_MISSING', []]);
      }
      const named = actText({ op, args: { operation: 'ho-one' } });
      const agreed = [agreement([MARA], { act: named })];
      allowanceOf(purge({ quorum: 2 }, { act: { kind: 'exact', act: named }, agreements: agreed }));
    }
  });

  it('counts people by name and by key, and never who asked for what another does', () => {
    const noor = 'noor@example.com';
    const two = agreement([MARA, noor]);
    allowanceOf(purge({ quorum: 3 }, { agreements: [two] }));
    const shared = { ...two, approvals: two.approvals.map((one) => ({ ...one, keys: ['one key'] })) };
    const asker = { ...two, by: MARA, keys: ['root of mara'] };
    const alias = { ...two, by: DEV, keys: [`holder of ${noor}`] };
    for (const one of [shared, asker, alias]) {
      expect(denialOf(purge({ quorum: 3 }, { agreements: [one] })).code).toBe('QUORUM_MISSING');
    }
  });

  it('names nobody for an approval who asked themselves: that counts for nothing', () => {
    const noor = 'noor@example.com';
    const asked = { ...agreement([noor]), by: MARA, keys: ['root of mara'] };
    const some = denialOf(purge({ quorum: 3 }, { agreements: [{ ...asked, approvals: [] }] }));
    expect(some.fixes).toEqual([]);
    const [left] = denialOf(purge({ quorum: 2 }, { agreements: [{ ...asked, approvals: [] }] })).fixes;
    expect(left?.who).toEqual([noor]);
    // Everybody else agreed, whoever does it included: all that is missing is that it is done by who asked.
    const all = { ...asked, approvals: agreement([noor, OWNER]).approvals };
    const denial = denialOf(purge({ quorum: 3 }, { agreements: [all] }));
    expect([denial.code, denial.fixes]).toEqual(['QUORUM_MISSING', []]);
    expect(denial.why).toContain(`${MARA} asked for it`);
  });

  it('counts no author where a policy says so, whoever does it, by name or by key', () => {
    const noor = 'noor@example.com';
    const rules = { quorum: 2, excluded: 'author' } as const;
    const decide = (one: Agreement) => authorise(purge(rules, { agreements: [one] }), STUB_ENGINE).kind;
    const redacted = (by: string, keys: readonly string[] = []) => ({ authors: [{ by, keys }] });
    // The owner asked, and does it: two others are needed.
    expect(decide(agreement([MARA]))).toBe('deny');
    expect(decide(agreement([MARA, noor]))).toBe('allow');
    expect(decide(agreement([MARA, noor], redacted(noor)))).toBe('deny');
    expect(decide(agreement([MARA, noor], redacted('gone@example.com', [`holder of ${noor}`])))).toBe('deny');
    // Another asked: the owner counts, unless it was they who redacted it.
    const asked = { by: noor, keys: [`root of ${noor}`] };
    expect(decide(agreement([MARA], asked))).toBe('allow');
    expect(decide(agreement([noor], asked))).toBe('deny');
    expect(decide(agreement([MARA], { ...asked, ...redacted(OWNER) }))).toBe('deny');
    expect(decide(agreement([MARA], { ...asked, ...redacted('gone@example.com', [chain.root]) }))).toBe(
      'deny',
    );
  });

  it('asks for one other where only the author is excluded, and none does without a request', () => {
    const rules = { excluded: 'author' } as const;
    const alone = denialOf(purge(rules));
    expect(alone).toMatchObject({ code: 'QUORUM_MISSING', rule: { rule: 'excluded' } });
    expect(alone.message).toContain('0 of 1 people who must agree did, and who asked for it or redacted it');
    expect(denialOf(purge(rules, { agreements: [agreement([])] })).fixes[0]?.who).toEqual([
      MARA,
      'noor@example.com',
    ]);
    expect(allowanceOf(purge(rules, { agreements: [agreement([MARA])] }))).toBeDefined();
  });

  it('says who is left besides its authors, and where too few are, what helps', () => {
    const rules = { quorum: 2, excluded: 'author' } as const;
    const authors = [{ by: MARA, keys: [] }];
    // Mara is not counted anyhow: where she asks, the two others are.
    const act = { ...EXACT, purge: { tombstone: 'hr-one', rewriteGit: false } };
    const asked = { argv: ['heddle', 'purge', 'propose', 'hr-one'], who: [MARA] };
    expect(denialOf(purge(rules, { authors, act })).fixes).toMatchObject([asked]);
    for (const denial of [
      denialOf(purge(rules, { authors })),
      denialOf(purge(rules, { authors, agreements: [agreement([], { authors })] })),
    ]) {
      expect(denial.fixes).toEqual([]);
      expect(denial.why).toBe(
        '2 more must agree, and only 1 other is owner there besides who asked for it or redacted it; an owner makes somebody one with `heddle grant add PRINCIPAL owner acme/core`',
      );
    }
    const one = denialOf(
      purge({ ...rules, quorum: 1 }, { authors, agreements: [agreement([], { authors })] }),
    );
    expect(one.fixes[0]?.who).toEqual(['noor@example.com']);
  });

  it('lets the clock of a wait be started by no author', () => {
    const rules = { quorum: 1, wait: 1, excluded: 'author' } as const;
    const authors = [{ by: MARA, keys: [] }];
    const noor = { by: 'noor@example.com', keys: ['of noor'], at: NOW };
    const mara = { by: MARA, keys: ['of mara'], at: EARLIER };
    const one = agreement([], { authors, approvals: [mara, noor] });
    expect(denialOf(purge(rules, { agreements: [one] })).code).toBe('TIMELOCK');
    allowanceOf(purge(rules, { agreements: [{ ...one, authors: [] }] }));
  });

  it('is not put together from several requests', () => {
    const agreements = [agreement([MARA]), agreement(['noor@example.com'])];
    expect(denialOf(purge({ quorum: 3 }, { agreements })).code).toBe('QUORUM_MISSING');
  });

  it('counts nobody who holds less, or whose keys were revoked', () => {
    const agreements = [agreement([DEV])];
    expect(denialOf(purge({ quorum: 2 }, { agreements })).code).toBe('QUORUM_MISSING');
    const request = purge({ quorum: 2 }, { agreements: [agreement([MARA])] });
    const principals = request.authority.principals.map((known) =>
      known.principal === MARA ? { ...known, revoked: true } : known,
    );
    expect(denialOf({ ...request, authority: { ...request.authority, principals } }).code).toBe(
      'QUORUM_MISSING',
    );
  });

  it.each<[string, Partial<Agreement>]>([
    ['another operation', { operation: 'redact:lift' }],
    ['another place', { resources: ['acme/core@task:docs'] }],
    ['another role', { granting: 'owner' }],
    ['another act', { act: actText({ op: 'purge', args: { tombstone: 'hr-two' } }) }],
    ['no act', { act: null }],
  ])('is not met by agreement to %s', (_what, change) => {
    expect(denialOf(purge({ quorum: 2 }, { agreements: [agreement([MARA], change)] })).code).toBe(
      'QUORUM_MISSING',
    );
  });

  it.each<[string, ActInQuestion | undefined, boolean]>([
    ['nothing that was meant', undefined, false],
    ['whichever of the kind', { kind: 'some' }, true],
    ['what was done by it', { kind: 'done', act: ACT, consent: agreement([]).request }, true],
    ['what was done by another', { kind: 'done', act: ACT, consent: 'hq-other' }, false],
    ['what was done, of which no line is left', { kind: 'done', act: null, consent: null }, true],
  ])('is asked about %s', (_what, act, met) => {
    const decision = authorise(purge({ quorum: 2 }, { act, agreements: [agreement([MARA])] }), STUB_ENGINE);
    expect(decision.kind).toBe(met ? 'allow' : 'deny');
    expect(decision).toMatchObject(met ? { consent: agreement([]).request } : {});
  });

  it('names no command where nothing exact is meant yet', () => {
    const asked = denialOf(purge({ quorum: 2 }, { act: { kind: 'some' } }));
    expect(asked).toMatchObject({ code: 'QUORUM_MISSING', fixes: [] });
    expect(asked.why).toContain('run it');
  });

  it('is asked for first, then approved by the others; where they are too few, nothing helps', () => {
    const first = denialOf(purge({ quorum: 2 }));
    expect(first.fixes[0]).toMatchObject({ argv: ['heddle', 'request', '--denial', 'ho-'], who: [OWNER] });
    const next = denialOf(purge({ quorum: 2 }, { agreements: [agreement([])] }));
    expect(next.fixes[0]?.argv).toEqual(['heddle', 'purge', 'approve', agreement([]).request]);
    expect(next.fixes[0]?.who).toEqual([MARA, 'noor@example.com']);
    const alone = denialOf(purge({ quorum: 4 }));
    expect(alone.fixes).toEqual([]);
    expect(alone.why).toContain('only 2 others are owner there');
    const authority = { ...viewWith(), policies: [policyAt({ guarded: ['purge:apply'], quorum: 2 })] };
    const nobody = denialOf(purge({}, { authority }));
    expect(nobody.why).toBe(
      '1 more must agree, and nobody else is owner there; an owner makes somebody one with `heddle grant add PRINCIPAL owner acme/core`',
    );
  });

  it('asks nothing of other operations, and nothing before the role', () => {
    allowanceOf(purge({ quorum: 2 }, { operation: 'redact:lift' }));
    const dev = chainOf(session(DEV));
    const theirs = { credential: requestBy(dev, viewWith()).credential, holder: dev.holder };
    const { actor } = requestBy(dev, viewWith());
    expect(denialOf(purge({ quorum: 2 }, { ...theirs, actor, unlocked: [dev.root] })).stage).toBe('role');
  });
});

describe('consent', () => {
  it('needs what the floor needs, whatever the operation, and nobody else', () => {
    const asked = { operation: 'state:capture', agreeing: true } as const;
    const rules = { guarded: ['state:capture'], quorum: 2 } as const;
    allowanceOf(purge(rules, asked));
    expect(denialOf(purge(rules, { ...asked, unlocked: [] })).code).toBe('UNLOCK_NEEDED');
    const agent = chainOf(session(OWNER), [delegation('worker')]);
    const { credential, actor, holder } = requestBy(agent, viewWith());
    expect(denialOf(purge(rules, { ...asked, credential, actor, holder })).code).toBe('FLOOR');
  });
});

describe('a time lock', () => {
  it('ends so long after the request, and not before anybody asked', () => {
    expect(denialOf(purge({ wait: 3600 })).fixes[0]?.argv[1]).toBe('request');
    // The request is an hour old.
    allowanceOf(purge({ wait: 3600 }, { agreements: [agreement([])] }));
    const early = denialOf(purge({ wait: 3601 }, { agreements: [agreement([])] }));
    expect(early).toMatchObject({ code: 'TIMELOCK', fixes: [] });
    expect(early.why).toContain('2026-11-21T12:00:01.000Z');
    expect(denialOf(purge({ wait: 1 }, { agreements: [agreement([], { at: NOW })] })).code).toBe('TIMELOCK');
  });

  it('is not started by somebody who could not do it', () => {
    const agreements = [agreement([], { by: DEV })];
    expect(denialOf(purge({ wait: 60 }, { agreements })).code).toBe('TIMELOCK');
    allowanceOf(purge({ wait: 60 }, { agreements: [agreement([], { by: MARA })] }));
  });

  it('comes after the quorum', () => {
    expect(denialOf(purge({ wait: 7200, quorum: 2 }, { agreements: [agreement([])] })).code).toBe(
      'QUORUM_MISSING',
    );
    expect(denialOf(purge({ wait: 7200, quorum: 2 }, { agreements: [agreement([MARA])] })).code).toBe(
      'TIMELOCK',
    );
  });
});
