import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
});
afterAll(() => stage.dispose());

describe('status', () => {
  itNeedsARepository(['status']);

  it('shows the thread, the credential and what changed', async () => {
    stage.write('src/login.ts', 'export {};\n');
    stage.write('README', 'changed\n');
    const answer = await stage.dev.answer('status');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      repository: 'acme/core',
      thread: 'task/login',
      state: null,
      changed: [
        { path: 'README', change: 'modified' },
        { path: 'src/login.ts', change: 'added' },
      ],
      credential: { kind: 'session', principal: 'dev@example.com', via: [] },
      role: { role: 'developer', at: 'acme/core@task' },
    });
    const { stdout } = await stage.dev.ok(['status']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });

  it('does not say that nothing changed where no thread was started', async () => {
    const apart = stage.beside('apart');
    stage.git('worktree', 'add', '-q', '--detach', apart);
    writeFileSync(`${apart}/README`, 'changed\n');
    const answer = await stage.dev.answer('status', [], { cwd: apart });
    expect(answer).toMatchObject({ thread: null, changed: null });
    expect(schemaProblems(answer)).toEqual([]);
    const { stdout } = await stage.dev.ok(['status'], { cwd: apart });
    expect(stdout).not.toContain('nothing changed');
    expect(stdout).toContain('! no thread was started in this worktree');
    stage.git('worktree', 'remove', '--force', apart);
  });

  it('changes nothing, and leaves the index of Git alone', async () => {
    const look = (): unknown => [stage.footprint(), stage.git('ls-files', '--stage')];
    const before = look();
    await stage.dev.ok(['status']);
    expect(look()).toEqual(before);
  });

  it('does not say that nothing changed where that cannot be told', async () => {
    const readme = stage.beside('work', 'README');
    const whole = readFileSync(readme);
    rmSync(readme);
    // Neither a file, a link nor a directory, where a file is tracked.
    execFileSync('mkfifo', [readme]);
    const answer = await stage.dev.answer('status');
    expect(answer.changed).toBeNull();
    expect(schemaProblems(answer)).toEqual([]);
    const { stdout } = await stage.dev.ok(['status']);
    expect(stdout).toContain('! what changed cannot be told: ');
    expect(stdout).not.toContain('nothing changed');
    rmSync(readme);
    writeFileSync(readme, whole);
  });

  it("needs no index of Git's that can be read", async () => {
    const index = stage.beside('work', '.git', 'index');
    const whole = readFileSync(index);
    const { changed } = await stage.dev.answer('status');
    writeFileSync(index, 'no index');
    expect((await stage.dev.answer('status')).changed).toEqual(changed);
    writeFileSync(index, whole);
  });

  it('tells an agent that it needs a credential of its own, and does not show it the session', async () => {
    const answer = await stage.dev.answer('status', [], { env: { CLAUDECODE: '1' } });
    expect(answer).toMatchObject({ agentDetected: 'CLAUDECODE', credential: null });
    const [attention] = answer.attention;
    expect(attention?.command?.slice(0, 3)).toEqual(['heddle', 'token', 'attenuate']);
  });

  it('refuses what it does not know', async () => {
    await expectRefusal(stage.dev, ['status', '--colour'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['status', '--provider', 'p'], { exit: 64, code: 'PROVIDER_MODEL_PAIR' });
  });
});
