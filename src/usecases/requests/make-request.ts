import { DENIAL_CODES, type Decision, type DenialCode } from '#domain/decision/decision.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { usageError } from '#domain/usage-error.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { LONGEST_TTL, MOST_RESOURCES, type RequestedAct } from '#domain/request/request-codec.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import type { AskedResult, RequestResult } from '#domain/results/request-results.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { leastSpending } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
import { mutate, requestOf, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { authoriseGuarded } from './authorise-guarded.ts';
import { judgeRequest, wayOut } from './judge.ts';
import { loadRequests, refused, type LoadedRequests } from './open-requests.ts';
import { RequestDraft } from './set/request-draft.ts';
import { MOST_REQUESTS } from './set/read-request-set.ts';

/** A request's life unless the caller says otherwise: 1 day. */
const USUAL_TTL = 86_400_000;
/** Open requests of one key at most. */
const MOST_OPEN = 16;

export interface AskOptions {
  /** What to ask for; null where `denial` says it. */
  readonly asked: RequestedAct | null;
  /** The beginning of the id of one's own denied log line. */
  readonly denial: string | null;
  readonly reason: string | null;
  /** Milliseconds; null for the usual. */
  readonly ttl: number | null;
}

type Made = Omit<RequestResult, 'operation'>;

/**
 * Records that somebody wants to be able to do something, for others to answer. It gives nothing, so it needs no role:
 * a live credential signs it. Does nothing where it is allowed already, or asked for already. Throws `REQUEST_LIMIT`,
 * `USAGE`, `NOT_FOUND`, `AMBIGUOUS`, `RESOURCE_INVALID`.
 */
export async function makeRequest(workspace: Workspace, options: AskOptions): Promise<Mutated<Made>> {
  const { reason, denial, ttl } = options;
  const asked = options.asked === null ? null : canonical(options.asked);
  if ((ttl ?? USUAL_TTL) > LONGEST_TTL)
    throw usageError('request', '--ttl is 30d at most', { flag: '--ttl' });
  return mutate<Made>(workspace, {
    op: 'request',
    args: { asked: asked === null ? null : { ...asked }, denial, reason, ttl },
    asksPassphrase: false,
    propose: async (ground) => {
      const wanted =
        asked === null ? await deniedAct(workspace, ground, denial ?? '') : { ...asked, code: null };
      const loaded = await loadRequests(workspace, { view: ground.authority.view, now: ground.now });
      const decision = await decideWanted(workspace, ground, wanted);
      const known = findSame(loaded, ground, wanted);
      if (ground.caller.chain !== null && (decision.kind === 'allow' || known !== undefined)) {
        return { kind: 'nothing', result: { ...resultOf(wanted, decision), ...known } };
      }
      return {
        kind: 'ask',
        ask: { operation: 'request', resources: wanted.resources, own: true },
        plan: async ({ batch }) => {
          assertRoom(loaded, ground);
          const expires = formatInstant(instantMilliseconds(ground.now) + (ttl ?? USUAL_TTL));
          const draft = new RequestDraft(workspace, ground, { loaded, batch });
          const { id } = draft.ask({ ...wanted, expires }, reason);
          const made: Made = { ...resultOf(wanted, decision), created: true, request: id, expires };
          return { ...NO_CHANGE, states: [], refs: [draft.refChange()], result: made };
        },
      };
    },
  });
}

type Wanted = RequestedAct & { readonly code: DenialCode | null };

function resultOf(wanted: Wanted, decision: Decision): Made {
  const { operation, resources, own, granting } = wanted;
  const asked: AskedResult = { operation, resources, own, granting };
  return { created: false, request: null, asked, expires: null, ...wayOut(decision) };
}

function canonical(asked: RequestedAct): RequestedAct {
  const resources = [...new Set(asked.resources.map((one) => formatResource(parseResource(one))))];
  if (resources.length <= MOST_RESOURCES) return { ...asked, resources };
  throw refused('REQUEST_LIMIT', `a request is about ${MOST_RESOURCES} resources at most`, {
    resources: String(resources.length),
  });
}

/** What the caller would be told, with the root key unlocked where that is asked for. */
async function decideWanted(workspace: Workspace, ground: Ground, wanted: Wanted): Promise<Decision> {
  const { chain } = ground.caller;
  const { operation, resources, own, granting } = wanted;
  const asks = leastSpending(operation, resources);
  const ask = { operation, resources, own, asks, ...(granting === null ? {} : { granting }) };
  const request = requestOf(ground, ask, chain === null ? [] : [chain.root]);
  const spent = await countSpent(workspace, ground);
  return authoriseGuarded(workspace, { ...request, spent });
}

/** An open request of the same key for the same. */
function findSame(
  { records, bench }: LoadedRequests,
  { caller }: Ground,
  wanted: Wanted,
): Pick<Made, 'request' | 'expires'> | undefined {
  const same = [...records.values()].find(
    (record) =>
      record.request.holder === caller.chain?.holder &&
      isSame(record.request, wanted) &&
      judgeRequest(bench, record).status === 'open',
  );
  return same === undefined ? undefined : { request: same.id, expires: same.request.expires };
}

function isSame(a: RequestedAct, b: RequestedAct): boolean {
  return (
    a.operation === b.operation &&
    a.own === b.own &&
    a.granting === b.granting &&
    a.resources.length === b.resources.length &&
    a.resources.every((resource, index) => resource === b.resources[index])
  );
}

function assertRoom({ records, rows, bench, unreadable }: LoadedRequests, { caller }: Ground): void {
  if (unreadable || rows.length >= MOST_REQUESTS) {
    throw refused('REQUEST_LIMIT', 'the set of requests takes no more', { most: String(MOST_REQUESTS) });
  }
  const open = [...records.values()].filter(
    (record) =>
      record.request.holder === caller.chain?.holder && judgeRequest(bench, record).status === 'open',
  );
  if (open.length < MOST_OPEN) return;
  throw refused('REQUEST_LIMIT', `${open.length} requests of yours are open, which is all that may be`, {
    requests: open.map(({ id }) => id),
  });
}

/** Letters of an id that name an operation. */
const SHORTEST = 4;

/** What one's own denied log line was about. */
async function deniedAct(workspace: Workspace, ground: Ground, name: string): Promise<Wanted> {
  const beginning = name.startsWith('ho-') ? name : `ho-${name}`;
  const facts = { operation: name.slice(0, 80) };
  if (beginning.length < 'ho-'.length + SHORTEST) {
    throw refused('AMBIGUOUS', `${facts.operation} is too short for the id of an operation`, facts);
  }
  const matches: LoggedOperation[] = [];
  for await (const operation of workspace.log.newest()) {
    if (operation.id.startsWith(beginning)) matches.push(operation);
  }
  if (matches.length > 1) throw refused('AMBIGUOUS', `${facts.operation} is the beginning of several`, facts);
  const [match] = matches;
  const wanted = match === undefined ? undefined : actOf(match, ground);
  if (wanted === undefined) throw refused('NOT_FOUND', 'no denial of yours has this id', facts);
  return { ...wanted, ...canonical(wanted) };
}

function actOf({ line, texts }: LoggedOperation, { caller }: Ground): Wanted | undefined {
  if (line.verdict.verdict !== 'deny' || texts === 'redacted') return undefined;
  if (line.holder !== caller.chain?.holder) return undefined;
  const { result } = texts;
  const operation = REQUEST_OPERATIONS.find((one) => one === jsonField(result, 'operation'));
  const denied = jsonField(result, 'denied');
  if (operation === undefined || !Array.isArray(denied) || denied.length === 0) return undefined;
  return {
    operation,
    resources: denied.map(String),
    own: jsonField(result, 'own') === true,
    granting: ROLES.find((role) => role === jsonField(result, 'granting')) ?? null,
    code: DENIAL_CODES.find((code) => code === line.verdict.code) ?? null,
  };
}
