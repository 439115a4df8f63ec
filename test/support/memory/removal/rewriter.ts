import type { HistoryRewriter, RewriteNotes, RewriteReport } from '#ports/removal/rewriting.ts';

/** A rewriting in which nothing held the content. */
const NOTHING: RewriteReport = {
  commits: 0,
  refs: [],
  worktrees: [],
  stashes: 0,
  notes: 0,
  signedCommits: [],
  unsigned: 0,
  signedTags: [],
  masked: { paths: [], files: 0, messages: 0 },
};

/** A rewriter of a Git history that is empty. */
export function createMemoryRewriter(): HistoryRewriter {
  return {
    obstacles: async () => [],
    preview: async () => NOTHING,
    rewrite: async () => ({ report: NOTHING, files: [] }),
  };
}

/** Notes without a disk. */
export function createMemoryRewriteNotes(): RewriteNotes {
  const notes = new Map<string, Uint8Array>();
  return {
    read: async (name) => notes.get(name),
    write: async (name, content) => {
      notes.set(name, content);
    },
    remove: async (name) => {
      notes.delete(name);
    },
  };
}
