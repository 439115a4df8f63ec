import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let genesis: string;
const bare = (): string => stage.beside('remote.git');
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'export const a = 1;\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.git('init', '-q', '--bare', '-b', 'main', bare());
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
});
afterAll(() => stage.dispose());

describe('clone', () => {
  it('clones with everything, verifies it, and says what it believed', async () => {
    const made = await stage.owner.answer('clone', [bare(), 'copy'], { cwd: stage.root });
    expect(schemaProblems(made)).toEqual([]);
    // Whoever works in another clone of this home is logged in here, too.
    expect(made).toMatchObject({ trustedOnFirstUse: true, threads: 1, branch: 'main', attention: [] });
    genesis = made.genesis;
    const cwd = stage.beside('copy');
    expect(made.directory).toBe(cwd);
    expect(await stage.owner.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
    expect((await stage.owner.ok(['pull'], { cwd })).stdout).toContain('nothing new from origin');
    const listed = await stage.owner.answer('remote-list', [], { cwd });
    expect(schemaProblems(listed)).toEqual([]);
    expect(listed.remotes).toMatchObject([{ threads: 1, pulledAt: expect.any(String) as string }]);
    expect(listed.replicas).toMatchObject([{ principal: 'owner@example.com', remote: 'origin' }]);
    expect(stage.git('-C', cwd, 'status', '--porcelain')).toBe('');
  });

  it('says where nothing is checked out, since the remote’s HEAD names no branch', async () => {
    stage.git('-C', bare(), 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    const { stdout } = await stage.owner.ok(['clone', bare(), 'unborn'], { cwd: stage.root });
    stage.git('-C', bare(), 'symbolic-ref', 'HEAD', 'refs/heads/main');
    expect(stdout).toContain('none is checked out: `git branch --remotes` lists them');
  });

  it('takes the genesis that is named, into an empty directory, and no other', async () => {
    mkdirSync(stage.beside('empty'));
    // Both as seen from where it was started.
    const argv = ['../remote.git', '../empty', '--genesis', genesis];
    const made = await stage.owner.answer('clone', argv);
    expect(made.trustedOnFirstUse).toBe(false);
    const other = `hg-${'0'.repeat(52)}`;
    const refused = ['clone', bare(), 'other', '--genesis', other];
    await expectRefusal(stage.owner, refused, { exit: 65, code: 'ADOPT_REFUSED', cwd: stage.root });
    expect(existsSync(stage.beside('other'))).toBe(false);
  });

  it('leaves nothing behind of what it refuses', async () => {
    const before = readdirSync(stage.root).toSorted();
    const refused = (argv: readonly string[], exit: number, code: string): Promise<void> =>
      expectRefusal(stage.owner, ['clone', ...argv], { exit, code, cwd: stage.root });
    await refused([stage.beside('none.git'), 'none'], 74, 'REMOTE_FAILED');
    const away = await stage.owner.run(['clone', 'http://me@127.0.0.1:1/x.git', 'none'], { cwd: stage.root });
    expect(away.stderr).toContain('http://127.0.0.1:1/x.git');
    await refused([bare(), 'copy'], 73, 'OUTPUT_EXISTS');
    await refused(['ext::touch pwned', 'none'], 65, 'REMOTE_REFUSED');
    await refused([`https://me:${'x'}@127.0.0.1:1/x.git`, 'none'], 65, 'REMOTE_REFUSED');
    await refused([bare(), 'none', '--genesis', 'nonsense'], 65, 'FORMAT_INVALID');
    const plain = stage.beside('plain.git');
    stage.git('clone', '-q', '--bare', '.', plain);
    stage.git('-C', plain, 'for-each-ref', '--format=delete %(refname)', 'refs/heddle');
    await refused([plain, 'none'], 65, 'ADOPT_REFUSED');
    expect(readdirSync(stage.root).toSorted()).toEqual([...before, 'plain.git'].toSorted());
  });

  it('is done by init --adopt in a clone that git made, and by nothing where there is no remote', async () => {
    const cwd = stage.beside('plain-clone');
    stage.git('clone', '-q', bare(), cwd);
    const other = `hg-${'0'.repeat(52)}`;
    const argv = ['init', '--adopt', '--genesis', other];
    await expectRefusal(stage.owner, argv, { exit: 65, code: 'ADOPT_REFUSED', cwd });
    expect(stage.git('-C', cwd, 'for-each-ref', 'refs/heddle')).toBe('');
    stage.git('-C', cwd, 'remote', 'rename', 'origin', 'up');
    const made = await stage.owner.answer('init', ['--adopt', '--remote', 'up', '--genesis', genesis], {
      cwd,
    });
    expect(made).toMatchObject({ genesis, adopted: { threads: 1 } });
    expect((await stage.owner.ok(['pull'], { cwd })).stdout).toContain('nothing new from up');
    expect(await stage.owner.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
    const alone = stage.beside('alone');
    stage.git('init', '-q', alone);
    const refused = { exit: 65, code: 'ADOPT_REFUSED', cwd: alone };
    await expectRefusal(stage.owner, ['init', '--adopt'], refused);
    await expectRefusal(stage.owner, ['init', '--remote', 'up'], { ...refused, exit: 64, code: 'USAGE' });
  });

  it('makes clones that both give roles, and join what each of them gave', async () => {
    const cwd = stage.beside('copy');
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core@here']);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core@there'], { cwd });
    await stage.owner.ok(['push', '--all']);
    await expectRefusal(stage.owner, ['push'], { exit: 75, code: 'REMOTE_MOVED', cwd });
    expect(await stage.owner.answer('pull', [], { cwd })).toMatchObject({ authority: true, findings: [] });
    await stage.owner.ok(['push'], { cwd });
    expect(await stage.owner.answer('pull')).toMatchObject({ authority: true, findings: [] });
    for (const options of [{}, { cwd }]) {
      const { grants } = await stage.owner.answer('grant-list', [], options);
      const given = grants.map(({ resource }) => resource);
      expect(given).toEqual(expect.arrayContaining(['acme/core@here', 'acme/core@there']));
      expect(await stage.owner.answer('verify', ['--all'], options)).toMatchObject({
        ok: true,
        findings: [],
      });
    }
  });

  it('refuses a remote in which a state was forged, whole', async () => {
    const forged = stage.beside('forged.git');
    stage.git('clone', '-q', '--mirror', bare(), forged);
    const main = stage.git('-C', forged, 'rev-parse', 'refs/heads/main').trim();
    stage.git('-C', forged, 'update-ref', 'refs/heddle/threads/task/login', main);
    const argv = ['clone', forged, 'from-forged'];
    await expectRefusal(stage.owner, argv, { exit: 65, code: 'ADOPT_REFUSED', cwd: stage.root });
    expect(existsSync(stage.beside('from-forged'))).toBe(false);
  });
});
