import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Decision, DenialCode, EvaluateToken } from '#domain/decision/decision.ts';
import { meantPurge } from '#domain/request/guarded-purge.ts';
import { actResult, actText, type ActInQuestion } from '#domain/request/intended-act.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { AnswerRecord, RequestRecord } from '#domain/request/request-set.ts';
import type {
  AnswerSummary,
  AskedResult,
  RequestStatus,
  RequestSummary,
} from '#domain/results/request-results.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Instant } from '#domain/time.ts';
import { leastSpending, type Spent } from '#domain/token/budget.ts';
import { agentNames } from '#domain/token/token.ts';
import { agreementOf, isVoid } from './agreements.ts';
import { rightfulAnswers } from './answer-right.ts';

/** What a request is judged on. */
export interface Bench {
  readonly engine: EvaluateToken;
  readonly hasher: Hasher;
  readonly view: AuthorityView;
  readonly now: Instant;
  /** What was used up of the budgets of all requests' chains. */
  readonly spent: readonly Spent[];
  /** Requests that something was done by already. */
  readonly used: ReadonlySet<string>;
  /** When requests were recorded, as this clone's logs have it. */
  readonly asked: ReadonlyMap<string, Instant>;
  readonly tombstones: ReadonlyMap<string, TombstoneRecord>;
}

/** A request, where it stands, and what its own signer would be told now. */
export interface JudgedRequest {
  readonly record: RequestRecord;
  readonly status: RequestStatus;
  /** The answers that mean something. */
  readonly answers: readonly AnswerRecord[];
  /** Null where it is not open. */
  readonly decision: Decision | null;
}

/** Judges a request at a time. */
export function judgeRequest(bench: Bench, record: RequestRecord): JudgedRequest {
  const { request } = record;
  const answers = rightfulAnswers(bench.engine, bench.view, record);
  const said = (verdict: 'approve' | 'deny'): boolean =>
    answers.some(({ answer }) => answer.verdict === verdict);
  if (said('deny')) return { record, status: 'denied', answers, decision: null };
  if (bench.used.has(record.id)) return { record, status: 'used', answers, decision: null };
  if (isVoid(bench.hasher, bench.view, record)) return { record, status: 'void', answers, decision: null };
  const expired = bench.now >= request.expires || request.at > bench.now;
  const decision = expired ? null : decideRequest(bench, record);
  // Of a guarded operation one approval may not be enough.
  const waits = decision?.kind === 'deny' && isGuard(decision.denial.code);
  if (said('approve') && !waits) return { record, status: 'approved', answers, decision: null };
  if (expired) return { record, status: 'expired', answers, decision };
  return { record, status: 'open', answers, decision };
}

/** Tells whether a denial says that others, or time, guard the operation. */
export function isGuard(code: DenialCode | null): boolean {
  return code === 'QUORUM_MISSING' || code === 'TIMELOCK';
}

/** The decision on a request as its own signer would get it, with the root key unlocked where that is asked for. */
export function decideRequest(bench: Bench, record: RequestRecord): Decision {
  const { engine, view, now, spent } = bench;
  const { request, credential } = record;
  const agreement = agreementOf(bench, { authority: view, now }, record);
  return authorise(
    {
      operation: request.operation,
      resources: request.resources,
      own: request.own,
      granting: request.granting,
      credential: { kind: 'chain', ...credential },
      holder: request.holder,
      actor: request.actor,
      contradictions: [],
      unlocked: [credential.chain.root],
      agreements: agreement === undefined ? [] : [agreement],
      authors: agreement?.authors ?? [],
      act: intended(record),
      now,
      authority: view,
      spent,
      asks: leastSpending(request.operation, request.resources),
    },
    engine,
  );
}

function intended({ texts: { act } }: RequestRecord): ActInQuestion | undefined {
  if (act === undefined) return undefined;
  return { kind: 'exact', act: actText(act), purge: meantPurge(act) };
}

/** What a decision leaves to do. */
export function wayOut(decision: Decision | null): Pick<RequestSummary, 'fix' | 'why'> {
  if (decision === null) return { fix: null, why: null };
  if (decision.kind === 'allow') return { fix: null, why: 'it is allowed already' };
  const [fix] = decision.denial.fixes;
  return fix === undefined ? { fix: null, why: decision.denial.why } : { fix, why: null };
}

/** A request laid out as published. */
export function summariseRequest({ record, status, answers, decision }: JudgedRequest): RequestSummary {
  const { id, request, texts, credential } = record;
  return {
    request: id,
    status,
    asked: askedOf(record),
    principal: request.actor.principal,
    via: agentNames(credential.chain),
    reason: texts.reason,
    code: request.code,
    at: request.at,
    expires: request.expires,
    ...wayOut(status === 'open' ? decision : null),
    answers: answers.map(summariseAnswer),
  };
}

/** What a request asks for, laid out as published. */
export function askedOf({ request, texts }: Pick<RequestRecord, 'request' | 'texts'>): AskedResult {
  const { operation, resources, own, granting } = request;
  return { operation, resources, own, granting, act: texts.act === undefined ? null : actResult(texts.act) };
}

function summariseAnswer({ answer, texts, credential }: AnswerRecord): AnswerSummary {
  const { gives } = answer;
  return {
    verdict: answer.verdict,
    principal: answer.actor.principal,
    via: agentNames(credential.chain),
    at: answer.at,
    reason: texts.reason,
    gives:
      gives === null
        ? null
        : 'grant' in gives
          ? { grant: gives.grant, block: null }
          : { grant: null, block: gives.block },
  };
}
