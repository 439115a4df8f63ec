import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';

const ZEROS = '0'.repeat(40);

const logOf = (scene: EraseScene, ref: string): readonly string[] =>
  readFileSync(join(scene.ground.gitDirectory, 'logs', ref), 'utf8')
    .split('\n')
    .filter(Boolean);

describe('reflogs', () => {
  it('keep every other entry as it was, and those follow one another', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    const { repository } = ground;
    const first = ground.git('rev-parse', 'HEAD');
    repository.remove('config');
    repository.write('README', 'third\n');
    const third = repository.commit('third');
    const holding = ground.commitHolding('holds it');
    ground.git('reset', '-q', '--soft', holding);
    ground.git('commit', '-q', '--allow-empty', '-m', 'descends from it');
    ground.git('reset', '-q', '--hard', third);
    ground.git('commit', '-q', '--allow-empty', '-m', 'fourth');
    ground.git('update-ref', '-d', 'ORIG_HEAD');
    const before = logOf(scene, 'HEAD');
    await scene.erase();
    const after = logOf(scene, 'HEAD');
    expect(before.length - after.length).toBe(2);
    expect(after.slice(0, -2)).toEqual(before.slice(0, -4));
    expect(after.at(-2)).toBe(`${third} ${before.at(-2)?.slice(41) ?? ''}`);
    expect(after.at(-1)).toBe(before.at(-1));
    expect(logOf(scene, 'refs/heads/main')).toHaveLength(after.length);
    expect(ground.git('rev-parse', 'HEAD@{1}', 'main@{1}')).toBe(`${third}\n${third}`);
    expect(ground.git('rev-parse', 'HEAD@{3}')).toBe(first);
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
  });

  it('keep no id of what is gone in a message, nor at their beginning', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const holding = ground.commitHolding('holds it');
    ground.git('checkout', '-q', '--detach', holding);
    ground.git('checkout', '-q', 'main');
    const log = join(ground.gitDirectory, 'logs/HEAD');
    // The first entries have expired.
    writeFileSync(log, `${readFileSync(log, 'utf8').split('\n').slice(-2).join('\n')}`);
    expect(logOf(scene, 'HEAD')).toHaveLength(1);
    await scene.erase();
    const [line = ''] = logOf(scene, 'HEAD');
    expect(line).toMatch(new RegExp(`^${ZEROS} ${ground.git('rev-parse', 'main')} `));
    expect(line).toContain(`moving from ${ZEROS} to main`);
  });

  it('of refs that are gone, of linked worktrees, and of names that are no UTF-8 are cleaned too', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const holding = ground.commitHolding('holds it');
    const head = ground.git('rev-parse', 'HEAD');
    const line = (from: string, to: string): string =>
      `${from} ${to} Test <test@example.org> 1767323045 +0000\tmoved\n`;
    const text = line(ZEROS, head) + line(head, holding) + line(holding, head);
    const directory = join(ground.gitDirectory, 'logs/refs/heads');
    mkdirSync(join(directory, 'main-was-a-directory'), { recursive: true });
    const paths = [
      join(directory, 'gone/deeper'),
      Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x6c, 0xe9])]),
    ];
    mkdirSync(join(directory, 'gone'));
    for (const path of paths) writeFileSync(path, text);
    const linked = ground.linkedWorktree();
    linked.git('reset', '-q', '--soft', holding);
    linked.git('reset', '-q', '--soft', 'HEAD~1');
    linked.git('update-ref', '-d', 'ORIG_HEAD');
    await scene.erase();
    for (const path of paths) expect(readFileSync(path, 'utf8')).toBe(line(ZEROS, head) + line(head, head));
    expect(linked.git('reflog', '--format=%H')).toBe([head, head].join('\n'));
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
  });

  it('of a ref below a name that is a ref by now are cleaned without its lock', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const holding = ground.commitHolding('holds it');
    const head = ground.git('rev-parse', 'HEAD');
    ground.git('update-ref', 'refs/heads/topic', head);
    const log = join(ground.gitDirectory, 'logs/refs/heads/topic/old');
    ground.git('update-ref', '-d', 'refs/heads/topic');
    mkdirSync(join(log, '..'), { recursive: true });
    writeFileSync(log, `${head} ${holding} Test <test@example.org> 1767323045 +0000\tmoved\n`);
    writeFileSync(join(ground.gitDirectory, 'refs/heads/topic'), `${head}\n`);
    await scene.erase();
    expect(readFileSync(log, 'utf8')).toBe('');
    expect(scene.scan().findings).toEqual([]);
  });
});

describe('an operation in progress', () => {
  it('is left as it is, and what it keeps alive is reported as Git’s', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    const { repository } = ground;
    const base = ground.git('rev-parse', 'HEAD');
    const theirs = repository.commit('theirs');
    ground.git('reset', '-q', '--hard', base);
    repository.write('config/key.env', 'ours\n');
    repository.commit('ours');
    expect(ground.succeeds('merge', '-q', theirs)).toBe(false);
    repository.write('README', 'while merging\n');
    const mergeHead = readFileSync(join(ground.gitDirectory, 'MERGE_HEAD'), 'utf8');
    await scene.erase();
    expect(readFileSync(join(ground.gitDirectory, 'MERGE_HEAD'), 'utf8')).toBe(mergeHead);
    expect(ground.git('cat-file', '-t', ground.blob)).toBe('blob');
    const residue = await scene.survey();
    expect(residue).toContainEqual(
      expect.objectContaining({ place: 'operation', where: 'MERGE_HEAD', owner: 'git' }),
    );
    expect(residue).toContainEqual(expect.objectContaining({ place: 'worktree', where: 'config/key.env' }));
    expect(ground.git('status', '--porcelain')).toContain('README');
    ground.git('merge', '--abort');
    ground.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress');
  });

  it('that is a rebase keeps its todo list, its patches and its commits', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    const { repository } = ground;
    const base = ground.git('rev-parse', 'HEAD');
    repository.commit('picked later');
    repository.write('README', 'mine\n');
    repository.commit('mine');
    ground.git('branch', 'onto', base);
    ground.git('checkout', '-q', 'onto');
    repository.write('README', 'conflict\n');
    repository.commit('conflict');
    ground.git('checkout', '-q', 'main');
    expect(ground.succeeds('rebase', '-q', 'onto')).toBe(false);
    await scene.erase();
    const residue = await scene.survey();
    expect(residue).toContainEqual(
      expect.objectContaining({ place: 'operation', where: 'rebase-merge/orig-head', owner: 'git' }),
    );
    ground.git('rebase', '--abort');
    expect(ground.git('log', '-1', '--format=%s')).toBe('mine');
  });
});

describe('pseudo-refs and messages', () => {
  it('lose only the lines of FETCH_HEAD that lead to it', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const head = ground.git('rev-parse', 'HEAD');
    const kept = `${head}\t\tbranch 'main' of /srv/other\n`;
    const path = join(ground.gitDirectory, 'FETCH_HEAD');
    writeFileSync(path, `${ground.commitHolding()}\tnot-for-merge\tbranch 'x' of /srv/other\n${kept}`);
    ground.git('update-ref', 'ORIG_HEAD', head);
    await scene.erase();
    expect(readFileSync(path, 'utf8')).toBe(kept);
    expect(ground.git('rev-parse', 'ORIG_HEAD')).toBe(head);
    expect(scene.scan().findings).toEqual([]);
  });

  it('go where nothing is going on any more: what a merge had made of it', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const tree = ground.git('rev-parse', `${ground.commitHolding()}^{tree}`);
    ground.git('update-ref', 'AUTO_MERGE', tree);
    ground.git('update-ref', 'REBASE_HEAD', ground.commitHolding());
    await scene.erase();
    expect(['AUTO_MERGE', 'REBASE_HEAD'].map((name) => existsSync(join(ground.gitDirectory, name)))).toEqual([
      false,
      false,
    ]);
    expect(scene.scan().findings).toEqual([]);
  });

  it('go where one was left behind and quotes it, also as lines of a patch', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const quoted = ground.content.replaceAll(/^/gm, '+');
    const message = join(ground.gitDirectory, 'COMMIT_EDITMSG');
    const patch = join(ground.gitDirectory, 'ADD_EDIT.patch');
    writeFileSync(message, `add it\n\n# --- >8 ---\n${quoted}`);
    writeFileSync(patch, quoted);
    writeFileSync(join(ground.gitDirectory, 'TAG_EDITMSG'), 'nothing of it\n');
    expect(await scene.survey()).toContainEqual(
      expect.objectContaining({ place: 'pseudo-ref', where: 'COMMIT_EDITMSG', owner: 'heddle' }),
    );
    await scene.erase();
    expect([message, patch].map((path) => existsSync(path))).toEqual([false, false]);
    expect(existsSync(join(ground.gitDirectory, 'TAG_EDITMSG'))).toBe(true);
    expect(scene.scan().findings).toEqual([]);
  });
});
