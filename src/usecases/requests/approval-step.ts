import { REQUEST_OPERATIONS, ROLES, type Role } from '#domain/authority/role.ts';
import type { Decision, Fix } from '#domain/decision/decision.ts';
import { guardOf, isExcluded } from '#domain/decision/gates/guard.ts';
import { invariant } from '#domain/error.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import { parseBudget } from '#domain/token/budget.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import type { ChildOptions } from '#usecases/tokens/attenuate-token.ts';
import { agreementOf } from './agreements.ts';
import { isWithdrawal, mayAnswer } from './answer-right.ts';
import { judgeRequest, type Bench, type JudgedRequest } from './judge.ts';
import { refused } from './open-requests.ts';

/** What one approval does, and what it asks to be allowed. */
export type ApprovalStep =
  /** It is allowed already: the answer says so, and nothing else changes. */
  | { readonly kind: 'none'; readonly ask: Ask; readonly fix: null }
  | {
      readonly kind: 'grant';
      readonly ask: Ask;
      readonly fix: Fix;
      readonly grant: { readonly principal: string; readonly role: Role; readonly resource: string };
    }
  | {
      readonly kind: 'token';
      readonly ask: Ask;
      readonly fix: Fix;
      readonly child: ChildOptions;
      /** Where the fix puts the credential. */
      readonly file: string;
    }
  /** One more person agrees to a guarded operation. */
  | { readonly kind: 'agree'; readonly ask: Ask; readonly fix: Fix };

/** What one's own approval before gave that nobody used: nothing, what is lost, or what is in a file still. */
export type GivenCredential = 'none' | 'lost' | { readonly file: string };

/**
 * The one step that an approval by this caller takes: the request's own decision at this head and time says it.
 * Throws `REQUEST_CLOSED`, and `REQUEST_UNFIXABLE` where no step is the caller's.
 */
export function approvalStep(
  bench: Bench,
  record: RequestRecord,
  { caller, given }: { readonly caller: Caller; readonly given: GivenCredential },
): ApprovalStep {
  const decision = openDecision(bench, record, given);
  if (decision.kind === 'allow') return { kind: 'none', ask: answerAsk(bench, record, caller), fix: null };
  const [fix] = decision.denial.fixes;
  if (fix === undefined) throw unfixable(record, decision.denial.why ?? 'nothing changes this');
  return stepOf(bench, record, { caller, fix });
}

function openDecision(bench: Bench, record: RequestRecord, given: GivenCredential): Decision {
  const judged = judgeRequest(bench, record);
  const { decision, status } = judged;
  if (status === 'approved' && typeof given === 'object') throw stillThere(record, given.file);
  if (status !== 'open' && !(given === 'lost' && status === 'approved')) throw closed(judged);
  const decided = decision ?? judgeRequest(bench, { ...record, answers: [] }).decision;
  if (decided === null) throw closed({ ...judged, status: 'expired' });
  return decided;
}

function stepOf(
  bench: Bench,
  record: RequestRecord,
  { caller, fix }: { readonly caller: Caller; readonly fix: Fix },
): ApprovalStep {
  const [, first = '', second = ''] = fix.argv;
  if (first === 'approve' || (first === 'purge' && second === 'approve'))
    return agreeStep(bench, record, { caller, fix });
  if (first === 'grant' && second === 'add') return grantStep(fix);
  if (first === 'token' && second === 'attenuate') return tokenStep(record, { caller, fix });
  throw unfixable(record, `it takes something else: ${fix.why}`, fix);
}

/** Whoever may answer needs no more than a live credential; others are refused as those who may not give roles. */
export function answerAsk({ view, now }: Bench, record: RequestRecord, { chain }: Caller): Ask {
  const { resources } = record.request;
  const rightful = chain !== null && mayAnswer(view, record, { chain, now });
  return rightful ? { operation: 'request', resources, own: true } : { operation: 'grant:write', resources };
}

const VOID = 'is void: policies, owners or their keys are others than when it was asked for, so ask again';

/** The refusal of an answer to what is not open any more. */
export function closed({ status, record }: JudgedRequest): Error {
  const ended = { expired: 'has expired', void: VOID } as const;
  const why = status === 'expired' || status === 'void' ? ended[status] : `was ${status}`;
  return refused('REQUEST_CLOSED', `the request ${why}`, { request: record.id });
}

function stillThere({ id }: RequestRecord, path: string): Error {
  const advice = 'hand on the credential that it gave; once that is gone, another is made';
  return refused('REQUEST_CLOSED', 'the request was approved already', { request: id, path, advice });
}

function unfixable({ id }: RequestRecord, why: string, fix?: Fix): Error {
  const facts = fix === undefined ? { request: id } : { request: id, fix: fix.argv, who: fix.who };
  return refused('REQUEST_UNFIXABLE', `approving does not help: ${why}`, facts);
}

function agreeStep(
  bench: Bench,
  record: RequestRecord,
  { caller, fix }: { readonly caller: Caller; readonly fix: Fix },
): ApprovalStep {
  const { operation, resources, granting } = record.request;
  const me = caller.chain?.authority.principal;
  const agreement = agreementOf(bench, { authority: bench.view, now: bench.now }, record);
  if (agreement?.approvals.some(({ by }) => by === me) === true) {
    throw refused('REQUEST_CLOSED', 'you agreed already', { request: record.id });
  }
  if (caller.chain !== null && isWithdrawal(record, { chain: caller.chain })) {
    throw unfixable(record, 'you asked yourself, and somebody else has to agree', fix);
  }
  const guard = guardOf({ operation, resources, authority: bench.view });
  const { chain } = caller;
  if (guard !== null && agreement !== undefined && chain !== null) {
    const self = { by: chain.authority.principal, keys: [chain.root, chain.holder] };
    if (isExcluded(guard, agreement, self))
      throw unfixable(record, 'you redacted it, and others have to agree', fix);
  }
  const ask = { operation, resources, agreeing: true, ...(granting === null ? {} : { granting }) };
  return { kind: 'agree', ask, fix };
}

function grantStep(fix: Fix): ApprovalStep {
  const [, , , principal = '', word, resource = ''] = fix.argv;
  const role = ROLES.find((one) => one === word);
  invariant(role !== undefined, 'a fix that grants names a role');
  const ask: Ask = { operation: 'grant:write', resources: [resource], granting: role };
  return { kind: 'grant', ask, fix, grant: { principal, role, resource } };
}

/** Only who handed the too narrow token on can make another: from what they have, for the same agent. */
function tokenStep(
  record: RequestRecord,
  { caller, fix }: { readonly caller: Caller; readonly fix: Fix },
): ApprovalStep {
  const { operation, resources, own, granting } = record.request;
  const { chain } = caller;
  const giver = agentNames(chain).at(-1) ?? chain?.authority.principal;
  const theirs = record.credential.chain.authority.principal;
  if (
    chain !== null &&
    (giver === undefined || !fix.who.includes(giver) || chain.authority.principal !== theirs)
  ) {
    throw unfixable(record, `only ${fix.who.join(' or ')} can hand on what is missing`, fix);
  }
  const ask = { operation, resources, own, ...(granting === null ? {} : { granting }) };
  // Whatever a fix says that is not understood here is not left out: it might be what narrows.
  if (fix.argv.some((word) => word.startsWith('--') && !UNDERSTOOD.includes(word))) {
    throw unfixable(record, 'the fix has to be run by itself', fix);
  }
  const value = (name: string): string | null => valuesOf(fix.argv, name)[0] ?? null;
  const child: ChildOptions = {
    agent: value('--agent') ?? '',
    provider: value('--provider'),
    model: value('--model'),
    operations: REQUEST_OPERATIONS.filter((one) => valuesOf(fix.argv, '--allow').includes(one)),
    resources: valuesOf(fix.argv, '--resource'),
    life: null,
    ...budgetIn(value('--budget')),
    depth: null,
    from: null,
  };
  return { kind: 'token', ask, fix, child, file: value('--out') ?? 'agent.hcred' };
}

function budgetIn(text: string | null): Pick<ChildOptions, 'budget'> {
  const budget = text === null ? null : parseBudget(text);
  invariant(typeof budget !== 'string', 'a fix names a budget as it is written');
  return { budget };
}

const UNDERSTOOD: readonly string[] = [
  '--agent',
  '--provider',
  '--model',
  '--allow',
  '--resource',
  '--budget',
  '--out',
];

function valuesOf(argv: readonly string[], option: string): readonly string[] {
  return argv.flatMap((word, index) => (argv[index - 1] === option ? [word] : []));
}
