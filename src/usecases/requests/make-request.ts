import type { Json } from '#domain/encoding/canonical-json.ts';
import type { Decision } from '#domain/decision/decision.ts';
import type { RequestId } from '#domain/id.ts';
import { usageError } from '#domain/usage-error.ts';
import { actResult, actText, type IntendedAct } from '#domain/request/intended-act.ts';
import { meantPurge } from '#domain/request/guarded-purge.ts';
import { LONGEST_TTL, type RequestedAct } from '#domain/request/request-codec.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { AskedResult, RequestResult } from '#domain/results/request-results.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { leastSpending } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
import { decidedWithFreeNames } from '#usecases/tokens/free-names.ts';
import { requestOf } from '#usecases/authority/request-of.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Mutation, Proposal } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { authoriseGuarded } from './authorise-guarded.ts';
import { isGuard, judgeRequest, wayOut } from './judge.ts';
import { loadRequests, refused, type LoadedRequests } from './open-requests.ts';
import { RequestDraft } from './set/request-draft.ts';
import { MOST_REQUESTS } from './set/read-request-set.ts';
import { canonical, deniedAct, type Wanted } from './wanted-act.ts';

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
  return recordWish(workspace, {
    args: { asked: asked === null ? null : { ...asked }, denial, reason, ttl },
    reason,
    ttl,
    wanted: async (ground) =>
      asked === null ? deniedAct(workspace, ground, denial ?? '') : { ...asked, code: null, act: undefined },
  });
}

/** Something to ask others for, told under the lock. */
export interface Wish {
  /** What the log keeps of it. */
  readonly args: Json;
  readonly reason: string | null;
  /** Milliseconds; null for the usual. */
  readonly ttl: number | null;
  readonly wanted: (ground: Ground) => Promise<Wanted>;
  /** Undefined where whoever asks names it, and is told nothing. */
  readonly blind?: Mutation<Made>['blind'];
  /** True where it is refused to whoever lacks more for it than others' consent and time. */
  readonly onlyGuarded?: boolean;
}

/** Records one wish, as {@link makeRequest} does. */
export async function recordWish(workspace: Workspace, wish: Wish): Promise<Mutated<Made>> {
  const { reason, ttl } = wish;
  if ((ttl ?? USUAL_TTL) > LONGEST_TTL)
    throw usageError('request', '--ttl is 30d at most', { flag: '--ttl' });
  return mutate<Made>(workspace, {
    op: 'request',
    args: wish.args,
    asksPassphrase: false,
    ...(wish.blind === undefined ? {} : { blind: wish.blind }),
    propose: async (ground) => {
      const wanted = await wish.wanted(ground);
      const loaded = await loadRequests(workspace, { view: ground.authority.view, now: ground.now });
      const decision = await decideWanted(workspace, ground, wanted);
      if (wish.onlyGuarded === true && !isOnlyGuarded(decision)) return refusal(wanted);
      assertBound(wanted, decision);
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
          const draft = new RequestDraft(workspace, recordAuthor(ground), { loaded, batch });
          const { id } = draft.ask(
            { ...wanted, code: codeOf(wanted, decision), expires },
            { reason, act: wanted.act },
          );
          const way = asksFirst(resultOf(wanted, decision), id);
          const made: Made = { ...way, created: true, request: id, expires };
          return { ...NO_CHANGE, states: [], refs: [draft.refChange()], result: made };
        },
      };
    },
  });
}

function isOnlyGuarded(decision: Decision): boolean {
  return decision.kind === 'allow' || isGuard(decision.denial.code);
}

/** The denial of the act itself. */
function refusal({ operation, resources, own, granting }: Wanted): Proposal<Made> {
  const ask = { operation, resources, own, ...(granting === null ? {} : { granting }) };
  return {
    kind: 'ask',
    ask,
    plan: async () => {
      throw new Error('invariant: what lacks more than consent is refused');
    },
  };
}

/** What is asked for before it was tried has the code that it would meet. */
function codeOf({ code, act }: Wanted, decision: Decision): Wanted['code'] {
  return code ?? (act !== undefined && decision.kind === 'deny' ? decision.denial.code : null);
}

/** Others agree to one exact act, which a denial of it names. */
function assertBound({ operation, act }: Wanted, decision: Decision): void {
  if (act !== undefined || decision.kind === 'allow' || !isGuard(decision.denial.code)) return;
  const why = 'it is guarded, and others agree to one exact act: run it, and ask with --denial';
  throw refused('REQUEST_UNFIXABLE', why, { operation });
}

function resultOf(wanted: Wanted, decision: Decision): Made {
  const { operation, resources, own, granting } = wanted;
  const act = wanted.act === undefined ? null : actResult(wanted.act);
  const asked: AskedResult = { operation, resources, own, granting, act };
  return { created: false, request: null, asked, expires: null, ...wayOut(decision) };
}

/** Where others agree to what is guarded, asking them was the first step, and is done. */
function asksFirst(made: Made, id: RequestId): Made {
  const [, verb, word] = made.fix?.argv ?? [];
  if (made.fix === null || (verb !== 'request' && word !== 'propose')) return made;
  const why = 'it was asked, and the clock runs; this shows who has to agree yet';
  return { ...made, fix: { ...made.fix, argv: ['heddle', 'request', 'show', id], who: [], why } };
}

/** What the caller would be told, with the root key unlocked where that is asked for. */
async function decideWanted(workspace: Workspace, ground: Ground, wanted: Wanted): Promise<Decision> {
  const { chain } = ground.caller;
  const { operation, resources, own, granting, act } = wanted;
  const asks = leastSpending(operation, resources);
  const purge = act && meantPurge(act);
  const exact = act === undefined ? {} : { act: { kind: 'exact', act: actText(act), purge } as const };
  const ask = { operation, resources, own, asks, ...exact, ...(granting === null ? {} : { granting }) };
  const request = requestOf(ground, ask, chain === null ? [] : [chain.root]);
  const spent = await countSpent(workspace, ground);
  return decidedWithFreeNames(workspace, await authoriseGuarded(workspace, { ...request, spent }));
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
      isSame(record, wanted) &&
      judgeRequest(bench, record).status === 'open',
  );
  return same === undefined ? undefined : { request: same.id, expires: same.request.expires };
}

function isSame({ request: a, texts }: RequestRecord, b: Wanted): boolean {
  return (
    textOf(texts.act) === textOf(b.act) &&
    a.operation === b.operation &&
    a.own === b.own &&
    a.granting === b.granting &&
    a.resources.length === b.resources.length &&
    a.resources.every((resource, index) => resource === b.resources[index])
  );
}

function textOf(act: IntendedAct | undefined): string | undefined {
  return act && actText(act);
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
