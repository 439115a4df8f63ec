import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { keepCommitMap, loadFollowCommit } from '#usecases/states/replaced/commit-map.ts';
import { tookItsPlace } from '#usecases/states/replaced/took-its-place.ts';
import { createMemoryRewriteNotes } from '../../../support/memory/removal/rewriter.ts';
import { createMemoryRepository } from '../../../support/memory/workspace.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const D = 'd'.repeat(40);

describe('the map of rewritten commits', () => {
  it('leads to the newest commit over several rewritings, and tells no id from before', async () => {
    const { workspace } = createMemoryRepository();
    expect((await loadFollowCommit(workspace))(A)).toBe(A);
    await keepCommitMap(workspace, new Map([[A, B]]));
    expect((await loadFollowCommit(workspace))(A)).toBe(B);
    await keepCommitMap(workspace, new Map([[B, C]]));
    const follow = await loadFollowCommit(workspace);
    expect([A, B, C, D].map(follow)).toEqual([C, C, C, D]);
    const text = new TextDecoder().decode(await workspace.rewriteNotes.read('commits'));
    expect(text).toContain(C);
    expect(text).not.toContain(A);
    expect(text).not.toContain(B);
  });

  it('of another home, or changed by hand, leads nowhere', async () => {
    const { workspace } = createMemoryRepository();
    await keepCommitMap(workspace, new Map([[A, B]]));
    const text = new TextDecoder().decode(await workspace.rewriteNotes.read('commits'));
    const rewriteNotes = createMemoryRewriteNotes();
    await rewriteNotes.write('commits', new TextEncoder().encode(text.replace(B, C)));
    expect((await loadFollowCommit({ ...workspace, rewriteNotes }))(A)).toBe(A);
  });
});

describe('a commit stands in the place of another one', () => {
  it('where that one is gone, and for nobody to choose where this clone knows what came of it', async () => {
    const { workspace } = createMemoryRepository();
    const batch = workspace.writer.batch();
    const tree = batch.addTree([]);
    const commitOf = (message: string): string =>
      batch.add(
        'commit',
        utf8(`tree ${tree}\nauthor A <a@b> 0 +0000\ncommitter A <a@b> 0 +0000\n\n${message}`),
      );
    const [there, rewritten, other] = [commitOf('there'), commitOf('rewritten'), commitOf('other')];
    await batch.write();
    expect(await tookItsPlace(workspace, there, other)).toBe(false);
    expect(await tookItsPlace(workspace, A, other)).toBe(true);
    await keepCommitMap(workspace, new Map([[A, rewritten]]));
    expect(await tookItsPlace(workspace, A, rewritten)).toBe(true);
    expect(await tookItsPlace(workspace, A, other)).toBe(false);
  });
});
