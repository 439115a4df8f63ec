import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BASE, BlameScene, numbered, tally } from './scene.ts';

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
afterAll(() => scene.stage.dispose());

interface Odd {
  readonly name: string;
  readonly path?: string;
  readonly options?: readonly string[];
  readonly act: (scene: BlameScene) => Promise<void>;
}

const remove = (path: string): void => rmSync(scene.stage.repository.absolute(path));

const ODD: readonly Odd[] = [
  {
    name: 'the same words in two files by two agents, in one squash',
    path: 'src/two.txt',
    act: async () => {
      scene.write(numbered('A shared words that both of them wrote', 3).replace(/^A/gm, 'x'), 'src/one.txt');
      await scene.capture('A');
      const shared = scene.read('src/one.txt');
      scene.write(`${numbered('B of two alone', 3)}${shared.replace(/^x/gm, 'B')}`, 'src/two.txt');
      await scene.capture('B');
      scene.commit('both');
    },
  },
  {
    name: 'braces and blank lines between lines of both',
    act: async () => {
      scene.append('A function one() {\n\nA   return 1;\n}\n\n');
      await scene.capture('A');
      scene.append('B function two() {\n\nB   return 2;\n}\n\n');
      await scene.capture('B');
      scene.append('h function three() {\n\nh   return 3;\n}\n');
      scene.commit('all');
    },
  },
  {
    name: 'moved and edited in one commit of a person',
    act: async () => {
      scene.append(numbered('A long enough to be known where it moves to, which is a', 6));
      await scene.capture('A');
      const [, moved = ''] = scene.read().split(BASE);
      scene.write(
        moved.replace('A long enough to be known where it moves to, which is a line number 3', 'h mine') +
          BASE,
      );
      scene.commit('moved and edited');
    },
  },
  {
    name: 'a line of a person that the thread took over later',
    act: async () => {
      scene.append(numbered('A first', 2));
      await scene.capture('A');
      scene.stage.git('stash', '-q');
      scene.insertAfter('h base line number 1', numbered('h of a person, a day before', 2));
      scene.git('add', '-A');
      scene.git('commit', '-q', '-m', 'person', '--date', '2026-01-01T00:00:00Z');
      scene.git('rebase', '-q', '-f', '--committer-date-is-author-date', 'HEAD~1');
      scene.git('stash', 'pop', '-q');
      scene.append(numbered('A later', 2));
      await scene.capture('A');
      scene.commit('agent');
    },
  },
  {
    name: 'the same file in two threads’ states, of which one came to the branch',
    act: async () => {
      scene.append(numbered('A one', 3));
      await scene.capture('A');
      scene.commit('one');
      scene.append(numbered('B two', 3));
      await scene.capture('B');
      scene.write(scene.read().replace(/^B two.*\n/gm, ''));
      await scene.capture('A');
      scene.append(numbered('B two', 3));
      scene.commit('again what was captured');
    },
  },
  {
    name: 'a file that was binary',
    path: 'src/data',
    act: async () => {
      scene.write('a\0b\n', 'src/data');
      await scene.capture('B');
      scene.commit('binary');
      scene.write(numbered('A now it is text', 4), 'src/data');
      await scene.capture('A');
      scene.commit('text');
    },
  },
  {
    name: 'one line without an end, to which another is added',
    path: 'src/one-line',
    act: async () => {
      scene.write('A one line, and no end', 'src/one-line');
      await scene.capture('A');
      scene.commit('one');
      scene.write('A one line, and no end\nB another', 'src/one-line');
      await scene.capture('B');
      scene.commit('two');
    },
    options: ['-w'],
  },
  {
    name: 'a file that was deleted, and came back from an older commit',
    act: async () => {
      await scene.twoCommits();
      remove('src/app.txt');
      await scene.capture('A');
      scene.commit('gone');
      scene.git('checkout', '-q', 'HEAD~1', '--', 'src/app.txt');
      scene.append('h with it\n');
      scene.commit('back');
    },
  },
  {
    name: 'a file whose name only changed its case',
    path: 'src/App.txt',
    act: async () => {
      await scene.twoCommits();
      scene.git('mv', 'src/app.txt', 'src/App.txt');
      scene.append('h with the rename\n', 'src/App.txt');
      scene.commit('case');
    },
  },
  {
    name: 'a link that stood in the place of the file for a while',
    act: async () => {
      await scene.twoCommits();
      const content = scene.read();
      remove('src/app.txt');
      scene.stage.repository.link('src/app.txt', 'other.txt');
      scene.commit('link');
      remove('src/app.txt');
      scene.write(content);
      scene.commit('file');
    },
  },
  {
    name: 'a history of its own that was merged into a directory',
    path: 'vendor/lib/src/app.txt',
    act: async () => {
      await scene.twoCommits();
      scene.git('checkout', '-q', '--orphan', 'outer');
      scene.git('rm', '-q', '-r', '-f', '.');
      scene.stage.write('README.outer', 'h\n');
      scene.commit('outer');
      scene.git('merge', '-q', '-s', 'ours', '--no-commit', '--allow-unrelated-histories', 'main');
      scene.git('read-tree', '--prefix=vendor/lib/', '-u', 'main');
      scene.git('commit', '-q', '-m', 'subtree');
      scene.git('branch', '-f', 'main', 'outer');
    },
  },
  {
    name: 'a merge in which a person wrote something of their own, too',
    act: async () => {
      scene.git('checkout', '-q', '-b', 'topic');
      await scene.twoCommits();
      scene.git('checkout', '-q', 'main');
      scene.append('h elsewhere\n', 'src/other.txt');
      scene.commit('on main');
      scene.git('merge', '-q', '--no-commit', '--no-ff', 'topic');
      scene.append('h only in the merge\n');
      scene.commit('evil merge');
    },
  },
  {
    name: 'trailing space that somebody took away',
    options: ['-w'],
    act: async () => {
      scene.append(numbered('A with space at its end', 4).replace(/$/gm, '  ').trimEnd() + '\n');
      await scene.capture('A');
      scene.commit('space');
      scene.write(scene.read().replace(/ +$/gm, ''));
      scene.commit('trimmed');
    },
  },
];

describe('each line says who wrote it, in', () => {
  it.each(ODD)('$name', async ({ act, path, options = [] }) => {
    scene.stage.reset();
    await act(scene);
    const answer = await scene.blame(path, ['--at', 'main', ...options]);
    expect(tally(answer).wrong).toEqual([]);
    expect(tally(answer).lines).toBeGreaterThan(0);
  });
});

describe('blame', () => {
  it('knows UTF-16, and follows no link', async () => {
    scene.stage.reset();
    scene.stage.repository.write('src/wide', Buffer.from('\ufeffA one\nA two\n', 'utf16le'));
    await scene.capture('A');
    const { lines } = await scene.blame('src/wide', ['--at', 'task/login']);
    expect(lines.filter(({ state }) => state === null)).toEqual([]);
    scene.stage.repository.link('src/link', 'app.txt');
    const run = await scene.stage.dev.run(['blame', 'src/link', '--json']);
    expect(`${run.stdout}`).not.toContain('h base line');
  });
});
