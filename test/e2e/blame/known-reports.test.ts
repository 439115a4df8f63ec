import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlameScene, numbered, tally } from './scene.ts';

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
afterAll(() => scene.stage.dispose());

/** Files of `main` to ask about, and how many lines of agents are in them. */
type Asked = Readonly<Record<string, number>>;

interface Report {
  readonly name: string;
  readonly act: (scene: BlameScene) => Promise<void>;
  readonly files: Asked;
}

/** What others reported of their tools, done again here step by step. */
const REPORTS: readonly Report[] = [
  {
    name: 'git-ai#97: two branches with a new file each, one rebased onto the other',
    files: { 'src/a.txt': 1, 'src/b.txt': 1 },
    act: async () => {
      scene.git('branch', 'br-1');
      scene.git('checkout', '-q', '-b', 'br-2');
      scene.write('A test\n', 'src/a.txt');
      await scene.capture('A');
      scene.commit('test');
      scene.git('checkout', '-q', 'br-1');
      scene.write('B test of another\n', 'src/b.txt');
      await scene.capture('B');
      scene.commit('test2');
      scene.git('checkout', '-q', 'br-2');
      scene.git('rebase', '-q', 'br-1');
      scene.git('branch', '-f', 'main', 'br-2');
    },
  },
  {
    name: 'git-ai#950: a second session writes between all lines of the first, then both are squashed',
    files: { 'src/store.py': 68 },
    act: async () => {
      const first = Array.from({ length: 18 }, (_, index) => `A class line ${index}\n`);
      scene.write(first.join(''), 'src/store.py');
      await scene.capture('A');
      scene.commit('A');
      const both = first.map((line, index) => {
        const count = index < 14 ? 3 : 2;
        return line + Array.from({ length: count }, (_, at) => `B method ${index} line ${at}\n`).join('');
      });
      scene.write(both.join(''), 'src/store.py');
      await scene.capture('B');
      scene.commit('B');
      scene.rebase('2s/^pick/squash/', 'HEAD~2');
    },
  },
  {
    name: 'git-ai#1079: additions, then deletions only, rebased without a branch onto a file that changed',
    files: { 'src/app.txt': 4 },
    act: async () => {
      scene.git('checkout', '-q', '-b', 'topic');
      scene.append(numbered('A added', 6));
      await scene.capture('A');
      scene.commit('additions');
      scene.replace(/^A added line number [25]\n/gm, '');
      await scene.capture('A');
      scene.commit('deletions');
      scene.git('checkout', '-q', 'main');
      scene.replace('h base line number 1', 'h changed on main');
      scene.append('h another file\n', 'src/other.txt');
      scene.commit('on main');
      scene.git('checkout', '-q', '--detach', 'topic');
      scene.git('rebase', '-q', 'main');
      scene.git('branch', '-f', 'main', 'HEAD');
    },
  },
  {
    name: 'git-ai#1214: two commits of agents and one in which a person wrote over some of it, squashed',
    files: { 'src/app.txt': 7 },
    act: async () => {
      scene.append(numbered('A new', 5));
      await scene.capture('A');
      scene.commit('AI 1');
      scene.append(numbered('B new', 5));
      await scene.capture('B');
      scene.commit('AI 2');
      scene.replace('A new line number 2', 'h my own words for two');
      scene.replace('B new line number 1', 'h my own words for one');
      scene.replace('B new line number 5', 'h my own words for five');
      scene.append(numbered('h mine', 3));
      scene.commit('human');
      scene.rebase('2,3s/^pick/squash/', 'HEAD~3');
    },
  },
  {
    name: 'git-ai#1473: a squash merge gives nothing to commits of others that came before it',
    files: { 'src/app.txt': 5, 'src/other.txt': 0, 'src/theirs.txt': 0 },
    act: async () => {
      scene.git('checkout', '-q', '-b', 'topic');
      scene.append(numbered('A of the branch', 5));
      await scene.capture('A');
      scene.commit('topic');
      scene.git('checkout', '-q', 'main');
      scene.write(numbered('h of somebody without heddle', 5), 'src/theirs.txt');
      scene.commit('unrelated');
      scene.append(numbered('h of somebody else', 2), 'src/other.txt');
      scene.replace('h base line number 1', 'h changed before the merge');
      scene.commit('unrelated, too');
      scene.git('merge', '-q', '--squash', 'topic');
      scene.git('commit', '-q', '-m', 'squash merge');
    },
  },
  {
    name: 'git-ai#1599: a push is refused, and pull --rebase puts the commit behind those of others',
    files: { 'src/app.txt': 4, 'src/a3.txt': 10 },
    act: async () => {
      const [remote, other] = [scene.stage.beside('remote.git'), scene.stage.beside('other')];
      scene.git('init', '-q', '--bare', '-b', 'main', remote);
      scene.git('remote', 'add', 'origin', remote);
      scene.git('push', '-q', 'origin', 'main');
      scene.git('clone', '-q', remote, other);
      scene.write(numbered('A a3', 10), 'src/a3.txt');
      scene.append(numbered('A also', 4));
      await scene.capture('A');
      scene.commit('a2');
      scene.git('-C', other, 'rm', '-q', 'src/other.txt');
      scene.git('-C', other, 'commit', '-q', '-m', 'of somebody else');
      scene.git('-C', other, 'push', '-q', 'origin', 'main');
      expect(scene.stage.gitCode('push', '-q', 'origin', 'main')).not.toBe(0);
      expect(scene.stage.gitCode('pull', '-q', '--ff-only', 'origin', 'main')).not.toBe(0);
      scene.git('pull', '-q', '--rebase', 'origin', 'main');
    },
  },
];

describe('what lost attribution elsewhere keeps it here:', () => {
  it.each(REPORTS)('$name', async ({ act, files }) => {
    scene.stage.reset();
    await act(scene);
    for (const [path, agents] of Object.entries(files)) {
      const answer = await scene.blame(path, ['--at', 'main']);
      expect(tally(answer).wrong).toEqual([]);
      expect(answer.lines.filter(({ state }) => state !== null)).toHaveLength(agents);
    }
  });
});
