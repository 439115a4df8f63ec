import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { BlameScene, numbered } from './scene.ts';

let scene: BlameScene;
beforeAll(async () => {
  scene = await new BlameScene().begin();
});
beforeEach(() => scene.stage.reset());
afterAll(() => scene.stage.dispose());

describe('who', () => {
  itNeedsARepository(['who']);

  it('counts lines by principal, agent and model', async () => {
    await scene.twoCommits();
    const answer = await scene.stage.dev.answer('who', ['src']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      paths: ['src'],
      at: null,
      since: null,
      files: 2,
      lines: 19,
      unattributed: 10,
    });
    expect(answer.shares).toEqual([
      expect.objectContaining({ agent: 'tester', model: 'model-b', lines: 5, inferred: 0, states: 1 }),
      expect.objectContaining({ agent: 'writer', model: 'model-a', lines: 4, states: 1 }),
    ]);
    const { stdout } = await scene.stage.dev.ok(['who', 'src/app.txt']);
    expect(stdout).toContain('dev@example.com via tester (example-provider/model-b)');
    expect(stdout).toContain('15 lines in 1 file');
  });

  it('counts what a branch brings, after a squash too', async () => {
    scene.git('checkout', '-q', '-b', 'topic');
    await scene.twoCommits();
    scene.append('h of a person\n');
    scene.commit('person');
    scene.git('checkout', '-q', 'main');
    scene.append(numbered('h main', 2), 'src/other.txt');
    scene.commit('main');
    const branch = await scene.stage.dev.answer('who', ['main..topic']);
    expect(branch).toMatchObject({ since: scene.git('rev-parse', 'main'), lines: 10, unattributed: 1 });
    scene.git('merge', '-q', '--squash', 'topic');
    scene.git('commit', '-q', '-m', 'squashed');
    const squashed = await scene.stage.dev.answer('who', ['main~1..']);
    expect(squashed).toMatchObject({ lines: 10, unattributed: 1 });
    expect(squashed.shares.map(({ agent, lines }) => [agent, lines])).toEqual([
      ['tester', 5],
      ['writer', 4],
    ]);
  });

  it('counts for nobody what no signature vouches for, and blame says so', async () => {
    await scene.twoCommits();
    scene.takeSignature();
    const answer = await scene.stage.dev.answer('who', ['src/app.txt']);
    expect(answer).toMatchObject({ lines: 15, unattributed: 11 });
    expect(answer.shares).toMatchObject([{ agent: 'writer', lines: 4 }]);
    const { stdout } = await scene.stage.dev.ok(['blame', 'src/app.txt']);
    expect(stdout.match(/tester \(model-b\), unsigned/g)).toHaveLength(5);
    expect(stdout).not.toMatch(/writer.*unsigned/);
  });

  it('passes over what has no lines, and says so', async () => {
    scene.stage.write('src/logo', 'a\nb\0c\n');
    scene.stage.repository.link('src/link', 'app.txt');
    const answer = await scene.stage.dev.answer('who');
    expect(answer.skipped).toEqual([{ path: 'src/logo', why: 'binary' }]);
    expect(answer.files).toBe(3);
  });

  it('refuses what is not there', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<unknown> =>
      expectRefusal(scene.stage.dev, ['who', ...argv], { exit, code });
    await refused(['src/none'], 65, 'NOT_FOUND');
    await refused(['none..main'], 65, 'NOT_FOUND');
    await refused(['task/login..main'], 65, 'NOT_FOUND');
    await refused(['main..main', '--at', 'main'], 64, 'USAGE');
  });
});
