import { REQUESTS_REF } from '#domain/refs.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { answerProblem } from '#usecases/requests/answer-right.ts';
import { examineRequests, type ExaminedRequests } from '#usecases/requests/set/examine-requests.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';
import { sidecarProblem, type VerifiedTombstones } from './verify-tombstone-set.ts';

/** What lines about requests are held against. */
export type VerifiedRequests = Pick<ExaminedRequests, 'records'>;

/**
 * Verifies the set of requests by itself: shape, ids, texts, signatures, token chains, and whether whoever answered
 * could. What is damaged becomes a finding and hides nothing. One ref is read where there is no request.
 */
export async function verifyRequestSet(
  workspace: Workspace,
  report: VerifyReport,
  {
    authority,
    tombstones,
  }: { readonly authority: AuthorityHistory; readonly tombstones: VerifiedTombstones },
): Promise<VerifiedRequests> {
  const { records, problems } = await examineRequests(workspace, authority.newest);
  for (const { subject, why } of problems) report.find('request', subject, why);
  await report.guard('request', REQUESTS_REF, async () => {
    for (const record of records.values()) {
      const signed = 1 + record.answers.length;
      report.count('signatures', signed);
      report.count('chains', signed);
      for (const why of [
        ...textsProblems(record, tombstones),
        ...(await answerProblems(workspace, record, authority)),
      ]) {
        report.find('request', record.id, why);
      }
    }
  });
  return { records };
}

function textsProblems(record: RequestRecord, tombstones: VerifiedTombstones): readonly string[] {
  const own = sidecarProblem(tombstones, record.id, record.redactedBy ?? null);
  const answers = record.answers.flatMap(({ id, redactedBy }) => {
    const why = sidecarProblem(tombstones, `answer-${id}`, redactedBy ?? null);
    return why === undefined ? [] : [`its answer: ${why}`];
  });
  return own === undefined ? answers : [own, ...answers];
}

async function answerProblems(
  workspace: Workspace,
  record: RequestRecord,
  { views, records }: AuthorityHistory,
): Promise<readonly string[]> {
  if (!views.has(record.request.policy)) return ['the authority record it was made under is unknown'];
  const engine = await workspace.tokens.loadEngine();
  return record.answers.flatMap((one) => {
    const { gives, policy } = one.answer;
    const view = views.get(policy);
    if (view === undefined) return ['its answer: the authority record it was given under is unknown'];
    const why = answerProblem(engine, view, { record, one });
    if (why !== undefined) return [`its answer: ${why}`];
    const given = gives === null || !('grant' in gives) || isGrant(records, gives.grant);
    return given ? [] : ['its answer: the grant that it names is not in the authority chain'];
  });
}

function isGrant(records: AuthorityHistory['records'], grant: string): boolean {
  return records.some((record) => record.id === grant && record.kind === 'grant' && record.action === 'add');
}
