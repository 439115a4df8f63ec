import type { AuthorityView } from '#domain/authority/authority.ts';
import { holdsSomewhere } from '#domain/authority/authority-view.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { ActKind } from '#domain/removal/act-codec.ts';
import type { ActRecord, TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { capturedBy, concernedResources } from './decision/concerned-resources.ts';
import { findCoveredPlaces, type CoveredPlaces } from './decision/covered-places.ts';
import { guardProblem } from './decision/guard-problem.ts';
import { recordDecisionProblem, REMOVAL_OPERATIONS, type RecordClaim } from './decision/record-decision.ts';
import { reusedConsents } from './decision/reused-consents.ts';
import { examineTombstones } from './set/examine-tombstones.ts';

/**
 * Why a tombstone of the verified set is not to be lifted or purged; undefined where one of its records orders it:
 * signed under a token that nobody narrowed, by an owner of every place, at the authority record that it names and
 * at the present one. Asked before anything irreversible is done: a log line alone, or a record that somebody
 * planted, orders nothing. Where no state holds the content any more, the whole repository is asked about.
 */
export async function removalProblem(
  workspace: Workspace,
  { declaration, ...record }: TombstoneRecord,
  kind: ActKind,
): Promise<string | undefined> {
  const acts = kind === 'lift' ? record.lifts : record.purges;
  if (acts.length === 0) return `no ${kind} of it was signed`;
  const authority = await loadAuthority(workspace);
  const { files } = declaration.covers;
  const found = await findCoveredPlaces(workspace, new Set(files));
  let problem: string | undefined;
  for (const act of acts.toReversed()) {
    problem = await actProblem(workspace, { act, kind, declared: declaration }, { authority, found, files });
    if (problem === undefined) return undefined;
  }
  return problem;
}

/**
 * Why a tombstone of the verified set hides nothing; undefined where its author was allowed to redact at every place
 * that it covers, and at the repository where it takes sidecars or names, at the authority record that it names. Asked before a tombstone that somebody else made has any
 * effect here: everybody can sign one.
 */
export async function redactionProblem(
  workspace: Workspace,
  { declaration, chain }: Pick<TombstoneRecord, 'declaration' | 'chain'>,
): Promise<string | undefined> {
  const authority = await loadAuthority(workspace);
  const view = viewsAt(authority, [declaration.policy]).get(declaration.policy);
  if (view === undefined) return 'the authority record it was decided under is unknown';
  // Whoever could redact nowhere is refused without a look at what is covered: it takes long, and they may plant many.
  const files = holdsSomewhere(view.grants, declaration.actor.principal, NEEDED)
    ? declaration.covers.files
    : [];
  const found = await findCoveredPlaces(workspace, new Set(files));
  const concerned = concernedResources(view.repository, found, {
    files,
    wasThere: capturedBy(declaration.at),
  });
  const { names, texts } = declaration.covers;
  const isWide = concerned.length === 0 || names.length + texts.length > 0;
  const resources = isWide ? [view.repository, ...concerned] : concerned;
  return recordDecisionProblem(
    workspace,
    { kind: 'tombstone', record: declaration, chain },
    { view, resources },
  );
}

const NEEDED = operationRule(REMOVAL_OPERATIONS.tombstone).role;

/** Why marks that a tombstone or a purge of it tells count for nothing: they may be of any content. */
export async function marksProblem(
  workspace: Workspace,
  { declaration, chain }: Pick<TombstoneRecord, 'declaration' | 'chain'>,
  purge: ActRecord | undefined,
): Promise<string | undefined> {
  const authority = await loadAuthority(workspace);
  const { policy } = purge?.act ?? declaration;
  const view = viewsAt(authority, [policy]).get(policy);
  if (view === undefined) return 'the authority record it was decided under is unknown';
  const claim: RecordClaim =
    purge === undefined
      ? { kind: 'tombstone', record: declaration, chain }
      : { kind: 'purge', record: purge.act, chain: purge.chain };
  return recordDecisionProblem(workspace, claim, { view, resources: [view.repository] });
}

/** Tells whether a tombstone was lifted by somebody who may: a lift that was planted lifts nothing. */
export async function isLifted(workspace: Workspace, record: TombstoneRecord): Promise<boolean> {
  return record.status === 'lifted' && (await removalProblem(workspace, record, 'lift')) === undefined;
}

interface AskedAct {
  readonly act: ActRecord;
  readonly kind: ActKind;
  readonly declared: TombstoneRecord['declaration'];
}

interface Where {
  readonly authority: LoadedAuthority;
  readonly found: CoveredPlaces;
  readonly files: TombstoneRecord['declaration']['covers']['files'];
}

async function actProblem(
  workspace: Workspace,
  { act: { act, chain }, kind, declared }: AskedAct,
  { authority, found, files }: Where,
): Promise<string | undefined> {
  const reused = act.consent === null ? undefined : await reuseOf(workspace, authority.view, act);
  if (reused !== undefined) return reused;
  const views = viewsAt(authority, [declared.policy, act.policy]);
  const [before, then] = [views.get(declared.policy), views.get(act.policy)];
  if (before === undefined || then === undefined)
    return 'the authority record it was decided under is unknown';
  if (!authority.fold.graph.knows(act.policy, declared.policy))
    return 'it was decided under an older authority record than its tombstone';
  const { view: now } = authority;
  const resourcesAt = (at: Instant): readonly string[] => {
    const concerned = concernedResources(now.repository, found, { files, wasThere: capturedBy(at) });
    return concerned.length === 0 ? [now.repository] : concerned;
  };
  const claim = { kind, record: act, chain } as const;
  // The time is its author's word: dated back it would pass over what others captured since.
  const at = act.at < declared.at ? declared.at : act.at;
  const [resourcesThen, resourcesNow] = [resourcesAt(at), resourcesAt(workspace.clock.now())];
  return (
    (await recordDecisionProblem(workspace, claim, { view: then, resources: resourcesThen })) ??
    // What was asked of it, and of what it tells, was asked then; whether that is enough by now is asked below.
    (await recordDecisionProblem(
      workspace,
      { ...claim, record: { ...act, shun: [] } },
      { view: { ...now, policies: [] }, resources: resourcesNow },
    )) ??
    (await guardProblem(workspace, claim, { named: then, present: now, resourcesThen, resourcesNow }))
  );
}

/** In another clone the same consent may have been used first: its record came here with the tombstones. */
async function reuseOf(
  workspace: Workspace,
  view: AuthorityView,
  { at, holder, consent }: ActRecord['act'],
): Promise<string | undefined> {
  const { records } = await examineTombstones(workspace, view);
  const acts = [...records.values()].flatMap(({ lifts, purges }) => [...lifts, ...purges]);
  const own = acts.find(({ act }) => act.at === at && act.holder === holder && act.consent === consent);
  return reusedConsents(records.values()).find(({ act }) => act === own?.id)?.why;
}

/** The authority chain as it was at some of its records; what is not in the chain is left out. */
function viewsAt(
  { fold: { graph } }: LoadedAuthority,
  wanted: readonly AuthorityId[],
): ReadonlyMap<AuthorityId, AuthorityView> {
  return new Map(
    wanted.flatMap((id) => {
      const view = graph.view(id);
      return view === undefined ? [] : [[id, view] as const];
    }),
  );
}
