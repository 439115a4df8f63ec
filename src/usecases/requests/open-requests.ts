import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { SHORTEST_PREFIX, shortId, type RequestId } from '#domain/id.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { Instant } from '#domain/time.ts';
import { budgetHolders } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { countSpentUnder } from '#usecases/budgets/count-spent.ts';
import { judgeRequest, type Bench, type JudgedRequest } from './judge.ts';
import { readConsentFacts } from './used-consents.ts';
import { examineRequests, type ExaminedRequests } from './set/examine-requests.ts';

/** The set of requests, and what each is judged on. */
export interface LoadedRequests extends ExaminedRequests {
  readonly bench: Bench;
}

/** Reads the set; what is damaged is left out. */
export async function loadRequests(
  workspace: Workspace,
  { view, now }: { readonly view: AuthorityView; readonly now: Instant },
): Promise<LoadedRequests> {
  const examined = await examineRequests(workspace, view);
  const holders = [...examined.records.values()].flatMap(({ credential }) =>
    budgetHolders(credential.chain.blocks),
  );
  const spent = await countSpentUnder(workspace, { holders, view, now });
  const records = [...examined.records.values()];
  const bound = records.some(({ texts }) => texts.act !== undefined);
  const facts = bound
    ? await readConsentFacts(workspace, view, records)
    : { used: new Set<string>(), asked: new Map(), tombstones: new Map() };
  const engine = await workspace.tokens.loadEngine();
  return { ...examined, bench: { engine, hasher: workspace.hasher, view, now, spent, ...facts } };
}

/** Every readable request, the open ones first, then the newest first. */
export function judgeAll({ records, bench }: LoadedRequests): readonly JudgedRequest[] {
  return [...records.values()]
    .map((record) => judgeRequest(bench, record))
    .toSorted(
      (a, b) =>
        Number(b.status === 'open') - Number(a.status === 'open') ||
        (`${b.record.request.at} ${b.record.id}` < `${a.record.request.at} ${a.record.id}` ? -1 : 1),
    );
}

const SEE_THEM = 'see them with `heddle request list`, and of purges with `heddle purge proposals`';

/** Finds a request by its full id or an unambiguous beginning, with or without `hq-`. Throws `NOT_FOUND`, `AMBIGUOUS`. */
export function findRequest(
  { records }: { readonly records: ReadonlyMap<RequestId, RequestRecord> },
  name: string,
): RequestRecord {
  const shown = name.slice(0, 80);
  const beginning = name.startsWith('hq-') ? name : `hq-${name}`;
  // A slip of the finger must not name what is going to be approved.
  if (beginning.length < 'hq-'.length + SHORTEST_PREFIX) {
    throw refused('AMBIGUOUS', `${shown} is too short for the id of a request`, {
      request: shown,
      advice: SEE_THEM,
    });
  }
  const matches = [...records.values()].filter(({ id }) => id.startsWith(beginning));
  const [match] = matches;
  if (match === undefined)
    throw refused('NOT_FOUND', `no request is called ${shown}`, { request: shown, advice: SEE_THEM });
  if (matches.length === 1) return match;
  throw refused('AMBIGUOUS', `${shown} is the beginning of ${matches.length} requests`, {
    request: shown,
    requests: matches.map(({ id }) => shortId(id, 16)),
  });
}

/** A refusal of anything about requests; nothing was changed. */
export function refused(
  code: 'NOT_FOUND' | 'AMBIGUOUS' | 'REQUEST_LIMIT' | 'REQUEST_CLOSED' | 'REQUEST_UNFIXABLE',
  message: string,
  facts: Readonly<Record<string, string | readonly string[]>>,
): HeddleError {
  return new HeddleError(code, message, { facts, preserved: 'nothing was changed' });
}
