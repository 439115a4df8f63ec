import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest, TombstoneId } from '#domain/id.ts';
import { openContent, type ManifestEntry } from '#domain/manifest/entry.ts';
import { withoutContent } from '#domain/manifest/hashes.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { replaceContent } from '#domain/removal/spans/replace-content.ts';
import type { TombstoneDeclaration } from '#domain/removal/tombstone.ts';
import type { RedactResult } from '#domain/results/removal-results.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { tellUnsoundHeads } from '#usecases/states/name-head.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Drafts, Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { requireReader } from './find/require-reader.ts';
import { findRedactable, type Redactable } from './find-redactable.ts';
import { gonePatterns, namePart, restsOf, tellEncoded } from './parts.ts';
import { findGitHolders } from './places/git-holders.ts';
import { tellOtherContents } from '#usecases/content/other-contents.ts';
import { rewriteCarriers, type EntryReplacement } from '#usecases/content/rewrite-carriers.ts';
import { markContents } from '#usecases/content/travelling/mark-contents.ts';
import { toTravel, type ToTravel } from './meant/to-travel.ts';
import { gatherConcerned } from './places/concerned.ts';
import { stillHere } from './places/still-here.ts';
import { typedPlace, type RedactionSaid, type RemovalTarget } from './places/target.ts';
import { lookAtWorktrees } from './places/worktree-copies.ts';
import { tellRefusal } from './would-deny.ts';

export type RedactOptions = RemovalTarget & RedactionSaid;

type Redacted = Omit<RedactResult, 'operation'>;

/**
 * Hides a content from every reader: a signed tombstone says so, the carriers are rebuilt with a replacement, the
 * bytes go to the quarantine. Throws `NOT_FOUND`, `NOT_REDACTABLE`, and what {@link mutate} throws.
 */
export async function redact(workspace: Workspace, options: RedactOptions): Promise<Mutated<Redacted>> {
  if (options.dryRun) return previewRedaction(workspace, options);
  const { path, state, all, reason, reasonCode, rotatedAt } = options;
  const part = await namePart(workspace, options);
  const others: string[] = [];
  const done = await mutate<Redacted>(workspace, {
    op: 'redact',
    args: { path, state, all, part, reason, reasonCode, rotatedAt },
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, { options, others }),
    blind: async ({ authority: { view } }) => ({
      operation: 'redact:apply',
      resources: [await typedPlace(workspace, view.repository, options)],
    }),
  });
  const { result } = done;
  const closed = done.outcomes.flatMap(({ residue }) => residue);
  const unsound = await tellUnsoundHeads(workspace);
  const notes = [...done.notes, ...unsound, ...others];
  return { ...done, notes, result: { ...result, residue: [...closed, ...result.residue] } };
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  { options, others }: { readonly options: RedactOptions; readonly others: string[] },
): Promise<Proposal<Redacted>> {
  workspace.progress.step('finding every copy', 0, null);
  const found = await findRedactable(workspace, ground.authority, options);
  const travel = await travelling(workspace, ground.authority.view, { options, found });
  return {
    kind: 'ask',
    ask: await askFor(workspace, ground.authority.view.repository, found),
    plan: async (drafts) => {
      const planned = await plan(workspace, { ground, options, found, drafts, marked: travel.blobs });
      // Before the refs move: what history held is known by now.
      others.push(...(await tellLeft(workspace, options, found)), ...travel.notes);
      return planned;
    },
  };
}

/** Says what of the same is still readable. */
async function tellLeft(
  workspace: Workspace,
  options: RedactOptions,
  { contents, encoded }: Redactable,
): Promise<readonly string[]> {
  const covered = new Set(contents.map(({ blob }) => blob));
  const gone = gonePatterns(options.part, contents);
  return [...tellEncoded(encoded), ...(await tellOtherContents(workspace, options, { covered, gone }))];
}

function travelling(
  workspace: Workspace,
  view: AuthorityView,
  { options: { reasonCode }, found: { contents } }: Pick<Planning, 'options' | 'found'>,
): Promise<ToTravel> {
  return toTravel(workspace, view, { operation: 'redact:apply', reasonCode, contents });
}

interface Planning {
  readonly ground: Ground;
  readonly options: RedactOptions;
  readonly found: Redactable;
  readonly drafts: Drafts;
  /** Contents that every clone is to refuse. */
  readonly marked: ToTravel['blobs'];
}

/** A tombstone that takes another's place takes its sidecar too: that is asked at the whole repository. */
async function askFor(
  workspace: Workspace,
  repository: string,
  { concerned, over }: Redactable,
): Promise<Ask> {
  const { resources } = concerned;
  if (over.earlier.length === 0) return { operation: 'redact:apply', resources };
  const others = await gatherConcerned(workspace, repository, over.places);
  return {
    operation: 'redact:apply',
    resources: [...new Set([repository, ...resources, ...others.resources])],
  };
}

async function plan(
  workspace: Workspace,
  { ground, options, found, drafts, marked }: Planning,
): Promise<Plan<Redacted>> {
  const { contents, places, concerned, tombstones, over } = found;
  const { view } = ground.authority;
  const author = { ...recordAuthor(ground), replica: ground.replica };
  const draft = new TombstoneDraft(workspace, author, tombstones, drafts.batch);
  const tombstone = draft.redact({
    files: [...new Set([...contents.flatMap(filesOf), ...over.spans.map(({ file }) => file)])],
    spans: restsOf(found),
    texts: over.earlier,
    paths: [...concerned.paths, ...over.paths],
    reason: options.reason,
    reasonCode: options.reasonCode,
    rotatedAt: options.rotatedAt,
    shun: await markContents(workspace, view, marked),
  });
  const stub = over.earlier.length === 0 ? '' : drafts.batch.add('blob', encodeRedactedTexts(tombstone.id));
  draft.replaceTexts(new Map(over.earlier.map((id) => [id, stub])));
  workspace.progress.step('rebuilding carriers', 0, null);
  const byBlob = new Map(contents.map((content) => [content.blob, content]));
  const rewritten = await rewriteCarriers(workspace, drafts.batch, {
    blobs: new Set(contents.map(({ blob }) => blob)),
    replace: (entry, blob) =>
      hideEntry(workspace, drafts.batch, { tombstone, entry, content: byBlob.get(blob) }),
  });
  // Before the line: bytes are never gone without a tombstone, nor a tombstone there without them.
  const texts = over.sidecars.length === 0 ? {} : { texts: { sidecars: over.sidecars, words: [] } };
  await workspace.quarantine.keep(tombstone.id, { contents, ...texts });
  const worktrees = await lookAtWorktrees(workspace, contents, places);
  return {
    states: concerned.states,
    refs: [...rewritten.refs, draft.refChange()],
    effects: [{ kind: 'veil', tombstone: tombstone.id }],
    inverse: null,
    paths: concerned.paths,
    result: {
      ...told(options, found),
      tombstone: tombstone.id,
      ...worktrees,
      residue: [...(await findGitHolders(workspace, places)), ...stillHere(tombstone.id)],
      dryRun: false,
    },
  };
}

function filesOf({ entries }: RemovedContent): readonly Digest[] {
  return entries.map(({ file }) => file);
}

interface Drafted {
  readonly id: TombstoneId;
  readonly declaration: TombstoneDeclaration;
}

/** The name's key outlives the salt: the directory's id stays, and the content cannot be guessed. */
export function hideEntry(
  workspace: Workspace,
  batch: ObjectBatch,
  {
    tombstone,
    entry,
    content,
  }: {
    readonly tombstone: Drafted;
    readonly entry: ManifestEntry;
    readonly content: RemovedContent | undefined;
  },
): EntryReplacement | undefined {
  if (content === undefined) return undefined;
  const isOpen = openContent(entry) !== undefined;
  if (!isOpen && content.masks === undefined) return undefined;
  // Another tombstone may be over it already: of that nobody knows what both leave.
  const rest = tombstone.declaration.spans.find(({ file }) => file === entry.id);
  const masking = { ...tombstone, id: rest?.by ?? tombstone.id };
  const { bytes } = content;
  return {
    secret: isOpen ? withoutContent(workspace.hasher, entry.secret) : entry.secret,
    blob: batch.add('blob', replaceContent(masking, rest === undefined ? { bytes } : content, entry)),
  };
}

/** What is told whether or not it is done. */
function told(
  { reasonCode, rotatedAt, part }: RedactOptions,
  { concerned: { states, places }, contents }: Redactable,
): Pick<RedactResult, 'reasonCode' | 'rotatedAt' | 'contents' | 'parts' | 'states' | 'places' | 'texts'> {
  const parts = contents.reduce((sum, { cuts = [] }) => sum + cuts.length, 0);
  return {
    reasonCode,
    rotatedAt,
    contents: contents.length,
    parts: part === null ? null : parts,
    states,
    places,
    texts: [],
  };
}

async function previewRedaction(workspace: Workspace, options: RedactOptions): Promise<Mutated<Redacted>> {
  if (options.part?.kind === 'match') await requireReader(workspace);
  const authority = await loadAuthority(workspace);
  const found = await findRedactable(workspace, authority, options);
  const result: Redacted = {
    ...told(options, found),
    tombstone: null,
    ...(await lookAtWorktrees(workspace, found.contents, found.places)),
    residue: await findGitHolders(workspace, found.places),
    dryRun: true,
  };
  const refusal = await tellRefusal(workspace, await askFor(workspace, authority.view.repository, found));
  const unsound = await tellUnsoundHeads(workspace);
  const travel = await travelling(workspace, authority.view, { options, found });
  const notes = [...refusal, ...unsound, ...(await tellLeft(workspace, options, found)), ...travel.notes];
  return { result, operation: null, outcomes: [], notes };
}
