import { HeddleError } from '#domain/error.ts';
import type { ReachedCommit } from '#domain/state/brought-commit.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { Aside, Worktrees } from '#ports/worktree/worktrees.ts';
import type { ObjectId, ObjectReader } from '#ports/objects.ts';
import type {
  RepositoryPlaces,
  Revisions,
  ScannedWorktree,
  UnfaithfulFile,
  Worktree,
} from '#ports/repository.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { writeFiles, type MemoryFile } from './files.ts';
import type { MemoryObjects, ObjectsBeside } from './objects.ts';

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
  /** The same, of which objects are made beside the store. */
  scanned(beside: ObjectsBeside): ScannedWorktree;
}

/** A work tree without a disk; whatever stands in `files` is what a scan finds. */
export function createMemoryWorktree(store: MemoryObjects): MemoryWorktree {
  const worktree: MemoryWorktree = {
    files: new Map(),
    head: null,
    reached: [],
    unfaithfulFiles: [],
    scanned: ({ writer, objects, comparer }) => ({
      ...worktree,
      scan: async () => ({ tree: await writeFiles(writer, worktree.files) }),
      async advance(from, to) {
        for (const { path, newMode, newId } of await comparer.compare(from, to)) {
          const name = rawKey(path);
          const blob = newId === null ? undefined : await objects.read(newId, Infinity);
          if (newMode === null || blob === undefined) worktree.files.delete(name);
          else worktree.files.set(name, { mode: newMode, content: rawKey(blob.content) });
        }
      },
    }),
    async changes({ seed }) {
      const { writer, comparer } = store.beside();
      return comparer.compare(seed, await writeFiles(writer, worktree.files));
    },
    unfaithful: async (paths) =>
      worktree.unfaithfulFiles.filter(({ path }) => paths.some((asked) => asked.join() === path.join())),
    inTheWay: async () => [],
    headCommit: async () => worktree.head,
    headBranch: async () => 'main',
    commitsSince: async (known) => (known.includes(worktree.head ?? '') ? [] : worktree.reached),
  };
  return worktree;
}

/** What of a workspace sees no difference. */
type OtherPorts = Pick<Aside, 'revisions' | 'landing' | 'lineTracers'>;

/** Looks at a work tree without a disk. */
export function createMemoryAside(
  store: MemoryObjects,
  worktree: Pick<MemoryWorktree, 'scanned'>,
  { revisions, landing, lineTracers }: OtherPorts,
): Aside {
  const beside = store.beside();
  return {
    ...beside,
    revisions,
    landing,
    lineTracers,
    worktree: worktree.scanned(beside),
    worktreeAt: async () => undefined,
    keep: async () => beside.store(null),
    keepOnly: async (roots) => beside.store(roots),
    close: async () => undefined,
  };
}

/** Linked worktrees without a disk: directory to the tree that was checked out there. */
export interface MemoryWorktrees extends Worktrees {
  readonly linked: Map<string, ObjectId | null>;
}

/** Linked worktrees without a disk. What is in the way is a directory that is linked already. */
export function createMemoryWorktrees(store: MemoryObjects, ports: () => OtherPorts): MemoryWorktrees {
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
      const worktree: Worktree = {
        changes: async ({ seed }) => store.comparer.compare(seed, tree),
        unfaithful: async () => [],
        headCommit: async () => null,
        headBranch: async () => null,
        commitsSince: async () => [],
        inTheWay: async () => [],
      };
      const scanned: MemoryWorktree['scanned'] = ({ writer }) => ({
        ...worktree,
        scan: async () => ({ tree: tree ?? (await writeFiles(writer, new Map())) }),
        advance: async () => undefined,
      });
      return {
        places: { ...PLACES, worktree: directory, gitDir: gitDirOf(directory) },
        keepsModules: false,
        aside: async () => createMemoryAside(store, { scanned }, ports()),
        worktree,
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
