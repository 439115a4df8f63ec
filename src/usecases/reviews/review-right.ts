import { findPrincipal, heldAt } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { satisfiesRole } from '#domain/authority/role.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { Denial, EvaluateToken } from '#domain/decision/decision.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { asOf, sayingThen } from '#domain/decision/request-then.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { ReviewRecord } from '#domain/review/review-set.ts';
import type { Instant } from '#domain/time.ts';

/** A thread, and when somebody wants to know who may review it. */
export interface Question {
  readonly view: AuthorityView;
  readonly now: Instant;
  readonly thread: string;
}

/**
 * Why a review's author could not review a thread: the decision again, as it was asked then, by a credential that was not
 * taken away since; and whether they still hold the role. Undefined where they could, and can.
 */
export function reviewProblem(
  engine: EvaluateToken,
  { view, now, thread }: Question,
  record: ReviewRecord,
): string | undefined {
  const denial = deniedThen(engine, { view, thread }, record);
  if (denial !== undefined) return deniedWords(denial);
  const { principal } = record.credential.chain.authority;
  const held = heldAt(view, principal, threadResource(view.repository, thread), now);
  const may =
    findPrincipal(view, principal) !== undefined &&
    held !== null &&
    satisfiesRole(held.role, operationRule('review').role);
  return may ? undefined : 'its author may not review the thread any more';
}

/** What refused it then, without what became of its author's role later. */
export function deniedThen(
  engine: EvaluateToken,
  { view, thread }: Omit<Question, 'now'>,
  { review, credential }: ReviewRecord,
): Denial | undefined {
  const asked = { operation: 'review', resources: [threadResource(view.repository, thread)] } as const;
  const request = sayingThen(asOf(view, review.at), { signed: review, credential }, asked);
  const decision = authorise(request, engine);
  return decision.kind === 'deny' ? decision.denial : undefined;
}

/** The same for people. */
export function deniedWords({ code }: Denial): string {
  return `its author could not review the thread: ${code}`;
}
