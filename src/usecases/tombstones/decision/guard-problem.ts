import type { AuthorityView } from '#domain/authority/authority.ts';
import { agreed, binds, guardOf, type Guard } from '#domain/decision/gates/guard.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import { purgeAct } from '#domain/request/guarded-purge.ts';
import { actText } from '#domain/request/intended-act.ts';
import type { ActKind, RemovalAct } from '#domain/removal/act-codec.ts';
import type { Workspace } from '#ports/workspace.ts';
import { agreementOf } from '#usecases/requests/agreements.ts';
import { readConsentFacts } from '#usecases/requests/used-consents.ts';
import { examineRequests } from '#usecases/requests/set/examine-requests.ts';
import { readChain } from '#usecases/tombstones/set/attest-record.ts';
import { REMOVAL_OPERATIONS } from './record-decision.ts';

interface Then {
  /** The authority chain at the record that the act names, which is its author's choice. */
  readonly named: AuthorityView;
  readonly present: AuthorityView;
  /** Where it had to be allowed by its own time, and by now. */
  readonly resourcesThen: readonly string[];
  readonly resourcesNow: readonly string[];
}

/** A lift or purge whose signatures hold, and which was allowed under the record that it names. */
interface GuardedAct {
  readonly kind: ActKind;
  readonly record: RemovalAct;
  readonly chain: Uint8Array;
}

/**
 * Why a lift or purge that another clone made is not to be carried out where policies guard it; undefined where it is.
 * Its time and the authority record that it was decided under are its author's word: an owner alone could name one from
 * before the policy, or the agreement of somebody who was an owner then, or a wait that is over in a year. What this
 * clone's own log has was decided here, and is finished whatever was set since.
 */
export async function guardProblem(
  workspace: Workspace,
  act: GuardedAct,
  { named, present, resourcesThen, resourcesNow }: Then,
): Promise<string | undefined> {
  const about = { operation: REMOVAL_OPERATIONS[act.kind], own: false } as const;
  const guard = guardOf({ ...about, resources: resourcesThen, authority: named });
  const asked = guardOf({ ...about, resources: resourcesNow, authority: present });
  if (guard === null && asked === null) return undefined;
  if (await isLogged(workspace, act)) return undefined;
  if (asked !== null && isStricter(asked, guard)) {
    return 'policies by now ask more people, or time, than it was done with';
  }
  if (!binds(guard)) return undefined;
  if (guard.wait > 0 && act.record.at > workspace.clock.now()) {
    return 'it says that the wait was over at a time that has not come';
  }
  const people = await stillAgreed(workspace, act, { guard, named, present, resourcesNow });
  if (people === undefined) return 'what others agreed to for it is not told any more, or does not hold';
  return people < guard.quorum ? 'not enough of those who agreed to it still could' : undefined;
}

function isStricter(one: Guard, other: Guard | null): boolean {
  const apart = one.excluded && other?.excluded !== true;
  return apart || one.quorum > (other?.quorum ?? 1) || one.wait > (other?.wait ?? 0);
}

/** Logs travel with nothing: a line that says so is of this clone. */
async function isLogged(
  { log }: Workspace,
  { kind, record: { at, holder } }: Pick<GuardedAct, 'kind' | 'record'>,
): Promise<boolean> {
  for await (const { line } of log.newest()) {
    const isIt = line.op === kind && line.at === at && line.holder === holder;
    if (isIt && line.verdict.verdict === 'allow') return true;
  }
  return false;
}

/**
 * How many agreed who own it by now, with keys and sessions that nobody has taken away; undefined where none of that can
 * be told. A request whose sidecar was redacted says no more to what: its author could have had that done.
 */
async function stillAgreed(
  workspace: Workspace,
  { kind, record: act, chain: bytes }: GuardedAct,
  {
    guard,
    named,
    present,
    resourcesNow,
  }: Pick<Then, 'named' | 'present' | 'resourcesNow'> & { readonly guard: Guard },
): Promise<number | undefined> {
  const { records } = await examineRequests(workspace, present);
  const request = [...records.values()].find(({ id }) => id === act.consent);
  const chain = readChain(workspace, { chain: bytes }, present);
  if (request === undefined || chain === undefined) return undefined;
  const authority = { ...present, policies: named.policies };
  const { asked, tombstones } = await readConsentFacts(workspace, present, []);
  const judge = { engine: await workspace.tokens.loadEngine(), hasher: workspace.hasher, asked, tombstones };
  const agreement = agreementOf(judge, { authority, now: act.at, ground: named }, request);
  if (agreement === undefined || !isAbout(workspace, agreement, { act, named })) return undefined;
  const asking = {
    operation: REMOVAL_OPERATIONS[kind],
    resources: resourcesNow,
    own: false,
    granting: null,
    authority,
    now: act.at,
  };
  return agreed(asking, chain, { guard, agreement }).length;
}

/** Whether Git's history was to be rewritten, too, a record does not say. */
function isAbout(
  { hasher }: Workspace,
  agreement: Agreement,
  { act, named }: { readonly act: RemovalAct; readonly named: AuthorityView },
): boolean {
  if (agreement.operation !== 'purge:apply') return agreement.act !== null;
  const { tombstone } = act;
  const ways = [false, true].map((rewriteGit) => actText(purgeAct(hasher, named, { tombstone, rewriteGit })));
  return agreement.act !== null && ways.includes(agreement.act);
}
