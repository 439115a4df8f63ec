import { authorise } from '#domain/decision/authorise.ts';
import { findPrincipal, heldAt } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { standsAbove } from '#domain/authority/handed-on.ts';
import { satisfiesRole, type Role } from '#domain/authority/role.ts';
import type { DenialCode, EvaluateToken } from '#domain/decision/decision.ts';
import { guardOf } from '#domain/decision/gates/guard.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { sayingThen, unfrozen, type SignedUnder } from '#domain/decision/request-then.ts';
import type { AnswerRecord, RequestRecord } from '#domain/request/request-set.ts';
import type { Instant } from '#domain/time.ts';
import type { TokenChain } from '#domain/token/token.ts';

/** Somebody who answers, with what, and when. */
export interface Answerer {
  readonly chain: TokenChain;
  readonly now: Instant;
}

/**
 * Tells whether somebody may say what becomes of a request: who stands above the token that it was made with, the
 * one who asked included; in person whoever gives the role that it needs at one of its resources; and for a guarded
 * operation whoever holds that role there. It says nothing of what they may give.
 */
export function mayAnswer(
  view: AuthorityView,
  { request, credential }: Pick<RequestRecord, 'request' | 'credential'>,
  { chain, now }: Answerer,
): boolean {
  const leaf = credential.chain.revocationIds.at(-1) ?? '';
  if (standsAbove(chain, leaf, credential.chain)) return true;
  const { principal } = chain.authority;
  if (chain.blocks.length > 1 || findPrincipal(view, principal) === undefined) return false;
  const needed = request.granting ?? operationRule(request.operation).role;
  const enough = guardOf({ ...request, authority: view }) === null ? givingRole(needed) : needed;
  return request.resources.some((resource) => {
    const held = heldAt(view, principal, resource, now);
    return held !== null && satisfiesRole(held.role, enough);
  });
}

/** Who may give a role. */
function givingRole(role: Role): Role {
  return role === 'owner' ? 'owner' : 'admin';
}

/** Tells whether an answer is one by whoever asked, or by whom they act for. */
export function isWithdrawal({ credential }: RequestRecord, { chain }: Pick<Answerer, 'chain'>): boolean {
  return chain.authority.principal === credential.chain.authority.principal;
}

/**
 * The answers of a request that mean something: everybody can sign one and put it into the set. By somebody who may
 * answer, with a credential that held when they did and was not revoked since.
 */
export function rightfulAnswers(
  engine: EvaluateToken,
  view: AuthorityView,
  record: RequestRecord,
): readonly AnswerRecord[] {
  return record.answers.filter((one) => answerProblem(engine, view, { record, one }) === undefined);
}

/** What is wrong with an answer under one view of the authority chain; undefined where nothing is. */
export function answerProblem(
  engine: EvaluateToken,
  view: AuthorityView,
  { record, one }: { readonly record: RequestRecord; readonly one: AnswerRecord },
): string | undefined {
  const { answer, credential } = one;
  if (answer.at < record.request.at) return 'it was given before the request was made';
  const refused = refusedThen(engine, view, { signed: answer, credential, about: record });
  if (refused !== undefined) return `its author had no credential: ${refused}`;
  const may = mayAnswer(view, record, { chain: credential.chain, now: answer.at });
  return may ? undefined : 'its author may not answer the request';
}

/** Why the credential that a request or an answer was signed with did not hold then, or does not since; else undefined. */
export function refusedThen(
  engine: EvaluateToken,
  view: AuthorityView,
  { about, ...said }: SignedUnder & { readonly about: Pick<RequestRecord, 'request'> },
): DenialCode | undefined {
  const asked = { operation: 'request', own: true, resources: about.request.resources } as const;
  const decision = authorise(sayingThen(unfrozen(view), said, asked), engine);
  return decision.kind === 'deny' ? decision.denial.code : undefined;
}
