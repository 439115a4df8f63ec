import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Rewriting, Rewritten } from '#ports/removal/rewriting.ts';
import { RewriteScene } from '../../../support/repositories/rewrite-scene.ts';

const PART = 'token-5f0e1d2c3b';
const MASK = '[gone]';

/** A history in which a part is to go wherever it stands. */
function without(scene: RewriteScene): Rewriting {
  return {
    ...scene.rewriting,
    parts: [Buffer.from(PART)],
    mask: (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      return text.includes(PART) ? Buffer.from(text.replaceAll(PART, MASK), 'latin1') : undefined;
    },
  };
}

function rewrite(scene: RewriteScene): Promise<Rewritten> {
  return scene.scene.git.rewriter.rewrite(without(scene), async ({ commits }) => {
    scene.replaced = new Map([...scene.replaced, ...commits]);
  });
}

describe('a part that goes wherever it stands', () => {
  it('goes from files, targets of links, notes and trees that tags name, and each byte beside it stays', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    const { repository } = ground;
    repository.write('deep/a.txt', `\u00ff before ${PART}${PART} after\r\n`);
    repository.write('clean.txt', 'token-5f0e\n');
    repository.link('link', `to/${PART}`);
    ground.git('add', '-A');
    ground.git('commit', '-q', '-m', 'with parts');
    ground.git('notes', 'add', '-m', `about ${PART}`, scene.clean);
    ground.git('tag', '-a', '-m', 'tree', 'of-tree', 'HEAD^{tree}');
    const clean = ground.git('rev-parse', 'HEAD:clean.txt');
    const { report } = await rewrite(scene);
    expect(report.masked).toEqual({
      paths: expect.arrayContaining(['deep/a.txt', 'link']),
      files: 3,
      messages: 0,
    });
    expect(repository.gitBytes(repository.path, ['show', 'main:deep/a.txt']).toString('utf8')).toBe(
      `\u00ff before ${MASK}${MASK} after\r\n`,
    );
    expect(ground.git('ls-tree', 'main', 'link')).toMatch(/^120000 /);
    expect(ground.git('show', 'main:link')).toBe(`to/${MASK}`);
    expect(ground.git('notes', 'show', scene.clean)).toBe(`about ${MASK}`);
    expect(ground.git('show', 'of-tree^{tree}:link')).toBe(`to/${MASK}`);
    expect(ground.git('rev-parse', 'main:clean.txt')).toBe(clean);
    expect((await rewrite(scene)).report).toMatchObject({ commits: 0, masked: { files: 0, messages: 0 } });
  });

  it('goes from messages alone, whose commits lose their signature, and is not told with their subject', async () => {
    const scene = await RewriteScene.make();
    const signature = '\ngpgsig -----BEGIN PGP SIGNATURE-----\n bm90\n -----END PGP SIGNATURE-----';
    const tag = `\nmergetag object ${scene.clean}\n type commit\n tag v1\n tagger T <t@example.com> 1 +0000\n \n has ${PART}`;
    const header = scene.header(scene.clean);
    const said = scene.rawCommit('said', `${header}${signature}\n\nuse ${PART} \xe9\0\n\nand ${PART}\n`);
    const tagged = scene.rawCommit('tagged', `${header}${tag}\n\nmerge\n`);
    const { report } = await rewrite(scene);
    expect(scene.raw('commit', scene.now(said))).toBe(`${header}\n\nuse ${MASK} \xe9\0\n\nand ${MASK}\n`);
    expect(scene.raw('commit', scene.now(tagged))).toBe(`${header}\n\nmerge\n`);
    expect(report.signedCommits).toContainEqual({ commit: said, subject: `use ${MASK} \ufffd\0` });
    expect(JSON.stringify(report)).not.toContain(PART);
  });

  it('is told of indexes, also once refs have moved, and stays in signed records of heddle', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    const tree = ground.git('rev-parse', `${scene.clean}^{tree}`);
    const record = ground.git('commit-tree', '-m', `says ${PART}`, tree);
    ground.git('update-ref', 'refs/heddle/reviews', record);
    ground.repository.write('staged.txt', `${PART}\n`);
    ground.git('add', 'staged.txt');
    // What somebody left of a worktree is no repository, and no reason to stop.
    mkdirSync(join(ground.gitDirectory, 'worktrees', 'broken'), { recursive: true });
    await rewrite(scene);
    const { report, files } = await rewrite(scene);
    expect(report.commits).toBe(0);
    expect(files).toMatchObject([
      { directory: ground.repository.path, blob: ground.git('rev-parse', ':staged.txt') },
    ]);
    expect(Buffer.from(files[0]?.path ?? []).toString()).toBe('staged.txt');
    expect(ground.git('cat-file', 'blob', files[0]?.masked ?? '')).toBe(MASK);
    expect(ground.git('rev-parse', 'refs/heddle/reviews')).toBe(record);
  });
});
