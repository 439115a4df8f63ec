import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BASE, BlameScene, numbered, tally, type Tally } from './scene.ts';

/** What is done to the branch, and which file is asked about afterwards; `src/app.txt` on `main` where left out. */
interface Rewrite {
  readonly name: string;
  /** Reports of other projects with the same shape. */
  readonly known?: string;
  readonly path?: string;
  readonly options?: readonly string[];
  readonly act: (scene: BlameScene) => Promise<void>;
}

const REWRITES: readonly Rewrite[] = [
  { name: 'a plain commit', act: (scene) => scene.twoCommits() },
  {
    name: 'an amended commit',
    act: async (scene) => {
      await scene.twoCommits();
      scene.append('h amended line\n');
      scene.git('commit', '-q', '-a', '--amend', '-m', 'amended');
    },
  },
  {
    name: 'a fixup that autosquash takes in',
    known: 'git-ai#1079',
    act: async (scene) => {
      await scene.twoCommits();
      scene.replace('A first line number 1', 'h repaired line of the writer');
      scene.git('commit', '-q', '-a', '--fixup', 'HEAD~1');
      scene.rebase('', '--autosquash', 'HEAD~3');
    },
  },
  {
    name: 'two commits in another order',
    act: async (scene) => {
      scene.write(numbered('A new', 5), 'src/app.txt');
      await scene.capture('A');
      scene.commit('one');
      scene.append(numbered('B new', 3), 'src/other.txt');
      await scene.capture('B');
      scene.commit('two');
      scene.rebase('1{h;d};2{G}', 'HEAD~2');
    },
  },
  {
    name: 'a squash of interleaved sessions by an interactive rebase',
    known: 'git-ai#950',
    act: async (scene) => {
      await scene.twoCommits();
      scene.insertAfter('B inner line number 1', numbered('A again', 2));
      await scene.capture('A');
      scene.commit('three');
      scene.rebase('2,3s/^pick/squash/', 'HEAD~3');
    },
  },
  {
    name: 'a squash of two commits of agents and one of a person',
    known: 'git-ai#1214',
    act: async (scene) => {
      await scene.twoCommits();
      scene.insertAfter('h base line number 5', numbered('h person', 2));
      scene.commit('three');
      scene.rebase('2,3s/^pick/fixup/', 'HEAD~3');
    },
  },
  {
    name: "a squash merge of a branch with other people's commits between",
    known: 'git-ai#1473',
    act: async (scene) => {
      scene.git('checkout', '-q', '-b', 'topic');
      await scene.twoCommits();
      scene.replace('h base line number 4', 'h changed by somebody on the branch');
      scene.commit('between');
      scene.git('checkout', '-q', 'main');
      scene.replace('h base line number 1', 'h changed by somebody on main');
      scene.commit('on main');
      scene.git('merge', '-q', '--squash', 'topic');
      scene.git('commit', '-q', '-m', 'squashed');
    },
  },
  {
    name: 'a rebase onto another branch',
    known: 'git-ai#97',
    act: async (scene) => {
      scene.git('checkout', '-q', '-b', 'topic');
      await scene.twoCommits();
      scene.git('checkout', '-q', 'main');
      scene.append('h elsewhere\n', 'src/other.txt');
      scene.commit('on main');
      scene.git('rebase', '-q', 'main', 'topic');
      scene.git('branch', '-f', 'main', 'topic');
    },
  },
  {
    name: 'a rebase onto a changed context',
    known: 'git-ai#1079',
    act: async (scene) => {
      scene.git('checkout', '-q', '-b', 'topic');
      await scene.twoCommits();
      scene.git('checkout', '-q', 'main');
      scene.write(`h a new beginning\n${BASE.replace('line number 6', 'line that somebody changed')}`);
      scene.commit('on main');
      scene.git('-c', 'merge.conflictStyle=merge', 'rebase', '-q', '-X', 'theirs', 'main', 'topic');
      scene.git('branch', '-f', 'main', 'topic');
      scene.git('checkout', '-q', 'main');
    },
  },
  {
    name: 'a rebase of a commit that only deletes',
    known: 'git-ai#1079',
    act: async (scene) => {
      await scene.twoCommits();
      scene.replace(/^A first line number 3\n/m, '');
      await scene.capture('A');
      scene.commit('only deletes');
      scene.git('branch', 'topic');
      scene.git('reset', '-q', '--hard', 'HEAD~3');
      scene.append('h elsewhere\n', 'src/other.txt');
      scene.commit('on main');
      scene.git('rebase', '-q', 'main', 'topic');
      scene.git('branch', '-f', 'main', 'topic');
    },
  },
  {
    name: 'a pick onto a release branch',
    act: async (scene) => {
      scene.git('branch', 'release');
      await scene.twoCommits();
      scene.git('checkout', '-q', 'release');
      scene.append('h only in the release\n', 'src/other.txt');
      scene.commit('release');
      scene.git('cherry-pick', 'main~1', 'main');
      scene.git('branch', '-f', 'main', 'release');
    },
  },
  {
    name: 'a file that was renamed and then edited',
    path: 'src/renamed.txt',
    act: async (scene) => {
      await scene.twoCommits();
      scene.git('mv', 'src/app.txt', 'src/renamed.txt');
      scene.commit('renamed');
      scene.append('h after the rename\n', 'src/renamed.txt');
      scene.commit('edited');
    },
  },
  {
    name: 'a rename and an edit in one squashed commit',
    path: 'lib/renamed.txt',
    act: async (scene) => {
      scene.git('checkout', '-q', '-b', 'topic');
      await scene.twoCommits();
      scene.stage.write('lib/keep', 'h\n');
      scene.git('mv', 'src/app.txt', 'lib/renamed.txt');
      scene.append('h with the rename\n', 'lib/renamed.txt');
      scene.commit('renamed');
      scene.git('checkout', '-q', 'main');
      scene.git('merge', '-q', '--squash', 'topic');
      scene.git('commit', '-q', '-m', 'squashed');
    },
  },
  {
    name: 'a file that was split in two',
    path: 'src/second.txt',
    act: async (scene) => {
      scene.append(numbered('A long enough to be known again, which is a', 8));
      await scene.capture('A');
      scene.commit('one');
      const lines = scene.read().split('\n');
      scene.write(`${lines.slice(0, 8).join('\n')}\n`);
      scene.write(`h a head of its own\n${lines.slice(8).join('\n')}`, 'src/second.txt');
      scene.commit('split');
    },
  },
  {
    name: 'a function that was moved between files, all in one squash',
    path: 'src/other.txt',
    act: async (scene) => {
      scene.append(numbered('A a function that is long enough, which is a', 6));
      await scene.capture('A');
      const moved = scene.read().slice(BASE.length);
      scene.write(BASE);
      scene.append(moved, 'src/other.txt');
      scene.commit('moved');
    },
  },
  {
    name: 'other ends of lines',
    options: ['-w'],
    act: async (scene) => {
      await scene.twoCommits();
      scene.write(scene.read().replaceAll('\n', '\r\n'));
      scene.commit('CRLF');
    },
  },
  {
    name: 'another indentation, space ignored',
    options: ['-w'],
    act: async (scene) => {
      await scene.twoCommits();
      scene.write(scene.read().replace(/^/gm, '    ').replace(/ +$/, ''));
      scene.commit('reformatted');
    },
  },
  {
    name: 'a revert, and the revert of the revert',
    act: async (scene) => {
      await scene.twoCommits();
      scene.git('revert', '--no-edit', 'HEAD');
      scene.git('revert', '--no-edit', 'HEAD');
    },
  },
  {
    name: 'a revert of the revert, squashed with other work',
    act: async (scene) => {
      await scene.twoCommits();
      scene.git('revert', '--no-edit', 'HEAD');
      scene.git('revert', '--no-edit', '--no-commit', 'HEAD');
      scene.append('h with the second revert\n');
      scene.commit('back again');
    },
  },
  {
    name: 'a directory that became part of another',
    path: 'packages/core/src/app.txt',
    act: async (scene) => {
      await scene.twoCommits();
      scene.stage.write('packages/core/keep', 'h\n');
      scene.git('mv', 'src', 'packages/core/src');
      scene.commit('moved');
    },
  },
  {
    name: 'a merge of three branches',
    act: async (scene) => {
      await scene.twoCommits();
      for (const name of ['one', 'two']) {
        scene.git('checkout', '-q', '-b', name, 'main~2');
        scene.stage.write(`${name}.txt`, 'h\n');
        scene.commit(name);
      }
      scene.git('checkout', '-q', 'main');
      scene.git('merge', '-q', '-m', 'octopus', 'one', 'two');
    },
  },
  {
    name: 'a base that was rewritten by force',
    known: 'git-ai#1599',
    act: async (scene) => {
      await scene.twoCommits();
      scene.git('checkout', '-q', '-b', 'other', 'main~2');
      scene.write(BASE.replace('h base line number 1', 'h base rewritten'));
      scene.git('commit', '-q', '-a', '--amend', '-m', 'base, rewritten');
      scene.git('rebase', '-q', '--onto', 'other', 'main~2', 'main');
    },
  },
  {
    name: 'a history that was begun anew from the files',
    act: async (scene) => {
      await scene.twoCommits();
      scene.git('checkout', '-q', '--orphan', 'fresh');
      scene.commit('all at once');
      scene.git('branch', '-f', 'main', 'fresh');
    },
  },
  {
    name: 'a patch that came by mail',
    act: async (scene) => {
      await scene.twoCommits();
      scene.git('format-patch', '-q', '-o', '../mail', 'HEAD~2');
      scene.git('reset', '-q', '--hard', 'HEAD~2');
      scene.append('h before the mail\n', 'src/other.txt');
      scene.commit('before');
      const mails = readdirSync(scene.stage.beside('mail')).toSorted();
      scene.git('am', '-q', ...mails.map((mail) => scene.stage.beside('mail', mail)));
    },
  },
  {
    name: 'a part of what was captured',
    act: async (scene) => {
      scene.append(numbered('A first', 3));
      await scene.capture('A');
      scene.append(numbered('B second', 3));
      await scene.capture('B');
      const whole = scene.read();
      scene.write(BASE + numbered('A first', 3));
      scene.commit('only the first');
      scene.write(whole);
      scene.append('h and a line of mine\n');
      scene.commit('the rest');
    },
  },
  {
    name: 'a conflict that a person resolved',
    known: 'git-ai#173',
    act: async (scene) => {
      scene.git('checkout', '-q', '-b', 'topic');
      scene.replace('h base line number 3\n', numbered('A instead of three', 3));
      await scene.capture('A');
      scene.commit('topic');
      scene.git('checkout', '-q', 'main');
      scene.replace('h base line number 3\n', numbered('h mine instead of three', 2));
      scene.commit('main');
      scene.stage.gitCode('merge', '-q', 'topic');
      scene.replace(/^(?:<<<<<<<|=======|>>>>>>>).*\n/gm, '');
      scene.commit('merged');
    },
  },
  {
    name: 'a small edit by a person inside what an agent wrote',
    known: 'git-ai#589',
    act: async (scene) => {
      scene.append(numbered('A a list of things, and this is its', 12));
      await scene.capture('A');
      scene.commit('list');
      scene.replace('A a list of things, and this is its line number 6', 'h only this line is mine');
      scene.commit('one line');
      scene.rebase('2s/^pick/squash/', 'HEAD~2');
    },
  },
  {
    name: 'stashed and taken out again before the commit',
    act: async (scene) => {
      scene.append(numbered('A stashed', 4));
      await scene.capture('A');
      scene.git('stash', '-q');
      scene.git('stash', 'pop', '-q');
      scene.append('h beside it\n');
      scene.commit('popped');
    },
  },
];

let scene: BlameScene;
const tallies: Tally[] = [];
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
afterAll(() => scene.stage.dispose());

describe('each line says who wrote it, after', () => {
  it.each(REWRITES)('$name', async ({ act, path, options = [] }) => {
    scene.stage.reset();
    await act(scene);
    const found = tally(await scene.blame(path, ['--at', 'main', ...options]));
    expect(found.wrong).toEqual([]);
    expect(found.lines).toBeGreaterThan(3);
    tallies.push(found);
  });

  it('is asked of enough ways to rewrite history, in which agents wrote a good part', () => {
    expect(REWRITES.length).toBeGreaterThanOrEqual(25);
    const inferred = tallies.reduce((sum, { inferred: count }) => sum + count, 0);
    const lines = tallies.reduce((sum, { lines: count }) => sum + count, 0);
    expect(inferred).toBeGreaterThan(60);
    expect(lines).toBeGreaterThan(250);
  });
});
