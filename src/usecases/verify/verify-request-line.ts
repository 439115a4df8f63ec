import { authorise } from '#domain/decision/authorise.ts';
import { sayingThen } from '#domain/decision/request-then.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type {
  LoggedOperation,
  OperationKind,
  OperationTexts,
  RefChange,
} from '#domain/operation/operation.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { broughtRecords } from './verify-authority-line.ts';
import type { AuthorityHistory } from './verify-authority.ts';
import type { VerifiedRequests } from './verify-request-set.ts';

type Kind = Extract<OperationKind, 'request' | 'approve' | 'deny'>;

/** Tells whether a line is about a request. */
export function isAboutRequest(op: OperationKind): op is Kind {
  return op === 'request' || op === 'approve' || op === 'deny';
}

/** What a line about a request is held against. */
export interface RequestGround {
  readonly authority: AuthorityHistory;
  readonly requests: VerifiedRequests;
}

/**
 * What is wrong with a line about a request, whose signature holds: it adds one record to the set, which only grows,
 * and an approval at most one grant beside it. Whether an answer was rightful is the set's own verification.
 */
export async function requestLineProblem(
  workspace: Workspace,
  { authority, requests }: RequestGround,
  operation: LoggedOperation & { readonly texts: OperationTexts },
  others: readonly RefChange[],
): Promise<string | undefined> {
  const { line, texts } = operation;
  const { op } = line;
  const [set, ...more] = others;
  if (!isAboutRequest(op)) return 'it is about no request';
  if (set?.name !== REQUESTS_REF || set.new === null || more.length > 0) {
    return `a line of the kind ${op} adds to the requests, and moves nothing else`;
  }
  if (texts.effects.length > 0) return `a line of the kind ${op} does more than write records`;
  const named = jsonField(texts.result, 'request');
  const record = [...requests.records.values()].find(({ id }) => id === named);
  if (record === undefined) return 'the request that it is about is not in the set';
  return (
    recordProblem(operation, record) ??
    grantProblem(authority, operation, record) ??
    (await lifeProblem(workspace, authority, operation, record))
  );
}

/** A record is made with its line: by the same key, at the same time. */
function recordProblem({ line }: LoggedOperation, { request, answers }: RequestRecord): string | undefined {
  const isOf = ({ at, holder }: { readonly at: string; readonly holder: string }): boolean =>
    at === line.at && holder === line.holder;
  const added =
    line.op === 'request'
      ? isOf(request)
      : answers.some(({ answer }) => isOf(answer) && answer.verdict === line.op);
  return added ? undefined : 'the record that it added is not in the set';
}

/** Of authority an approval brings the grant that its answer names, and nothing else does. */
function grantProblem(
  authority: AuthorityHistory,
  { line, texts }: LoggedOperation & { readonly texts: OperationTexts },
  { answers }: RequestRecord,
): string | undefined {
  const brought = broughtRecords(texts, authority);
  const [record, ...more] = brought;
  if (record === undefined) return undefined;
  const named = answers.some(
    ({ answer }) =>
      answer.at === line.at &&
      answer.holder === line.holder &&
      answer.gives !== null &&
      'grant' in answer.gives &&
      answer.gives.grant === record.id,
  );
  return named && more.length === 0 ? undefined : 'it brings more than the grant that its answer names';
}

/** Whoever asks needs a credential that held. */
async function lifeProblem(
  workspace: Workspace,
  authority: AuthorityHistory,
  { line }: LoggedOperation,
  { request, credential }: RequestRecord,
): Promise<string | undefined> {
  if (line.op !== 'request') return undefined;
  const view = line.policy === null ? undefined : authority.views.get(line.policy);
  if (view === undefined) return 'the authority record it was decided under is unknown';
  const asked = { operation: 'request', own: true, resources: request.resources } as const;
  const engine = await workspace.tokens.loadEngine();
  const decision = authorise(sayingThen(view, { signed: line, credential }, asked), engine);
  return decision.kind === 'allow' ? undefined : `it was not allowed: ${decision.denial.code}`;
}
