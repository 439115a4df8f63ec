import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorisationRequest, EvaluateToken } from '#domain/decision/decision.ts';
import { guardOf } from '#domain/decision/gates/guard.ts';
import { asOf, sayingThen } from '#domain/decision/request-then.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import type { Agreement, Author } from '#domain/request/agreement.ts';
import { actText } from '#domain/request/intended-act.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { AnswerRecord, RequestRecord } from '#domain/request/request-set.ts';
import { stillStands } from '#domain/request/guarded-purge.ts';
import type { Hasher } from '#domain/hash.ts';
import type { StoredChain } from '#domain/record/stored-chain.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { actAuthors } from './act-authors.ts';
import { refusedThen, rightfulAnswers } from './answer-right.ts';
import { examineRequests } from './set/examine-requests.ts';
import { examineTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';
import { readConsentFacts, withLostAct } from './used-consents.ts';

type Question = Pick<AuthorisationRequest, 'operation' | 'resources' | 'own' | 'authority' | 'now' | 'act'>;

/** Who agreed to what, where a policy guards the operation; nobody, and nothing is read, where none does. */
export async function agreementsFor(workspace: Workspace, question: Question): Promise<readonly Agreement[]> {
  if (guardOf(question) === null) return [];
  const { records } = await examineRequests(workspace, question.authority);
  const about = [...records.values()].filter(({ request }) => request.operation === question.operation);
  if (about.length === 0) return [];
  const engine = await workspace.tokens.loadEngine();
  const { used, asked, tombstones } = await readConsentFacts(workspace, question.authority, about);
  const { act, now: at } = question;
  const judge = { engine, hasher: workspace.hasher, asked, tombstones };
  return (
    about
      // Whether what was done used up somebody's consent twice is told by the lines, side by side.
      .filter(({ id }) => question.act?.kind === 'done' || !used.has(id))
      .flatMap((record) => {
        const agreement = agreementOf(judge, question, record);
        if (agreement === undefined || act?.kind !== 'done') return agreement ?? [];
        const lost = { redactedBy: record.redactedBy, act: act.act ?? agreement.act, at };
        return withLostAct(agreement, lost, { view: question.authority, tombstones });
      })
  );
}

/** Who has a part in what is about to be done, where they are not counted among those who must agree. */
export async function authorsFor(workspace: Workspace, question: Question): Promise<readonly Author[]> {
  const { authority, act } = question;
  if (act?.kind !== 'exact' || guardOf(question)?.excluded !== true) return [];
  const { records } = await examineTombstones(workspace, authority);
  return actAuthors(authority, records, act.act);
}

/** What agreements are read with. */
export interface AgreementJudge {
  readonly engine: EvaluateToken;
  readonly hasher: Hasher;
  /** When requests were recorded, as this clone's logs have it. */
  readonly asked: ReadonlyMap<string, Instant>;
  /** Those of this clone: who redacted what is to be destroyed has a part in it. */
  readonly tombstones: ReadonlyMap<string, TombstoneRecord>;
}

/**
 * What a request comes to at a time: undefined where it is not open then.
 *
 * @param ground the policies and owners under which it has to have been asked for, where those are other ones.
 */
export function agreementOf(
  { engine, hasher, asked: times, tombstones }: AgreementJudge,
  {
    authority,
    now,
    ground = authority,
  }: Pick<Question, 'authority' | 'now'> & { readonly ground?: AuthorityView },
  record: RequestRecord,
): Agreement | undefined {
  const { id, request } = record;
  if (request.at > now || now >= request.expires || request.own) return undefined;
  if (isVoid(hasher, ground, record)) return undefined;
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
  const seen = times.get(id);
  const act = record.texts.act === undefined ? null : actText(record.texts.act);
  return {
    request: id,
    operation: request.operation,
    resources: request.resources,
    granting: request.granting,
    act,
    by: request.actor.principal,
    keys: keysOf(record.credential, request),
    at: seen !== undefined && seen > request.at ? seen : request.at,
    witnessed: seen !== undefined,
    approvals: agreed.map(({ answer, credential }) => ({
      by: answer.actor.principal,
      keys: keysOf(credential, answer),
      at: answer.at,
    })),
    authors: actAuthors(authority, tombstones, act),
  };
}

/** A purge is agreed to under policies and owners: what changed since made another act of it. */
export function isVoid(
  hasher: Hasher,
  authority: AuthorityView,
  { request, texts: { act } }: Pick<RequestRecord, 'request' | 'texts'>,
): boolean {
  return request.operation === 'purge:apply' && act?.op === 'purge' && !stillStands(hasher, authority, act);
}

function keysOf(
  { chain }: StoredChain,
  { holder }: Pick<RequestRecord['request'], 'holder'>,
): Agreement['keys'] {
  return [chain.root, holder];
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
  const unlocked = [credential.chain.root];
  const asked = { operation, resources, granting, unlocked, agreeing: true };
  const request = sayingThen(asOf(authority, answer.at), { signed: answer, credential }, asked);
  return authorise(request, engine).kind === 'allow';
}

function rulesChanged(view: AuthorityView, resources: readonly string[], after: Instant): boolean {
  return resources.some((resource) => policiesAt(view, resource).some(({ since }) => since > after));
}
