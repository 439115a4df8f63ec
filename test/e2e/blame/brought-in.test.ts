import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlameScene, numbered, tally } from './scene.ts';

/*
 * `main` goes on while agent A works in a thread on the branch `topic`. What comes to it from `main` by plain git is
 * captured with the rest, and stays what people committed. Lines begin with the letter of whoever wrote them.
 */

let scene: BlameScene;

beforeAll(async () => {
  scene = await new BlameScene().begin();
});

afterAll(() => scene.stage.dispose());

/** Somebody commits lines to the file on `main`, and A captures others of the same file on `topic`. */
async function bothSides(commits: boolean): Promise<void> {
  scene.stage.reset();
  scene.git('checkout', '-q', '-b', 'topic');
  scene.insertAfter('h base line number 1', numbered('A early', 2));
  await scene.capture('A');
  if (commits) scene.commit('of the agent');
  else scene.git('stash', '-q');
  scene.git('checkout', '-q', 'main');
  scene.append(numbered('h on main', 3));
  scene.write(numbered('h new on main', 2), 'src/new.txt');
  scene.commit('on main');
  scene.git('checkout', '-q', 'topic');
}

/** Forgets who made what in this worktree: as if it had been in another one. */
function elsewhere(): void {
  const log = scene.stage.repository.absolute('.git/logs/HEAD');
  writeFileSync(log, readFileSync(log, 'utf8').replace(/^.*\tcommit: on main\n/m, ''));
}

async function expectTold(): Promise<void> {
  for (const path of ['src/app.txt', 'src/new.txt']) expect(tally(await scene.blame(path)).wrong).toEqual([]);
}

describe('lines that a commit brought into a thread', () => {
  it('by a fast-forward are of the commit, before and after they are captured; what is added to the file is of the agent', async () => {
    await bothSides(false);
    scene.git('merge', '-q', '--ff-only', 'main');
    scene.git('stash', 'pop', '-q');
    const commit = scene.git('rev-parse', 'main').trim();
    const early = await scene.blame('src/app.txt');
    const brought = early.lines.filter(({ text }) => text.startsWith('h on main'));
    expect(brought.map((line) => line.commit)).toEqual([commit, commit, commit]);
    await expectTold();
    scene.insertAfter('h on main line number 1', numbered('A on top', 2));
    await scene.capture('A');
    await expectTold();
    const found = await scene.blame('src/new.txt');
    expect(found.lines.every((line) => line.how === 'unattributed' && line.commit === commit)).toBe(true);
    scene.append(numbered('A later', 1));
    await scene.capture('A');
    await expectTold();
    expect(await scene.stage.dev.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('by a merge are of the commit, and what was committed before it was captured is of the agent', async () => {
    await bothSides(true);
    scene.git('merge', '-q', '-m', 'merged', 'main');
    scene.insertAfter('h base line number 4', numbered('A committed', 2));
    scene.commit('of the agent, too');
    await scene.capture('A');
    await expectTold();
    await scene.stage.owner.ok(['land', 'task/login', '--onto', 'main']);
    expect(tally(await scene.blame('src/app.txt', ['--at', 'main'])).wrong).toEqual([]);
  });

  it('by a rebase are of the commit', async () => {
    await bothSides(true);
    scene.append(numbered('A more', 1), 'src/other.txt');
    scene.commit('not captured');
    elsewhere();
    scene.git('rebase', '-q', 'main');
    await scene.capture('A');
    await expectTold();
    expect(tally(await scene.blame('src/other.txt')).wrong).toEqual([]);
  });
});
