import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let first: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  first = (await stage.dev.answer('capture', ['-m', 'Begin', '--confidence', '0.80'])).state;
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

describe('capture --amend', () => {
  it('stands in the place of the newest state, which its id still finds', async () => {
    stage.write('src/a.ts', 'two\n');
    const answer = await stage.dev.answer('capture', ['--amend']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      created: true,
      replaces: first,
      parents: [],
      changed: [{ path: 'src/a.ts', change: 'modified' }],
    });
    const { states } = await stage.dev.answer('log', ['task/login']);
    expect(states).toMatchObject([{ state: answer.state, intent: 'Begin', actor: { confidence: '0.80' } }]);
    expect((await stage.dev.answer('show', [first])).patch).toContain('+one');
    expect(await stage.dev.answer('status')).toMatchObject({ state: answer.state, changed: [] });
    await expectSound();
  });

  it('says so in words, and that there is nothing to amend', async () => {
    const run = await stage.dev.ok(['capture', '--amend', '-m', 'Begin well']);
    expect(run.stdout).toMatch(/^captured hs-\w+ on task\/login, in the place of hs-\w+\n$/);
    const again = await stage.dev.ok(['capture', '--amend']);
    expect(again.stdout).toMatch(/^nothing changed since hs-\w+ on task\/login\n$/);
    expect(await stage.dev.answer('capture', ['--amend'])).toMatchObject({ created: false, replaces: null });
  });

  it('is undone and redone', async () => {
    const { state } = await stage.dev.answer('capture', ['--amend', '-m', 'Begin well']);
    expect((await stage.dev.answer('undo')).states).toEqual([first]);
    expect(stage.git('for-each-ref', 'refs/heddle/dropped')).toBe('');
    expect((await stage.dev.answer('redo')).states).toEqual([state]);
    await expectSound();
  });

  it('leaves what others made, or built on, and says what to do instead', async () => {
    stage.write('src/a.ts', 'two\n');
    await expectRefusal(stage.owner, ['capture', '--amend'], { exit: 65, code: 'AMEND_REFUSED' });
    const text = await stage.owner.run(['capture', '--amend']);
    expect(text.stderr).toMatch(/^error: hs-\w+ is not amended: it was made by somebody else/);
    expect(text.stderr).toContain('heddle capture');
    await stage.dev.ok(['start', 'task/next', '--from', first, '--worktree', stage.beside('next')]);
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['capture', '--amend'], { exit: 65, code: 'AMEND_REFUSED' });
    expect(stage.footprint()).toEqual(before);
  });

  it('leaves what was landed', async () => {
    await stage.owner.ok(['land', 'task/login', '--onto', 'main']);
    await expectRefusal(stage.dev, ['capture', '--amend', '-m', 'x'], { exit: 65, code: 'AMEND_REFUSED' });
    await stage.owner.ok(['undo']);
    await stage.dev.ok(['capture', '--amend', '-m', 'x']);
    await expectSound();
  });

  it('is denied to a token that does not reach what it would change', async () => {
    const agent = await stage.agent('worker');
    stage.write('src/a.ts', 'two\n');
    await agent.ok(['capture']);
    stage.write('docs/a.md', 'one\n');
    await expectDenial(stage, agent, { argv: ['capture', '--amend'], code: 'SCOPE_RESOURCE' });
  });
});
