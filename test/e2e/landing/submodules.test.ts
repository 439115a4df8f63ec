import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { printed } from '../../support/cli/run-heddle.ts';
import { found, Stage } from '../../support/cli/stage.ts';

const LINES = 'one\ntwo\nthree\n';
const LAND = ['task/api', '--onto', 'main'];

let stage: Stage;
let api: string;
/** The submodule's commits: what both had, the branch's, the thread's, and one with both. */
let commits: readonly string[];
const here = {
  get cwd(): string {
    return api;
  },
};

function inApi(...argv: readonly string[]): string {
  return stage.git('-C', api, ...argv);
}

function inLibrary(...argv: readonly string[]): string {
  return stage.git('-C', stage.beside('library'), ...argv);
}

function makeLibrary(): readonly string[] {
  stage.git('init', '-q', stage.beside('library'));
  const made = ['both', 'ours', 'theirs', 'merged'].map((name) => {
    if (name === 'theirs') inLibrary('checkout', '-q', 'HEAD~1');
    writeFileSync(stage.beside('library', `${name}.txt`), `${name}\n`);
    inLibrary('add', '.');
    inLibrary('commit', '-q', '-m', name);
    inLibrary('branch', name);
    return inLibrary('rev-parse', 'HEAD');
  });
  return made;
}

beforeAll(async () => {
  stage = new Stage();
  commits = makeLibrary();
  const [both = '', ours = ''] = commits;
  stage.git('config', '--global', 'protocol.file.allow', 'always');
  stage.write('app.txt', LINES);
  stage.git('submodule', '--quiet', 'add', stage.beside('library'), 'lib');
  stage.git('-C', 'lib', 'checkout', '-q', both);
  stage.repository.commit('base');
  await stage.begin();
  api = stage.beside('api');
  await stage.owner.ok(['start', 'task/api', '--worktree', api]);
  inApi('submodule', '--quiet', 'update', '--init');
  writeFileSync(join(api, 'app.txt'), LINES.replace('two', 'theirs'));
  await stage.owner.ok(['capture', '-m', 'work'], here);
  stage.git('-C', 'lib', 'checkout', '-q', ours);
  stage.write('app.txt', LINES.replace('two', 'ours'));
  stage.git('submodule', '--quiet', 'add', '--branch', 'both', stage.beside('library'), 'more');
  stage.repository.commit('meanwhile');
  stage.git('checkout', '-q', '--detach');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** The commit of a submodule in a tree. */
function at(place: string): string {
  return inApi('rev-parse', place);
}

/** Runs continue, which is refused, and what it says that helps. */
async function fixed(): Promise<readonly string[]> {
  const error = printed(await stage.owner.run(['continue', '--json'], here));
  expect(error).toMatchObject({ code: 'LAND_UNRESOLVED', exit: 65, preserved: 'nothing was changed' });
  const { fixes } = error as { readonly fixes?: readonly { readonly argv: readonly string[] }[] };
  const { argv } = found(fixes?.[0]);
  expect(argv.slice(0, 6)).toEqual(['git', '-C', api, 'submodule', 'update', '--init']);
  stage.git(...argv.slice(1));
  return argv.slice(6);
}

function resolve(): void {
  writeFileSync(join(api, 'app.txt'), LINES.replace('two', 'both'));
  inApi('add', 'app.txt');
}

describe('a submodule, with conflicts', () => {
  it('that the branch moved, or has anew, is not taken back by what stands there', async () => {
    const [both, ours] = commits;
    await stage.owner.answer('land', LAND, { ...here, exit: 1 });
    resolve();
    expect(await fixed()).toEqual(['--', 'lib', 'more']);
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    expect(['main:lib', 'refs/heddle/threads/task/api:files/lib', 'main:more'].map(at)).toEqual([
      ours,
      ours,
      both,
    ]);
    expect((await stage.owner.answer('status', [], here)).changed).toEqual([]);
  });

  it('that is not checked out is as the merge has it', async () => {
    inApi('submodule', '--quiet', 'deinit', '--force', 'lib');
    await stage.owner.answer('land', LAND, { ...here, exit: 1 });
    resolve();
    expect(await fixed()).toEqual(['--', 'more']);
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    expect(at('main:lib')).toBe(commits[1]);
  });

  it('that the branch took away is not kept by what is left of it', async () => {
    stage.git('checkout', '-q', 'main');
    stage.git('rm', '-q', '--force', 'lib', 'more');
    stage.repository.commit('without');
    stage.git('checkout', '-q', '--detach');
    await stage.owner.answer('land', LAND, { ...here, exit: 1 });
    resolve();
    const error = printed(await stage.owner.run(['continue', '--json'], here));
    expect(error).toMatchObject({ code: 'LAND_UNRESOLVED', hint: expect.stringContaining('move it out') });
    rmSync(join(api, 'lib'), { recursive: true });
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    expect(stage.git('ls-tree', '--name-only', 'main').split('\n')).not.toContain('lib');
  });

  it('that both moved is put to whoever resolves it, and abort leaves what is checked out', async () => {
    const [, , theirs, merged] = commits;
    const before = inApi('status', '--porcelain');
    inApi('-C', 'lib', 'checkout', '-q', String(theirs));
    await stage.owner.ok(['capture', '-m', 'move it'], here);
    const { conflicts } = await stage.owner.answer('land', LAND, { ...here, exit: 1 });
    expect(conflicts.find(({ path }) => path === 'lib')).toMatchObject({
      kind: 'submodule',
      stages: commits.slice(0, 3).map((id, index) => ({ stage: index + 1, mode: '160000', id })),
    });
    inApi('-C', 'lib', 'checkout', '-q', String(merged));
    await stage.owner.ok(['abort'], here);
    expect(inApi('status', '--porcelain')).toBe(`${before}\n M lib`);
    expect(inApi('-C', 'lib', 'rev-parse', 'HEAD')).toBe(merged);
    await stage.owner.ok(['undo'], here);
    resolve();
    inApi('add', 'lib');
    inApi('submodule', '--quiet', 'update', '--init', 'more');
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    expect(at('main:lib')).toBe(merged);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });
});
