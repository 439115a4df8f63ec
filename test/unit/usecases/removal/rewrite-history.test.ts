import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { parseId } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { HistoryRewriter, RewriteMoves } from '#ports/removal/rewriting.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { movedRefs } from '#usecases/removal/copies/moved-refs.ts';
import { requireRewritable, rewriteGit } from '#usecases/removal/rewrite/rewrite-history.ts';
import { createMemoryRewriter } from '../../../support/memory/removal/rewriter.ts';
import { started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository } from '../../../support/memory/workspace.ts';

const id = parseId('hr', `hr-${'0'.repeat(52)}`);
const record = { id } as unknown as TombstoneRecord;
const rewriting = {
  blobs: new Set<string>(),
  replacement: () => new Uint8Array(),
  parts: [],
  mask: () => undefined,
};

const moves = (...names: readonly string[]): RewriteMoves => ({
  commits: new Map([['a'.repeat(40), 'b'.repeat(40)]]),
  refs: names.map((name) => ({ name, old: 'a'.repeat(40), new: 'b'.repeat(40) })),
});

/** A rewriter that says each time what it is about to move, and may find that somebody was faster. */
function rewriterOf(...rounds: readonly (RewriteMoves | 'moved')[]): HistoryRewriter {
  const left = [...rounds];
  const memory = createMemoryRewriter();
  return {
    ...memory,
    rewrite: async (wanted, keep) => {
      const round = left.shift();
      if (round === 'moved') throw new HeddleError('REF_MOVED', 'somebody was faster');
      if (round !== undefined) await keep(round);
      return memory.rewrite(wanted, keep);
    },
  };
}

describe('a rewriting', () => {
  it('is tried again where somebody moved a ref, and keeps the names of all refs that it moved', async () => {
    const { workspace } = createMemoryRepository();
    const rewriter = rewriterOf('moved', moves('refs/heads/main', 'refs/tags/v1'), moves('refs/heads/main'));
    await rewriteGit({ ...workspace, rewriter }, record, rewriting);
    // Killed before it was through: what is left is less.
    await rewriteGit({ ...workspace, rewriter }, record, rewriting);
    expect((await movedRefs(workspace, id)).toSorted()).toEqual(['refs/heads/main', 'refs/tags/v1']);
  });

  it('is refused with all that stands in the way, the first of it in words', async () => {
    const { workspace } = createMemoryRepository();
    const rewriter: HistoryRewriter = {
      ...createMemoryRewriter(),
      obstacles: async () => [
        { kind: 'operation', where: 'MERGE_HEAD' },
        { kind: 'worktree-ref', where: 'refs/bisect/bad' },
      ],
    };
    await expect(requireRewritable({ ...workspace, rewriter }, id, rewriting)).rejects.toMatchObject({
      code: 'REWRITE_REFUSED',
      facts: { obstacles: ['operation: MERGE_HEAD', 'worktree-ref: refs/bisect/bad'] },
    });
  });

  it('is refused where people approve what lands on a branch, and the purge is guarded less than that rule', async () => {
    const { workspace } = await started();
    const memory = createMemoryRewriter();
    const report = await memory.preview(rewriting);
    const rewriter: HistoryRewriter = {
      ...memory,
      preview: async () => ({ ...report, refs: ['refs/heads/main', 'refs/tags/main'] }),
    };
    const ask = (): Promise<void> => requireRewritable({ ...workspace, rewriter }, id, rewriting);
    const set = (resource: string | null, rules: Partial<PolicyRules>) =>
      setPolicy(workspace, { resource, rules, reason: null, dryRun: false });
    await set(null, { guarded: ['purge:apply'] });
    await set('acme/core@heads/main', { approvals: 1 });
    await ask();
    await set('acme/core@heads/main', { guarded: ['policy:write'], quorum: 2 });
    await expect(ask()).rejects.toMatchObject({
      code: 'REWRITE_REFUSED',
      message: expect.stringContaining('`heddle policy set --guard purge:apply --quorum 2`'),
      facts: { obstacles: ['policy: refs/heads/main'] },
    });
  });
});
