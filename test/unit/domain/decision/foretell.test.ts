import { describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import type { EngineFacts, EngineVerdict } from '#domain/decision/decision.ts';
import { evaluateDecoded, foretell } from '#domain/decision/foretell.ts';
import { parseInstant } from '#domain/time.ts';
import { NO_SPENDING } from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import type { TokenCheck } from '#domain/token/token.ts';
import {
  chainOf,
  delegation,
  DEV,
  NOW,
  OWNER,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../../../support/decisions.ts';
import { fakeKey } from '../../../support/fake-crypto.ts';

const LATER = parseInstant('2026-11-21T12:00:00.001Z');
const HOLDER = fakeKey('held');
const FACTS: EngineFacts = {
  operation: 'state:capture',
  within: ['acme/core@task:src', 'acme/core@task', 'acme/core:src', 'acme/core', 'acme'],
  satisfies: ['developer', 'maintainer', 'admin', 'owner'],
  grants: [{ role: 'maintainer', resource: 'acme/core' }],
  time: NOW,
  depth: 1,
  provider: 'anthropic',
  model: 'opus',
  spent: [{ holder: HOLDER, states: 9, files: 30, lines: 4, minutes: 12 }],
  asks: { states: 1, files: 2, lines: 7 },
};
const ALLOW: EngineVerdict = { kind: 'allow' };
const NO_MATCH: EngineVerdict = { kind: 'no-match' };

/** What one block with these checks comes to. */
function told(checks: readonly TokenCheck[], changes: Partial<EngineFacts> = {}): EngineVerdict {
  return evaluateDecoded(chainOf(session(DEV, { checks })), { ...FACTS, ...changes });
}

function failed(...checks: readonly (readonly [block: number, check: number])[]): EngineVerdict {
  return { kind: 'checks-failed', failed: checks.map(([block, check]) => ({ block, check })) };
}

describe('a decoded token', () => {
  const CHECKS: readonly (readonly [TokenCheck, Partial<EngineFacts>])[] = [
    [{ kind: 'operation', anyOf: ['review', 'state:capture'] }, { operation: 'state:read' }],
    [
      { kind: 'resource', anyOf: ['other', 'acme/core@task:src'] },
      { within: ['acme/core@task', 'acme/core'] },
    ],
    [{ kind: 'resource', anyOf: ['acme'] }, { within: ['acme-evil', 'acme/core'] }],
    [{ kind: 'time', notAfter: NOW }, { time: LATER }],
    [{ kind: 'provider', anyOf: ['openai', 'anthropic'] }, { provider: 'anthropi' }],
    [
      { kind: 'provider', anyOf: ['anthropic'] },
      { provider: null, model: 'anthropic' },
    ],
    [{ kind: 'model', anyOf: ['opus'] }, { model: 'Opus' }],
    [
      { kind: 'model', anyOf: ['opus'] },
      { model: null, provider: 'opus' },
    ],
    [{ kind: 'depth', atMost: 1 }, { depth: 2 }],
  ];
  it.each(CHECKS)('is held to %j', (check, refused) => {
    expect(told([check])).toEqual(ALLOW);
    const granted = { within: [...(refused.within ?? FACTS.within), 'acme/core'] };
    expect(told([check], { ...refused, ...granted })).toEqual(failed([0, 0]));
  });

  it.each(BUDGET_KINDS)('is held to what was spent with what is asked: %s', (budget) => {
    const used = { states: 10, files: 32, lines: 11, minutes: 12 }[budget];
    expect(told([{ kind: 'budget', budget, holder: HOLDER, atMost: used }])).toEqual(ALLOW);
    expect(told([{ kind: 'budget', budget, holder: HOLDER, atMost: used - 1 }])).toEqual(failed([0, 0]));
    expect(
      told([{ kind: 'budget', budget, holder: HOLDER, atMost: used - 1 }], { asks: NO_SPENDING }),
    ).toEqual(budget === 'minutes' ? failed([0, 0]) : ALLOW);
  });

  it('is held to a budget of a holder that nobody counted', () => {
    const check = { kind: 'budget', budget: 'states', holder: fakeKey('another'), atMost: 1000 } as const;
    expect(told([check])).toEqual(failed([0, 0]));
    expect(told([{ ...check, holder: HOLDER }], { spent: [] })).toEqual(failed([0, 0]));
  });

  it('is named by every check that fails, of every block, whatever the role', () => {
    const chain = chainOf(
      session(DEV, {
        checks: [
          { kind: 'time', notAfter: NOW },
          { kind: 'depth', atMost: 0 },
        ],
      }),
      [
        delegation('parent', [{ kind: 'operation', anyOf: ['state:capture'] }]),
        {
          kind: 'attenuation',
          checks: [
            { kind: 'operation', anyOf: ['review'] },
            { kind: 'depth', atMost: 1 },
          ],
        },
        delegation('child', [
          { kind: 'depth', atMost: 0 },
          { kind: 'resource', anyOf: ['other'] },
        ]),
      ],
    );
    const expected = failed([0, 1], [2, 0], [3, 0], [3, 1]);
    expect(evaluateDecoded(chain, FACTS)).toEqual(expected);
    expect(evaluateDecoded(chain, { ...FACTS, grants: [] })).toEqual(expected);
  });

  it.each<readonly [string, Partial<EngineFacts>]>([
    ['no grant', { grants: [] }],
    ['a lesser role', { grants: [{ role: 'reader', resource: 'acme/core' }] }],
    ['a grant elsewhere', { grants: [{ role: 'owner', resource: 'acme/core-evil' }] }],
    ['a grant above nothing', { within: [] }],
    [
      'the role at one place and another one here',
      {
        grants: [
          { role: 'owner', resource: 'other' },
          { role: 'reader', resource: 'acme/core' },
        ],
      },
    ],
  ])('is matched by nothing with %s', (_, changes) => {
    expect(told([], changes)).toEqual(NO_MATCH);
  });

  it('is matched by a grant at any place above, and by the lowest role that suffices', () => {
    for (const resource of FACTS.within)
      expect(told([], { grants: [{ role: 'developer', resource }] })).toEqual(ALLOW);
  });

  it('is told nothing of facts that are too many for the engine', () => {
    const grants = (count: number): EngineFacts['grants'] =>
      Array.from({ length: count }, (_, index) => ({ role: 'owner', resource: `other/${index}` }));
    // Nine more: operation, four roles, provider, model, time, depth.
    expect(told([], { grants: grants(491) })).toEqual(NO_MATCH);
    expect(told([], { grants: grants(492) })).toEqual({
      kind: 'limit',
      why: 'the request has too many facts',
    });
  });
});

describe('what is foretold', () => {
  const VIEW = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core@task' }]);
  const chain = chainOf(session(DEV), [
    delegation('worker', [{ kind: 'resource', anyOf: ['acme/core@task:src'] }]),
  ]);

  it.each([
    ['allowed', {}],
    ['out of scope', { resources: ['acme/core@task:docs'] }],
    ['without the role', { operation: 'review' }],
    ['nowhere', { resources: ['acme/core@release'] }],
    ['without a credential', { credential: { kind: 'none', agentDetected: true } }],
    ['by somebody else', { holder: fakeKey('thief') }],
    ['while frozen', { authority: { ...VIEW, frozen: { by: OWNER, since: NOW, breakGlass: false } } }],
  ] as const)('is the decision: %s', (_, change) => {
    const request = requestBy(chain, VIEW, change);
    expect(foretell(request)).toEqual(authorise(request, STUB_ENGINE));
  });
});
