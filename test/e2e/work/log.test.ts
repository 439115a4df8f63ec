import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  for (const [index, intent] of ['first', 'second', 'third'].entries()) {
    stage.write('src/a.ts', `${intent}\n`);
    await stage.dev.ok(['capture', '-m', `The ${intent}`, '--confidence', `0.${index + 1}`]);
  }
});
afterAll(() => stage.dispose());

describe('log', () => {
  itNeedsARepository(['log']);

  it('lists the states of the current thread, newest first', async () => {
    const answer = await stage.dev.answer('log');
    expect(schemaProblems(answer)).toEqual([]);
    const intents = answer.states.map(({ intent }) => intent);
    expect(intents).toEqual(['The third', 'The second', 'The first']);
    const { stdout } = await stage.dev.ok(['log']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('takes a thread and a limit', async () => {
    const { states } = await stage.dev.answer('log', ['task/login', '-n', '1']);
    expect(states).toHaveLength(1);
  });

  describe('of a path', () => {
    let scene: Stage;
    beforeAll(async () => {
      scene = new Stage();
      scene.write('old/b.ts', 'of git\n');
      scene.write('a.ts', 'of git\n');
      scene.repository.commit('base');
      await scene.withDev();
      const capture = (path: string, content: string): Promise<unknown> => {
        scene.write(path, content);
        return scene.dev.ok(['capture', '-m', `${path}: ${content}`]);
      };
      await capture('src/a.ts', 'one');
      await capture('a.ts', 'two');
      await capture('src/deep/c.ts', 'three');
      await capture('src/a.ts', 'four');
      scene.repository.remove('a.ts');
      await scene.dev.ok(['capture', '-m', 'a.ts: gone']);
    });
    afterAll(() => scene.dispose());

    const intents = async (...argv: readonly string[]): Promise<readonly (string | null)[]> => {
      const answer = await scene.dev.answer('log', argv);
      expect(schemaProblems(answer)).toEqual([]);
      return answer.states.map(({ intent }) => intent);
    };

    it('lists only states that changed the file, a deletion too', async () => {
      expect(await intents('--path', 'src/a.ts')).toEqual(['src/a.ts: four', 'src/a.ts: one']);
      expect(await intents('--path', 'a.ts')).toEqual(['a.ts: gone', 'a.ts: two']);
    });

    it('takes a directory, a limit, a thread and the current directory', async () => {
      expect(await intents('--path', 'src/')).toEqual([
        'src/a.ts: four',
        'src/deep/c.ts: three',
        'src/a.ts: one',
      ]);
      expect(await intents('task/login', '--path', 'src', '-n', '2')).toEqual([
        'src/a.ts: four',
        'src/deep/c.ts: three',
      ]);
      expect(await intents('--path', '.')).toHaveLength(5);
      const { states } = await scene.dev.answer('log', ['--path', '../a.ts'], { cwd: `${scene.path}/src` });
      expect(states).toHaveLength(2);
      const up = await scene.dev.answer('log', ['--path', '..'], { cwd: `${scene.path}/src` });
      expect(up.states).toHaveLength(5);
    });

    it('does not take what stands in Git for a change, and says where nothing changed', async () => {
      expect(await intents('--path', 'old/b.ts')).toEqual([]);
      expect(await intents('--path', 'old')).toEqual([]);
      const { stdout } = await scene.dev.ok(['log', '--path', 'old/b.ts']);
      expect(stdout).toBe('no state of task/login changed old/b.ts\n');
    });

    it('follows a fork to the states before it', async () => {
      await scene.dev.ok(['start', 'task/fork', '--from', 'task/login', '--worktree', scene.beside('fork')]);
      const cwd = scene.beside('fork');
      expect((await scene.dev.answer('log', ['--path', 'a.ts'], { cwd })).states).toHaveLength(2);
      expect(await intents('task/fork', '--path', 'a.ts')).toEqual(['a.ts: gone', 'a.ts: two']);
    });

    it('follows a file to the names that it had before', async () => {
      const text = Array.from({ length: 9 }, (_, index) => `line ${index} of a file\n`).join('');
      const capture = (intent: string): Promise<unknown> => scene.dev.ok(['capture', '-m', intent]);
      scene.write('src/first name.ts', text);
      await capture('made');
      renameSync(`${scene.path}/src/first name.ts`, `${scene.path}/renamed.ts`);
      await capture('renamed');
      scene.write('renamed.ts', `${text}more\n`);
      await capture('edited');
      expect(await intents('--path', 'renamed.ts')).toEqual(['edited', 'renamed', 'made']);
      expect(await intents('--path', 'renamed.ts', '-n', '2')).toEqual(['edited', 'renamed']);
    });

    it('refuses what lies outside, and what is no path', async () => {
      for (const path of ['../x', '/etc/passwd', 'a/../../b', '.git/config']) {
        await expectRefusal(scene.dev, ['log', '--path', path], { exit: 64, code: 'PATH_INVALID' });
      }
      await expectRefusal(scene.dev, ['log', '--path', ''], { exit: 64, code: 'USAGE' });
    });
  });

  it('needs no credential to read', async () => {
    const { states } = await stage.person('stranger').json(['log', 'task/login']);
    expect(states).toHaveLength(3);
  });

  it('shows control characters and direction overrides of an intent escaped', async () => {
    stage.write('src/a.ts', 'spoof\n');
    await stage.dev.ok(['capture', '-m', 'red \u001b[31m and \u202egnirts\u0007']);
    const { stdout } = await stage.dev.ok(['log', '-n', '1']);
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/);
  });

  it('refuses a thread that is not there, and bad numbers', async () => {
    await expectRefusal(stage.dev, ['log', 'task/none'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['log', '-n', '-3'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['log', 'a', 'b'], { exit: 64, code: 'USAGE' });
  });
});
