import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../../support/cli/stage.ts';

const SECRET = 'token = "never-again-0123456789"\n';

let stage: Stage;
let tombstone: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  // Git's own history has it, too: it can be brought back from there at any time.
  stage.write('old/key.ts', SECRET);
  stage.git('add', '.');
  stage.git('commit', '-qm', 'with a key');
  stage.git('rm', '-q', 'old/key.ts');
  stage.git('commit', '-qm', 'without it');
  stage.write('src/key.ts', SECRET);
  stage.write('src/main.ts', 'main();\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  const { tombstone: id } = await stage.owner.answer('redact', ['src/key.ts', '--reason', 'a token']);
  tombstone = id ?? '';
});
afterAll(() => stage.dispose());

const list = (): string => stage.beside('work', '.git', 'heddle', 'shun.json');

async function expectRefused(argv: readonly string[], cwd?: string): Promise<void> {
  const refused = await stage.owner.json(argv, { exit: 65, ...(cwd === undefined ? {} : { cwd }) });
  expect(refused).toMatchObject({ code: 'CONTENT_SHUNNED', facts: { tombstone } });
  expect(refused['hint']).toContain(`heddle tombstone show ${tombstone.slice(0, 11)}`);
}

describe('what was removed comes back to no thread', () => {
  it('by a capture, an amendment, or of a part: each names the tombstone and what to do', async () => {
    stage.write('src/again.ts', SECRET);
    await expectRefused(['capture', '-m', 'Back']);
    await expectRefused(['capture', '--amend', '-m', 'Back']);
    await expectRefused(['capture', '-m', 'Back', '--', 'src/again.ts']);
    rmSync(stage.beside('work', 'src', 'again.ts'));
  });

  it('by a thread that begins from an old commit: its replacement stands there', async () => {
    const directory = stage.beside('from-old');
    await stage.owner.ok(['start', 'task/old', '--from', 'main~1', '--worktree', directory]);
    expect(readFileSync(`${directory}/old/key.ts`, 'utf8')).toContain('redacted hr-');
    stage.git('-C', directory, 'checkout', '-q', 'main~1', '--', 'old/key.ts');
    await expectRefused(['capture', '-m', 'Back'], directory);
    const { findings } = await stage.owner.answer('doctor', [], { cwd: directory, exit: 1 });
    expect(findings).toMatchObject([{ kind: 'refused', subject: 'HEAD:old/key.ts' }]);
  });

  it('while somebody has taken the list away: that is told, and the list is there again', async () => {
    const sound = readFileSync(list());
    rmSync(list());
    const { ok, findings } = await stage.owner.answer('doctor', [], { exit: 1 });
    expect([ok, findings.map(({ kind, subject }) => [kind, subject])]).toEqual([
      false,
      [['shun', tombstone]],
    ]);
    expect(existsSync(list())).toBe(false);
    stage.write('src/again.ts', SECRET);
    await expectRefused(['capture', '-m', 'Back']);
    expect(readFileSync(list())).toEqual(sound);
    rmSync(list());
    rmSync(stage.beside('work', 'src', 'again.ts'));
    stage.write('src/main.ts', 'main(2);\n');
    expect((await stage.owner.ok(['capture', '-m', 'Goes on'])).stderr).toContain('put it back');
    expect(await stage.owner.answer('doctor')).toMatchObject({ ok: true, findings: [] });
  });

  it('after the purge, with the list taken away once more', async () => {
    await stage.owner.run(['purge', tombstone, '--yes']);
    rmSync(list());
    stage.write('src/again.ts', SECRET);
    await expectRefused(['capture', '-m', 'Back']);
    rmSync(stage.beside('work', 'src', 'again.ts'));
  });
});
