import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorisationRequest, EvaluateToken } from '#domain/decision/decision.ts';
import { guardOf } from '#domain/decision/gates/quorum-gate.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import { actText } from '#domain/request/intended-act.ts';
import type { AnswerRecord, RequestRecord } from '#domain/request/request-set.ts';
import type { Instant } from '#domain/time.ts';
import { unspent } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refusedThen, rightfulAnswers } from './answer-right.ts';
import { examineRequests } from './set/examine-requests.ts';
import { usedConsents } from './used-consents.ts';

type Question = Pick<AuthorisationRequest, 'operation' | 'resources' | 'own' | 'authority' | 'now' | 'act'>;

/** Who agreed to what, where a policy guards the operation; nobody, and nothing is read, where none does. */
export async function agreementsFor(workspace: Workspace, question: Question): Promise<readonly Agreement[]> {
  if (guardOf(question) === null) return [];
  const { records } = await examineRequests(workspace, question.authority);
  const about = [...records.values()].filter(({ request }) => request.operation === question.operation);
  if (about.length === 0) return [];
  const engine = await workspace.tokens.loadEngine();
  // Whether what was done used up somebody's consent twice is told by the lines, side by side.
  const used = question.act?.kind === 'done' ? new Set<string>() : await usedConsents(workspace, about);
  return about
    .filter(({ id }) => !used.has(id))
    .flatMap((record) => agreementOf(engine, question, record) ?? []);
}

/** What a request comes to at a time: undefined where it is not open then. */
export function agreementOf(
  engine: EvaluateToken,
  { authority, now }: Pick<Question, 'authority' | 'now'>,
  record: RequestRecord,
): Agreement | undefined {
  const { id, request } = record;
  if (request.at > now || now >= request.expires || request.own) return undefined;
  // It starts a clock and gathers consent: by a credential that had ended, or was taken away since, it does neither.
  const asked = { signed: request, credential: record.credential, about: record };
  if (refusedThen(engine, authority, asked) !== undefined) return undefined;
  const answers = rightfulAnswers(engine, authority, record).filter(({ answer }) => answer.at <= now);
  if (answers.some(({ answer }) => answer.verdict === 'deny')) return undefined;
  const agreed = record.answers
    .filter(({ answer }) => answer.verdict === 'approve' && answer.at <= now)
    // What the rules were when somebody agreed is part of what they agreed to.
    .filter(({ answer }) => !rulesChanged(authority, request.resources, answer.at))
    .filter((answer) => couldAgree(engine, authority, { record, answer }));
  return {
    request: id,
    operation: request.operation,
    resources: request.resources,
    granting: request.granting,
    act: record.texts.act === undefined ? null : actText(record.texts.act),
    by: request.actor.principal,
    at: request.at,
    approvals: agreed.map(({ answer }) => ({ by: answer.actor.principal, at: answer.at })),
  };
}

/**
 * The decision on an approval again, as it was asked then: in person, with a credential that holds, by somebody who had
 * the role at every resource already. That the root key was unlocked is taken as given.
 */
function couldAgree(
  engine: EvaluateToken,
  authority: AuthorityView,
  {
    record,
    answer: { answer, credential },
  }: { readonly record: RequestRecord; readonly answer: AnswerRecord },
): boolean {
  const { operation, resources, granting } = record.request;
  const decision = authorise(
    {
      operation,
      resources,
      granting,
      credential: { kind: 'chain', ...credential },
      holder: answer.holder,
      actor: answer.actor,
      contradictions: [],
      unlocked: [credential.chain.root],
      agreeing: true,
      now: answer.at,
      authority: asOf(authority, answer.at),
      // To agree uses nothing up.
      spent: unspent(credential.chain.blocks),
    },
    engine,
  );
  return decision.kind === 'allow';
}

function rulesChanged(view: AuthorityView, resources: readonly string[], after: Instant): boolean {
  return resources.some((resource) => policiesAt(view, resource).some(({ since }) => since > after));
}

/** Only what had been granted by then; a freeze since then takes no agreement back. */
function asOf(view: AuthorityView, at: Instant): AuthorityView {
  return { ...view, frozen: null, grants: view.grants.filter(({ since }) => since <= at) };
}
