import { utf8 } from '#domain/encoding/bytes.ts';
import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import { maskParts } from '#domain/removal/spans/mask-parts.ts';
import { replaceContent } from '#domain/removal/spans/replace-content.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Erasable, QuarantinedContent } from '#ports/removal.ts';
import type {
  RewriteMoves,
  RewriteObstacle,
  RewriteReport,
  Rewriting,
  Rewritten,
} from '#ports/removal/rewriting.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { keepCommitMap } from '#usecases/states/replaced/commit-map.ts';
import { changeThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { goneParts } from './gone-parts.ts';
import { requireGuarded } from './protected-branches.ts';

const ATTEMPTS = 5;

/** What of a tombstone leaves Git's history: in its place stands what stands in carriers, and in work trees. */
export function rewritingOf(record: TombstoneRecord, kept: QuarantinedContent): Rewriting {
  const known = new Map(kept.contents.map((content) => [content.blob, content]));
  const parts = goneParts(kept);
  return {
    parts: parts.map(({ bytes }) => bytes),
    mask: (bytes) => maskParts(bytes, { id: record.id, parts }),
    blobs: new Set(known.keys()),
    replacement: ({ blob, name, kind }) => {
      const content = known.get(blob);
      invariant(content, 'only what is removed is replaced');
      return replaceContent(record, content, { name: escapeSegment(name), kind });
    },
  };
}

/** Throws `REWRITE_REFUSED` where something stands in the way. */
export async function requireRewritable(
  workspace: Workspace,
  tombstone: TombstoneId,
  rewriting: Rewriting,
): Promise<void> {
  const obstacles: readonly Obstacle[] = [
    ...(await workspace.rewriter.obstacles(rewriting)),
    ...(await waitingLandings(workspace)),
  ];
  const [first] = obstacles;
  if (first === undefined) {
    const { view } = await loadAuthority(workspace);
    // A look through history takes its time: nobody takes it for what no policy asks.
    if (view.policies.length === 0) return;
    const { refs } = await workspace.rewriter.preview(rewriting);
    requireGuarded(view, { tombstone, refs });
    return;
  }
  throw new HeddleError('REWRITE_REFUSED', `Git's history cannot be rewritten: ${WORDS[first.kind]}`, {
    facts: { tombstone, obstacles: obstacles.map(({ kind, where }) => `${kind}: ${where}`) },
    preserved: 'nothing was changed',
  });
}

type Obstacle = Pick<RewriteObstacle, 'where'> & { readonly kind: RewriteObstacle['kind'] | 'landing' };

const WORDS: Readonly<Record<Obstacle['kind'], string>> = {
  shallow: 'this clone is shallow; `git fetch --unshallow` brings the rest',
  partial: 'this clone is partial; do it in a full one',
  grafts: 'there are grafts; take `info/grafts` away, or make them real with `git replace --graft`',
  operation: 'an unfinished operation of git needs it; finish or abort that first',
  'worktree-ref': 'a ref of a single worktree needs it; drop that ref first',
  'heddle-ref': 'a ref of heddle itself stands on it',
  landing: 'a landing waits in a worktree; `heddle continue` or `heddle abort` there first',
};

async function waitingLandings(workspace: Workspace): Promise<readonly Obstacle[]> {
  const found: Obstacle[] = [];
  for (const { directory, gitDir } of await workspace.worktrees.list()) {
    const landing = await workspace.records.readLanding(gitDir);
    if (landing !== undefined) found.push({ kind: 'landing', where: directory });
  }
  return found;
}

/**
 * Rewrites Git's history and lets what this clone keeps of it follow. Can be done again after a kill. Throws `REF_MOVED`
 * where somebody keeps moving refs.
 */
export async function rewriteGit(
  workspace: Workspace,
  record: TombstoneRecord,
  rewriting: Rewriting,
): Promise<Rewritten> {
  workspace.progress.step("rewriting Git's history", 0, null);
  for (let tried = 1; ; tried += 1) {
    try {
      return await workspace.rewriter.rewrite(rewriting, (moves) => keep(workspace, record.id, moves));
    } catch (error) {
      // Somebody committed meanwhile: that is rewritten, too.
      const again = error instanceof HeddleError && error.code === 'REF_MOVED' && tried < ATTEMPTS;
      if (!again) throw error;
    }
  }
}

/** Before anything moves: afterwards nobody could tell any more what came of what. */
async function keep(
  workspace: Workspace,
  tombstone: TombstoneId,
  { commits, refs }: RewriteMoves,
): Promise<void> {
  await keepCommitMap(workspace, commits);
  await keepRefNames(workspace, tombstone, refs);
  await changeThreadRecords(workspace, (thread) => {
    const base = thread.base === null ? undefined : commits.get(thread.base);
    return base === undefined ? undefined : { ...thread, base };
  });
}

/*
 * <common dir>/heddle/rewrite/refs-<tombstone>, a line for each ref that moved:
 *
 *   <keyed digest of its id before> <its id after> <name>
 */
async function keepRefNames(
  workspace: Workspace,
  tombstone: TombstoneId,
  refs: RewriteMoves['refs'],
): Promise<void> {
  const { keyed } = await workspace.replica();
  const lines = refs.map(({ name, old, new: next }) => `${keyed('rewrite', utf8(old))} ${next} ${name}\n`);
  const name = `refs-${tombstone}`;
  const before = new TextDecoder().decode(await workspace.rewriteNotes.read(name));
  // Done again after a kill, or for what came later, it moves other refs than before.
  const kept = before
    .split('\n')
    .filter((line) => line !== '' && !refs.some((ref) => line.endsWith(` ${ref.name}`)))
    .map((line) => `${line}\n`);
  await workspace.rewriteNotes.write(name, utf8([...kept, ...lines].join('')));
}

/** The same target where indexes get what the rewritten history has at each path. */
export function followingTarget(
  workspace: Workspace,
  target: Erasable,
  {
    kept: { contents },
    rewriting,
    files,
  }: { readonly kept: QuarantinedContent; readonly rewriting: Rewriting } & Pick<Rewritten, 'files'>,
): Erasable {
  const kinds = new Map(contents.map(({ blob, kind }) => [blob, kind]));
  const unwritten = workspace.writer.batch();
  const replacementAt = (blob: ObjectId, path: Uint8Array): ObjectId | undefined => {
    const kind = kinds.get(blob);
    if (kind === undefined) return undefined;
    const name = splitPath(path).at(-1) ?? path;
    return unwritten.add('blob', rewriting.replacement({ blob, name, kind }));
  };
  const replacements = new Map([
    ...target.replacements,
    ...files.map(({ blob, masked }) => [blob, masked] as const),
  ]);
  return { ...target, replacements, replacementAt };
}

/** How a purge that rewrote says so. */
export function rewrittenClauses({ commits, refs, stashes }: RewriteReport): readonly string[] {
  if (commits === 0) return [];
  return [`${commits} commits of Git's history, under ${refs.length} refs and ${stashes} stashes`];
}
