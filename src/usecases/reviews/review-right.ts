import { findPrincipal, heldAt } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { satisfiesRole } from '#domain/authority/role.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { ReviewRecord } from '#domain/review/review-set.ts';
import type { Instant } from '#domain/time.ts';
import { unspent } from '#domain/token/budget.ts';

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
  const why = refusedThen(engine, { view, thread }, record);
  if (why !== undefined) return why;
  const { principal } = record.credential.chain.authority;
  const held = heldAt(view, principal, threadResource(view.repository, thread), now);
  const may =
    findPrincipal(view, principal) !== undefined &&
    held !== null &&
    satisfiesRole(held.role, operationRule('review').role);
  return may ? undefined : 'its author may not review the thread any more';
}

/** The same without what became of its author's role later. */
export function refusedThen(
  engine: EvaluateToken,
  { view, thread }: Omit<Question, 'now'>,
  { review, credential }: ReviewRecord,
): string | undefined {
  const decision = authorise(
    {
      operation: 'review',
      resources: [threadResource(view.repository, thread)],
      own: false,
      credential: { kind: 'chain', ...credential },
      holder: review.holder,
      actor: review.actor,
      contradictions: [],
      unlocked: [],
      granting: null,
      now: review.at,
      authority: asOf(view, review.at),
      // A review uses nothing up.
      spent: unspent(credential.chain.blocks),
    },
    engine,
  );
  return decision.kind === 'deny'
    ? `its author could not review the thread: ${decision.denial.code}`
    : undefined;
}

/** Only what had been granted by then; a freeze since then takes no review back. */
function asOf(view: AuthorityView, at: Instant): AuthorityView {
  return { ...view, frozen: null, grants: view.grants.filter(({ since }) => since <= at) };
}
