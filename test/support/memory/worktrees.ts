import { hashObject } from '#git/objects/hash.ts';
import { HeddleError } from '#domain/error.ts';
import type { ReachedCommit } from '#domain/state/brought-commit.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId, ObjectReader, ObjectWriter, TreeComparer } from '#ports/objects.ts';
import type { RepositoryPlaces, Revisions, UnfaithfulFile, Worktree, Worktrees } from '#ports/repository.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { writeFiles, type MemoryFile } from './files.ts';

export const PLACES: RepositoryPlaces = {
  worktree: '/srv/core',
  gitDir: '/srv/core/.git',
  commonDir: '/srv/core/.git',
  objectFormat: 'sha1',
};

/** The work tree that the caller stands in: a map of files, and what Git says of it. */
export interface MemoryWorktree extends Worktree {
  readonly files: Map<string, MemoryFile>;
  head: ObjectId | null;
  /** What HEAD reaches beside what it was at the start of a thread, HEAD first. */
  reached: readonly ReachedCommit[];
  unfaithfulFiles: readonly UnfaithfulFile[];
}

/** A work tree without a disk; whatever stands in `files` is what a scan finds. */
export function createMemoryWorktree(
  writer: ObjectWriter,
  { objects, comparer }: { readonly objects: ObjectReader; readonly comparer: TreeComparer },
): MemoryWorktree {
  const worktree: MemoryWorktree = {
    files: new Map(),
    head: null,
    reached: [],
    unfaithfulFiles: [],
    async scan({ preview }) {
      const idOf = (path: Uint8Array) => {
        const file = worktree.files.get(rawKey(path));
        return file === undefined ? undefined : hashObject('blob', Buffer.from(file.content, 'latin1'));
      };
      const left = await preview?.({
        paths: [...worktree.files.keys()].map((path) => Buffer.from(path, 'latin1')),
        read(path) {
          const content = worktree.files.get(rawKey(path))?.content;
          if (content === undefined) return undefined;
          return { bytes: Buffer.from(content, 'latin1'), blob: idOf(path) ?? null };
        },
        blobs: async (paths) => paths.map(idOf),
        replaced: async (from) => comparer.compare(from, null),
      });
      const names = new Set(left?.map(rawKey));
      const taken = [...worktree.files].filter(([path]) => !names.has(path));
      return { tree: await writeFiles(writer, new Map(taken)) };
    },
    changes: async ({ seed }) => comparer.compare(seed, await writeFiles(writer, worktree.files)),
    unfaithful: async (paths) =>
      worktree.unfaithfulFiles.filter(({ path }) => paths.some((asked) => asked.join() === path.join())),
    async advance(from, to) {
      for (const { path, newMode, newId } of await comparer.compare(from, to)) {
        const name = rawKey(path);
        const blob = newId === null ? undefined : await objects.read(newId, Infinity);
        if (newMode === null || blob === undefined) worktree.files.delete(name);
        else worktree.files.set(name, { mode: newMode, content: rawKey(blob.content) });
      }
    },
    inTheWay: async () => [],
    headCommit: async () => worktree.head,
    headBranch: async () => 'main',
    commitsSince: async (known) => (known.includes(worktree.head ?? '') ? [] : worktree.reached),
  };
  return worktree;
}

/** Linked worktrees without a disk: directory to the tree that was checked out there. */
export interface MemoryWorktrees extends Worktrees {
  readonly linked: Map<string, ObjectId | null>;
}

/** Linked worktrees without a disk. What is in the way is a directory that is linked already. */
export function createMemoryWorktrees(writer: ObjectWriter): MemoryWorktrees {
  const linked = new Map<string, ObjectId | null>();
  const requireFree = async (directory: string): Promise<string> => {
    if (!linked.has(directory)) return directory;
    throw new HeddleError('OUTPUT_EXISTS', 'there is something already', { facts: { directory } });
  };
  const list: Worktrees['list'] = async () => [
    { directory: PLACES.worktree, gitDir: PLACES.gitDir },
    ...[...linked.keys()].map((directory) => ({ directory, gitDir: gitDirOf(directory) })),
  ];
  return {
    linked,
    requireFree,
    async add(directory) {
      await requireFree(directory);
      linked.set(directory, null);
      return { ...PLACES, worktree: directory, gitDir: gitDirOf(directory) };
    },
    async materialise(places, tree) {
      linked.set(places.worktree, tree);
    },
    async open(directory) {
      const tree = linked.get(directory);
      if (tree === undefined) return 'gone';
      return {
        places: { ...PLACES, worktree: directory, gitDir: gitDirOf(directory) },
        keepsModules: false,
        worktree: {
          scan: async () => ({ tree: tree ?? (await writeFiles(writer, new Map())) }),
          changes: async () => [],
          unfaithful: async () => [],
          headCommit: async () => null,
          headBranch: async () => null,
          commitsSince: async () => [],
          advance: async () => undefined,
          inTheWay: async () => [],
        },
      };
    },
    async remove(directory) {
      linked.delete(directory);
    },
    find: async (asked) => (await list()).find(({ directory }) => directory === asked),
    list,
  };
}

function gitDirOf(directory: string): string {
  return `${PLACES.commonDir}/worktrees/${directory.slice(directory.lastIndexOf('/') + 1)}`;
}

/** Git's own history without a disk: names of commits, beside their ids. */
export function createMemoryRevisions(
  objects: ObjectReader,
  names: ReadonlyMap<string, ObjectId>,
): Revisions {
  return {
    async resolveCommit(revision) {
      const id = names.get(revision) ?? revision;
      const object = /^[0-9a-f]{40}$/.test(id) ? await objects.read(id, Infinity) : undefined;
      return object?.kind === 'commit' ? id : undefined;
    },
    async commitTree(commit) {
      const links = parseCommitLinks((await objects.read(commit, Infinity))?.content ?? new Uint8Array());
      if (links !== undefined) return links.tree;
      throw new HeddleError('NOT_FOUND', 'there is no such commit', { facts: { commit } });
    },
  };
}
