import type { Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type RequestId, type TombstoneId } from '#domain/id.ts';
import { purgeAct } from '#domain/request/guarded-purge.ts';
import { actText } from '#domain/request/intended-act.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { PurgeResult } from '#domain/results/removal-results.ts';
import type { QuarantinedContent } from '#ports/removal.ts';
import type { RewriteReport } from '#ports/removal/rewriting.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { markContents, untold } from '#usecases/content/travelling/mark-contents.ts';
import { whenRotated } from '#usecases/incident/when-rotated.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { tellUnsoundHeads } from '#usecases/states/name-head.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { gatherConcerned, statesOf } from './places/concerned.ts';
import { purgeAsk, purgeResources } from './meant/asked-purge.ts';
import { blindAsk, findMeant } from './meant/find-meant.ts';
import { toTravel } from './meant/to-travel.ts';
import { targetOf } from './finish-purge.ts';
import { requireReader } from './find/require-reader.ts';
import { readHeldContent } from './held-content.ts';
import { findResidue } from './residue.ts';
import { namedFiles, refuseRenaming } from './names/purge-names.ts';
import { requireRewritable, rewritingOf } from './rewrite/rewrite-history.ts';
import { tellApproved } from './rewrite/protected-branches.ts';
import { dropRewriteOrder, noteRewriteOrder } from './rewrite/rewrite-order.ts';
import { hasPurged } from './settle.ts';
import { findTombstonePlaces } from './places/tombstone-places.ts';
import { tellRefusal } from './would-deny.ts';

export interface PurgeOptions {
  /** A tombstone's id, the beginning of one, or a path that one covers. */
  readonly name: string;
  /** Asked once it is known what is meant, before anything is locked; false ends it. */
  readonly confirm: (tombstone: TombstoneId) => Promise<boolean>;
  readonly dryRun: boolean;
  /** Rewrites Git's own history where it holds the content. */
  readonly rewriteGit: boolean;
  /** The proposal that is applied; null where any will do, or none is needed. */
  readonly consent: RequestId | null;
}

type Purged = Omit<PurgeResult, 'operation'>;

/**
 * Destroys what a tombstone covers in this clone, for good. Throws `PURGE_REFUSED` without a tombstone,
 * `CONFIRMATION_MISSING`, `QUARANTINE_MISSING`, and what {@link mutate} throws.
 */
export async function purge(workspace: Workspace, options: PurgeOptions): Promise<Mutated<Purged>> {
  const look = findMeant(workspace, await loadAuthority(workspace), options.name);
  if (options.dryRun) {
    const meant = await look;
    return (await isDone(workspace, meant)) ? alreadyPurged(meant) : previewPurge(workspace, meant, options);
  }
  const meant = await look.catch((error: unknown) => failToReaders(workspace, error));
  if (await isDone(workspace, meant)) {
    await tellReaders(workspace, async () => alreadyPurged(meant).result);
    return alreadyPurged(meant);
  }
  if (!(await options.confirm(meant.id))) await failToReaders(workspace, unconfirmed(meant));
  const { args } = purgeAct(workspace.hasher, (await loadAuthority(workspace)).view, {
    tombstone: meant.id,
    rewriteGit: options.rewriteGit,
  });
  const told: string[] = [];
  const done = await mutate<Purged>(workspace, {
    op: 'purge',
    args,
    consent: options.consent ?? undefined,
    asksPassphrase: true,
    propose: (ground) =>
      propose(workspace, ground, { id: meant.id, rewriteGit: options.rewriteGit, args, told }),
    blind: blindAsk,
  });
  const notes = [...done.notes, ...told, ...(await tellUnsoundHeads(workspace))];
  const { view } = await loadAuthority(workspace);
  const rotatedAt = await whenRotated(workspace, view, meant.declaration);
  const outcome = done.outcomes.find(({ kind }) => kind === 'purge');
  if (outcome === undefined) return { ...done, notes, result: { ...done.result, rotatedAt } };
  const { kind: _, ...found } = outcome;
  return { ...done, notes, result: { ...done.result, rotatedAt, ...found } };
}

/** Before anything is said of a tombstone: whoever may not read is refused alike, whether or not there is one. */
async function tellReaders(workspace: Workspace, result: () => Promise<Purged>): Promise<void> {
  await mutate<Purged>(workspace, {
    op: 'purge',
    args: { tombstone: null },
    asksPassphrase: false,
    propose: async () => ({ kind: 'nothing', result: await result() }),
    blind: blindAsk,
  });
}

async function failToReaders(workspace: Workspace, error: unknown): Promise<never> {
  await tellReaders(workspace, async () => {
    throw error;
  });
  throw error;
}

function unconfirmed({ id }: TombstoneRecord): HeddleError {
  return new HeddleError('CONFIRMATION_MISSING', `the purge of ${shortId(id)} was not confirmed`, {
    facts: {
      tombstone: id,
      advice: `look at it with \`heddle purge ${shortId(id)} --dry-run\`, then type its id, or say --yes`,
    },
    preserved: 'nothing was destroyed',
  });
}

async function isDone(workspace: Workspace, record: TombstoneRecord): Promise<boolean> {
  return hasPurged(record, (await workspace.replica()).replica);
}

/** Whoever repeats a purge that was killed may find that the beginning of this very command has finished it. */
function alreadyPurged(record: TombstoneRecord): Mutated<Purged> {
  const notes = [`${shortId(record.id)} was destroyed in this clone already`];
  return { result: { ...nothingYet(record), outcome: 'complete' }, operation: null, outcomes: [], notes };
}

interface Order {
  readonly id: TombstoneId;
  readonly rewriteGit: boolean;
  /** What its line says. */
  readonly args: Json;
  /** Hears what is to be said of it. */
  readonly told: string[];
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  { id, rewriteGit, args, told }: Order,
): Promise<Proposal<Purged>> {
  const { authority, replica } = ground;
  const { view } = authority;
  // Others agree to it as it stands under the lock, which is what its line says.
  if (
    actText({ op: 'purge', args }) !==
    actText(purgeAct(workspace.hasher, view, { tombstone: id, rewriteGit }))
  )
    throw movedMeanwhile();
  // Read again: somebody may have lifted it before the lock was free.
  const record = await findMeant(workspace, authority, id);
  if (hasPurged(record, replica.replica)) {
    return { kind: 'nothing', result: alreadyPurged(record).result };
  }
  const concerned = await gatherConcerned(
    workspace,
    view.repository,
    await findTombstonePlaces(workspace, record),
  );
  return {
    kind: 'ask',
    ask: { operation: 'purge:apply', resources: purgeResources(concerned, view.repository, { rewriteGit }) },
    plan: async ({ batch, consents }) => {
      // An order that this home cannot carry out would wait for another's command to do it unasked.
      const isSpent = (await workspace.quarantine.state(id)) === 'spent';
      const kept = isSpent ? undefined : await readHeldContent(workspace, record);
      if (kept !== undefined && rewriteGit) {
        refuseRenaming(id, kept);
        await requireRewritable(workspace, id, rewritingOf(record, kept));
        await noteRewriteOrder(workspace, id);
      } else await dropRewriteOrder(workspace, id);
      const tombstones = await loadTombstones(workspace, view);
      const author = { ...recordAuthor(ground), replica };
      const draft = new TombstoneDraft(workspace, author, tombstones, batch);
      const removal = untold(record, kept?.contents);
      const { blobs, notes } = await toTravel(workspace, view, { operation: 'purge:apply', ...removal });
      const shun = await markContents(workspace, view, blobs);
      told.push(...notes);
      draft.purge(id, 'purge', { consent: consents[0] ?? null, shun });
      return {
        states: statesOf(concerned, record),
        refs: [draft.refChange()],
        effects: [{ kind: 'purge', tombstone: id }],
        inverse: null,
        paths: concerned.paths,
        result: { ...nothingYet(record), states: statesOf(concerned, record) },
      };
    },
  };
}

function movedMeanwhile(): HeddleError {
  return new HeddleError('REF_MOVED', 'policies or owners have changed meanwhile', {
    preserved: 'nothing was destroyed',
  });
}

function nothingYet({ id, declaration: { reasonCode, rotatedAt } }: TombstoneRecord): Purged {
  const told = { tombstone: id, reasonCode, rotatedAt };
  return { ...told, outcome: null, states: [], destroyed: [], residue: [], rewritten: null, dryRun: false };
}

async function previewRewrite(
  workspace: Workspace,
  record: TombstoneRecord,
  kept: QuarantinedContent,
): Promise<RewriteReport> {
  const rewriting = rewritingOf(record, kept);
  refuseRenaming(record.id, kept);
  await requireRewritable(workspace, record.id, rewriting);
  return workspace.rewriter.preview(rewriting);
}

/** The residue list, without a change. */
async function previewPurge(
  workspace: Workspace,
  record: TombstoneRecord,
  { rewriteGit }: PurgeOptions,
): Promise<Mutated<Purged>> {
  const { view } = await loadAuthority(workspace);
  const places = await findTombstonePlaces(workspace, record);
  const concerned = await gatherConcerned(workspace, view.repository, places);
  const resources = purgeResources(concerned, view.repository, { rewriteGit });
  // Whoever plants a guess and looks again would be told whether it is right.
  await requireReader(workspace, resources);
  const notes = await tellRefusal(
    workspace,
    purgeAsk(workspace, view, { id: record.id, rewriteGit, resources }),
  );
  const kept = await readHeldContent(workspace, record);
  const residue = [
    ...(await findResidue(
      workspace,
      await targetOf(workspace, record, { kept, batch: workspace.writer.batch() }),
    )),
    ...(await namedFiles(workspace, kept.names ?? [])),
  ];
  const rewritten = rewriteGit ? await previewRewrite(workspace, record, kept) : null;
  const states = statesOf({ states: places.map(({ state }) => state) }, record);
  const result = { ...nothingYet(record), states, residue, rewritten, dryRun: true };
  const approved = rewritten === null ? [] : tellApproved(view, rewritten.refs);
  const removal = untold(record, kept.contents);
  const travel = await toTravel(workspace, view, { operation: 'purge:apply', ...removal });
  return { result, operation: null, outcomes: [], notes: [...notes, ...travel.notes, ...approved] };
}
