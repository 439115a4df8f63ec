import { describe, expect, it } from 'vitest';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, EngineFacts } from '#domain/decision/decision.ts';
import {
  budgetChecks,
  hasBudget,
  NO_SPENDING,
  unspent,
  type Budget,
  type Spent,
} from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import { effectiveScope, findWidening } from '#domain/token/token-scope.ts';
import { checkDatalog, describeCheck } from '#domain/token/token-words.ts';
import type { DelegationBlock } from '#domain/token/token.ts';
import {
  afterFix,
  chainOf,
  delegation,
  denialOf,
  DEV,
  LIFE,
  NOW,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../../../support/decisions.ts';
import { fakeKey } from '../../../support/fake-crypto.ts';

const VIEW = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core' }]);
const KEY = 'a'.repeat(64);

function limited(agent: string, budget: Budget): DelegationBlock {
  const block = delegation(agent, [LIFE]);
  return { ...block, checks: [LIFE, ...budgetChecks(block.holder, budget)] };
}

function spentUnder(agent: string, spent: Partial<Spent> = {}): Spent {
  return { ...NO_SPENDING, minutes: 0, ...spent, holder: fakeKey(`agent ${agent}`) };
}

function request(
  blocks: readonly DelegationBlock[],
  change: Partial<AuthorisationRequest> = {},
): AuthorisationRequest {
  return requestBy(chainOf(session(DEV), blocks), VIEW, {
    asks: { states: 1, files: 2, lines: 7 },
    ...change,
  });
}

describe('a check on a budget', () => {
  const facts: EngineFacts = {
    operation: 'state:capture',
    within: [],
    satisfies: [],
    grants: [],
    time: NOW,
    depth: 1,
    provider: null,
    model: null,
    spent: [{ holder: KEY, states: 9, files: 30, lines: 93, minutes: 30 }],
    asks: { states: 1, files: 2, lines: 7 },
  };

  it.each([
    ['states', 10, true, '10 states', '9 used, 1 more asked'],
    ['states', 9, false, '9 states', '9 used, 1 more asked'],
    ['files', 32, true, '32 files', '30 used, 2 more asked'],
    ['files', 31, false, '31 files', '30 used, 2 more asked'],
    ['lines', 100, true, '100 lines', '93 used, 7 more asked'],
    ['lines', 99, false, '99 lines', '93 used, 7 more asked'],
    ['minutes', 30, true, '30 minutes', '30 gone by'],
    ['minutes', 29, false, '29 minutes', '30 gone by'],
  ] as const)('on %s of %i holds: %s', (budget, atMost, holds, expected, actual) => {
    const check = { kind: 'budget', budget, holder: KEY, atMost } as const;
    expect(evaluateCheck(check, facts)).toEqual({ holds, expected: [expected], actual });
  });

  it('fails for a holder that nobody counted, however large it is', () => {
    const check = { kind: 'budget', budget: 'states', holder: 'b'.repeat(64), atMost: 2 ** 50 } as const;
    expect(evaluateCheck(check, facts)).toMatchObject({ holds: false, actual: 'nobody counted' });
  });

  it('is told in words and in Datalog', () => {
    const [states, , , minutes] = budgetChecks(KEY, { states: 1, files: 2, lines: 3, minutes: 4 });
    expect(states && describeCheck(states)).toBe('at most 1 state');
    expect(minutes && describeCheck(minutes)).toBe('for 4 minutes from its first use');
    expect(states && checkDatalog(states)).toBe(`check if spent_states(hex:${KEY}, $spent), $spent <= 1`);
  });
});

describe('the scope of a chain with budgets', () => {
  it('keeps each bound with its holder: none replaces another', () => {
    const blocks = [session(DEV), limited('a', { states: 10, lines: 5 }), limited('b', { states: 3 })];
    const budgets = effectiveScope(blocks).budgets.map(({ budget, atMost }) => `${budget} ${atMost}`);
    expect(budgets).toEqual(['states 10', 'lines 5', 'states 3']);
    expect(hasBudget({ blocks }, 'lines')).toBe(true);
    expect(hasBudget({ blocks }, 'files')).toBe(false);
    expect(hasBudget(null, 'files')).toBe(false);
    expect(unspent(blocks)).toEqual([spentUnder('a'), spentUnder('b')]);
  });

  it.each(BUDGET_KINDS)('lets a child ask for as many %s as each parent’s bound, and for no more', (kind) => {
    const parents = [session(DEV), limited('a', { [kind]: 10 }), limited('b', { [kind]: 4 })];
    const asks = (atMost: number) => ({
      checks: budgetChecks(KEY, { [kind]: atMost }),
      provider: null,
      model: null,
    });
    expect(findWidening(parents, asks(4))).toBeUndefined();
    expect(findWidening(parents, asks(5))).toMatchObject({ block: 2, agent: 'b', asked: `5 ${kind}` });
    expect(findWidening(parents, asks(11))).toMatchObject({ block: 1, agent: 'a', asked: `11 ${kind}` });
    const other = kind === 'lines' ? 'files' : 'lines';
    const elsewhere = { ...asks(0), checks: budgetChecks(KEY, { [other]: 99 }) };
    expect(findWidening(parents, elsewhere)).toBeUndefined();
  });
});

describe('a request under a budget', () => {
  it('passes to the last one that the budget has', () => {
    const blocks = [limited('worker', { states: 10, files: 32, lines: 7 })];
    const spent = [spentUnder('worker', { states: 9, files: 30 })];
    expect(authorise(request(blocks, { spent }), STUB_ENGINE).kind).toBe('allow');
    const next = denialOf(request(blocks, { spent: [spentUnder('worker', { states: 10, files: 30 })] }));
    expect(next).toMatchObject({ code: 'SCOPE_BUDGET', stage: 'scope' });
    expect(next.failed).toEqual([
      expect.objectContaining({
        block: 1,
        agent: 'worker',
        check: 'at most 10 states',
        expected: ['10 states'],
        actual: '10 used, 1 more asked',
      }),
    ]);
  });

  it('is refused where nobody counted', () => {
    expect(denialOf(request([limited('worker', { states: 10 })])).code).toBe('SCOPE_BUDGET');
  });

  it('is not touched by a used up budget where it uses nothing up', () => {
    const spent = [spentUnder('worker', { states: 10 })];
    const reading = { operation: 'state:read', asks: NO_SPENDING, spent } as const;
    expect(authorise(request([limited('worker', { states: 10 })], reading), STUB_ENGINE).kind).toBe('allow');
  });

  it('is refused by each holder’s budget, whatever the others have left', () => {
    const blocks = [limited('a', { states: 2 }), limited('b', { states: 1 })];
    const spent = [spentUnder('a', { states: 2 }), spentUnder('b')];
    expect(denialOf(request(blocks, { spent })).failed.map(({ block }) => block)).toEqual([1]);
  });
});

describe('the fix of a used up budget', () => {
  it('is a new credential from the giver with just what is asked, and it helps', () => {
    const blocks = [limited('worker', { states: 1, files: 50, minutes: 20 })];
    const asked = request(blocks, { spent: [spentUnder('worker', { states: 1, minutes: 3 })] });
    const denial = denialOf(asked);
    expect(denial.fixes).toHaveLength(1);
    const [fix] = denial.fixes;
    expect(fix?.who).toEqual([DEV]);
    expect(fix?.argv.join(' ')).toBe(
      'heddle token attenuate --agent worker --allow state:capture --resource acme/core@task:src/a.ts ' +
        '--budget states=1,files=2,minutes=1 --out worker.hcred',
    );
    expect(parseAdvice(fix?.argv ?? []).kind).toBe('verb');
    expect(fix && authorise(afterFix(asked, fix, DEV), STUB_ENGINE).kind).toBe('allow');
  });

  it('comes from an agent above where the budget is that agent’s child’s', () => {
    const blocks = [limited('lead', { states: 10 }), limited('worker', { states: 1 })];
    const spent = [spentUnder('lead', { states: 5 }), spentUnder('worker', { states: 1 })];
    const [fix] = denialOf(request(blocks, { spent })).fixes;
    expect(fix?.who).toEqual(['lead']);
    expect(fix && authorise(afterFix(request(blocks, { spent }), fix, 'lead'), STUB_ENGINE).kind).toBe(
      'allow',
    );
  });

  it('comes from further above, or is none, where what the giver may use up does not suffice either', () => {
    const blocks = [limited('lead', { files: 3 }), limited('worker', { states: 1 })];
    const spent = [spentUnder('lead', { files: 2 }), spentUnder('worker', { states: 1 })];
    const denial = denialOf(request(blocks, { spent }));
    expect(denial.failed.map(({ block }) => block)).toEqual([1, 2]);
    expect(denial.fixes[0]?.who).toEqual([DEV]);
    const below = [limited('lead', {}), limited('worker', { states: 1 })];
    const held = requestBy(
      chainOf(
        { ...session(DEV), checks: [LIFE, ...budgetChecks(fakeKey(`device ${DEV}`), { lines: 1 })] },
        below,
      ),
      VIEW,
      {
        asks: { states: 1, files: 1, lines: 2 },
        spent: [{ ...NO_SPENDING, minutes: 0, holder: fakeKey(`device ${DEV}`) }, spentUnder('worker')],
      },
    );
    const refused = denialOf(held);
    expect(refused.fixes).toEqual([]);
    expect(refused.why).toContain(`what ${DEV} handed on is itself too narrow`);
  });

  it('gives a token that was too narrow elsewhere no wider budget than it needs', () => {
    const block = limited('worker', { states: 7, lines: 100 });
    const blocks = [
      { ...block, checks: [...block.checks, { kind: 'operation', anyOf: ['state:read'] } as const] },
    ];
    const [fix] = denialOf(request(blocks, { spent: [spentUnder('worker')] })).fixes;
    expect(fix?.argv).toContain('states=1,lines=7');
  });
});
