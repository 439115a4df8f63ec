import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Landing, MergeAnswer, MergeQuestion } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { commitsBelow } from './transport.ts';

/** Merges file by file: one that both sides changed, and not alike, is a conflict. The branch is checked out nowhere. */
export function createMemoryLanding(workspace: Workspace): Landing {
  return {
    merge: (question, theirs) => merge(workspace, question, theirs),
    addTrailers: async (message, trailers) =>
      `${message.trimEnd()}\n\n${trailers.map(({ token, value }) => `${token}: ${value}\n`).join('')}`,
    isAncestor: async (commit, head) => (await commitsBelow(workspace, [head])).has(commit),
    commonAncestor: async (one, other) => {
      const known = await commitsBelow(workspace, [one]);
      return [...(await commitsBelow(workspace, [other]))].find((commit) => known.has(commit)) ?? null;
    },
    countCommits: async (from, to) => {
      const known = await commitsBelow(workspace, [from]);
      return [...(await commitsBelow(workspace, [to]))].filter((commit) => !known.has(commit)).length;
    },
    isSymbolic: async () => false,
    placesOf: async () => [],
    differing: async (_place, tree) => {
      const changes = await workspace.worktree.changes({ seed: tree, maxFileBytes: Infinity });
      return changes.map(({ path }) => path);
    },
    obstacles: async () => [],
    follow: async () => undefined,
    underWay: async () => null,
    readIndex: async () => ({ tree: null, unmerged: [], submodules: [] }),
    writeIndex: async () => undefined,
  };
}

/** The tree of a commit; null for none. */
export async function treeAt(
  { objects }: Pick<Workspace, 'objects'>,
  commit: ObjectId | null,
): Promise<ObjectId | null> {
  if (commit === null) return null;
  const content = (await objects.read(commit, Infinity))?.content;
  return content === undefined ? null : (parseCommitLinks(content)?.tree ?? null);
}

async function merge(
  workspace: Workspace,
  { kind, ours, from }: MergeQuestion,
  theirs: ObjectId,
): Promise<MergeAnswer> {
  const here = kind === 'trees' ? ours : await treeAt(workspace, ours);
  const before = kind === 'trees' ? from : await treeAt(workspace, from);
  const mine = new Map(
    (await workspace.comparer.compare(before, here)).map((one) => [rawKey(one.path), one]),
  );
  const edits = await workspace.comparer.compare(before, theirs);
  const differs = (one: TreeChange): boolean => {
    const other = mine.get(rawKey(one.path));
    return other !== undefined && other.newId !== one.newId;
  };
  const conflicts = edits.filter(differs).map(({ path }) => ({ path, kind: 'content' as const, stages: [] }));
  if (here === null) return { kind: 'merged', tree: theirs };
  const batch = workspace.writer.batch();
  const tree = await editTree(workspace, batch, { tree: here, edits });
  await batch.write();
  return conflicts.length > 0 ? { kind: 'conflict', tree, conflicts } : { kind: 'merged', tree };
}
