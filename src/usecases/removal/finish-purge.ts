import { HeddleError } from '#domain/error.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { replaceContent } from '#domain/removal/spans/replace-content.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Erasable, QuarantinedContent } from '#ports/removal.ts';
import type { RewriteReport } from '#ports/removal/rewriting.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { removalProblem } from '#usecases/tombstones/removal-problem.ts';
import type { PurgeOutcome } from '#usecases/transaction/effects.ts';
import { readHeldContent } from './held-content.ts';
import { publishReceipt } from './publish-receipt.ts';
import { findResidue, isLeft } from './residue.ts';
import { replaceCopies } from './veil.ts';
import { dropSnapshots } from './drop-snapshots.ts';
import { hideLines, textContents } from './texts/local-texts.ts';
import { maskCopies } from './rewrite/masked-copies.ts';
import { formerPlaces, tellFormerIds } from './rewrite/former-ids.ts';
import { dropSaltsOfOthers, nameContents, namedFiles, saltsOfOthers } from './names/purge-names.ts';
import { followingTarget, rewriteGit, rewrittenClauses, rewritingOf } from './rewrite/rewrite-history.ts';
import { dropRewriteOrder, isRewriteOrdered } from './rewrite/rewrite-order.ts';

/**
 * Destroys what a purge record of the verified set orders: cleans what refers to the content, evicts it, looks for
 * what is left, destroys the quarantine, and signs a receipt, in this order. Killed anywhere, it is finished by
 * calling it again. Throws `PURGE_REFUSED` where no owner ordered it, `QUARANTINE_MISSING` where it cannot be known
 * any more what to look for.
 */
export async function finishPurge(workspace: Workspace, tombstone: TombstoneId): Promise<PurgeOutcome> {
  const record = await requireOrdered(workspace, tombstone);
  const { former, ...found } = await eraseContent(workspace, record);
  const left = found.residue.filter(isLeft);
  const outcome = left.length === 0 ? 'complete' : 'incomplete';
  // The point of no return. What still stands somewhere must stay findable for the next run.
  if (outcome === 'complete') await workspace.quarantine.spend(tombstone);
  const signed = await publishReceipt(workspace, tombstone, {
    outcome,
    places: [...placesOf(left), ...former],
  });
  if (signed && outcome === 'complete') await workspace.quarantine.forget(tombstone);
  await dropRewriteOrder(workspace, tombstone);
  return { outcome, ...found };
}

/** Names of places, each once: what a receipt tells. Paths of a work tree may tell more than that. */
function placesOf(left: readonly Residue[]): readonly string[] {
  return [...new Set(left.map(({ place, where }) => (place === 'ref' ? where : place)))].toSorted();
}

/** A log line is not enough: an owner's own signature, under a token that nobody narrowed, has to order it. */
async function requireOrdered(workspace: Workspace, tombstone: TombstoneId): Promise<TombstoneRecord> {
  const { view } = await loadAuthority(workspace);
  const record = (await loadTombstones(workspace, view)).records.get(tombstone);
  const problem = record === undefined ? 'it is unknown' : await removalProblem(workspace, record, 'purge');
  if (record !== undefined && problem === undefined) return record;
  throw new HeddleError('PURGE_REFUSED', `${shortId(tombstone)} is not to be purged: ${problem ?? ''}`, {
    facts: { tombstone },
    preserved: 'nothing was destroyed',
  });
}

interface Erased extends Omit<PurgeOutcome, 'outcome'> {
  /** What a receipt tells of ids that stay. */
  readonly former: readonly string[];
}

async function eraseContent(workspace: Workspace, record: TombstoneRecord): Promise<Erased> {
  // A purge that was killed behind the point of no return has nothing to look for any more, and had looked.
  if ((await workspace.quarantine.state(record.id)) === 'spent') {
    const former = (await isRewriteOrdered(workspace, record.id)) ? await tellFormerIds(workspace) : [];
    return { destroyed: [], residue: [], rewritten: null, former: formerPlaces(former) };
  }
  const kept = await readHeldContent(workspace, record);
  const ready = await readyTarget(workspace, record, kept);
  await replaceCopies(workspace, record, kept.contents);
  await hideLines(workspace, record);
  const { target, rewritten } = await rewriteIfOrdered(workspace, record, { kept, ready });
  const destroyed = [...(rewritten === null ? [] : rewrittenClauses(rewritten))];
  destroyed.push(...(await dropSnapshots(workspace, new Set(kept.contents.map(({ blob }) => blob)))));
  const { steps } = workspace.eraser;
  for (const [done, step] of steps.entries()) {
    workspace.progress.step('destroying', done, steps.length);
    destroyed.push(...(await step.run(target)));
  }
  workspace.progress.step('looking for what is left', 0, null);
  // A delete in a database is no erasure: every home's index of this clone goes, and is made anew when it is needed.
  await workspace.localIndex.destroy();
  const residue = [
    ...(await findResidue(workspace, target)),
    ...(await namedFiles(workspace, kept.names ?? [])),
  ];
  await dropSaltsOfOthers(workspace, record, kept.names ?? []);
  const former = rewritten === null ? [] : await tellFormerIds(workspace);
  return { destroyed, residue: [...residue, ...former], rewritten, former: formerPlaces(former) };
}

/** Refs move before what they refer to goes: what they still reach is never evicted. */
async function rewriteIfOrdered(
  workspace: Workspace,
  record: TombstoneRecord,
  { kept, ready }: { readonly kept: QuarantinedContent; readonly ready: Erasable },
): Promise<{ readonly target: Erasable; readonly rewritten: RewriteReport | null }> {
  if (!(await isRewriteOrdered(workspace, record.id))) return { target: ready, rewritten: null };
  const rewriting = rewritingOf(record, kept);
  const { report, files } = await rewriteGit(workspace, record, rewriting);
  // Before the indexes, which are what tells of these copies after a kill.
  await maskCopies(workspace, files);
  return { target: followingTarget(workspace, ready, { kept, rewriting, files }), rewritten: report };
}

/** Indexes and stashes get the plain replacement, made durable before anything refers to it. */
async function readyTarget(
  workspace: Workspace,
  record: TombstoneRecord,
  kept: QuarantinedContent,
): Promise<Erasable> {
  const batch = workspace.writer.batch();
  const target = await targetOf(workspace, record, { kept, batch });
  await batch.write();
  return target;
}

/** What is to be destroyed; the replacements are added to a batch, and not written. */
export async function targetOf(
  workspace: Workspace,
  record: TombstoneRecord,
  {
    kept: { contents: files, texts, names = [] },
    batch,
  }: { readonly kept: QuarantinedContent; readonly batch: Pick<ObjectBatch, 'add'> },
): Promise<Erasable> {
  const replacements = new Map<ObjectId, ObjectId>();
  for (const file of files) {
    const bytes = replaceContent(record, file, { name: '', kind: file.kind });
    replacements.set(file.blob, batch.add('blob', bytes));
  }
  const written = texts === undefined ? [] : [...textContents(workspace, texts)];
  written.push(...nameContents(workspace, names));
  const stub = encodeRedactedTexts(record.id);
  for (const { blob } of written) replacements.set(blob, batch.add('blob', stub));
  const contents = [...files, ...written];
  const salts = [
    ...files.flatMap(({ entries }) => entries.map(({ salt }) => salt)),
    ...names.map(({ salt }) => salt),
    ...(await saltsOfOthers(workspace, record, names)),
  ];
  return { contents, salts, replacements, under: names.map(({ blob }) => blob) };
}
