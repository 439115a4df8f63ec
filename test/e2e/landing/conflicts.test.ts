import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { printed } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const BASE = 'one\ntwo\nthree\nfour\nfive\nsix\n';
const THEIRS = BASE.replace('two', 'theirs');
const OURS = BASE.replace('two', 'ours').replace('six', 'SIX');
const BOTH = OURS.replace('ours', 'ours and theirs');

let stage: Stage;
let api: string;
let base: string;
/** `task/api` stands in a worktree of its own; main changed the same line, and is checked out in the main worktree. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('app.txt', BASE);
  stage.write('gone.txt', 'goes\n');
  stage.write('image.bin', '\0 first');
  stage.write('tool.sh', 'echo\n');
  stage.repository.commit('base');
  base = stage.git('rev-parse', 'HEAD');
  await stage.withDev();
  await stage.dev.ok(['undo']);
  api = stage.beside('api');
  await stage.dev.ok(['start', 'task/api', '--worktree', api]);
  writeApi('app.txt', THEIRS);
  writeApi('image.bin', '\0 theirs');
  rmSync(join(api, 'gone.txt'));
  writeApi('tool.sh', 'echo theirs\n');
  writeApi('src/new.txt', 'new\n');
  await stage.dev.ok(['capture', '-m', 'work'], { cwd: api });
  stage.git('checkout', '-q', '--detach');
  stage.git('checkout', '-q', '-B', 'main', base);
  stage.write('app.txt', OURS);
  stage.write('gone.txt', 'goes on\n');
  stage.write('image.bin', '\0 ours');
  stage.repository.git('mv', 'tool.sh', 'run.sh');
  stage.repository.commit('meanwhile');
  stage.git('checkout', '-q', '--detach');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const here = {
  get cwd(): string {
    return api;
  },
};
const LAND = ['land', 'task/api', '--onto', 'main'];

function writeApi(path: string, content: string): void {
  stage.write(join('..', 'api', path), content);
}

function read(path: string): string {
  return readFileSync(join(api, path), 'utf8');
}

function inApi(...argv: readonly string[]): string {
  return stage.git('-C', api, ...argv);
}

async function stop(): Promise<void> {
  await stage.owner.answer('land', LAND.slice(1), { cwd: api, exit: 1 });
}

function resolve(): void {
  writeApi('app.txt', BOTH);
  writeApi('image.bin', '\0 both');
  inApi('add', 'app.txt', 'image.bin');
  inApi('rm', '-q', '-f', '--ignore-unmatch', 'gone.txt');
}

/** Files, what git says of them, and where the thread stands. */
function looksLike(): readonly string[] {
  const files = ['app.txt', 'gone.txt', 'image.bin', 'tool.sh', 'run.sh', 'src/new.txt', 'extra.txt'];
  return [
    ...files.map((path) => (existsSync(join(api, path)) ? read(path) : '')),
    inApi('status', '--porcelain=v2'),
    inApi('ls-files', '--stage'),
  ];
}

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  expect(stage.leftovers()).toEqual([]);
  expect(stage.gitCode('fsck', '--strict', '--no-dangling')).toBe(0);
}

describe('a landing with conflicts', () => {
  itNeedsARepository(['continue']);
  itNeedsARepository(['abort']);

  it('leaves files and index as git leaves them, with the names of branch and thread', async () => {
    const tree = inApi('rev-parse', `refs/heddle/threads/task/api:files`);
    const answer = await stage.owner.answer('land', LAND.slice(1), { cwd: api, exit: 1 });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ landed: false, to: null, pending: api, behind: 1, problems: [] });
    expect(answer.conflicts.map(({ path, kind }) => [path, kind])).toEqual([
      ['app.txt', 'content'],
      ['gone.txt', 'modify/delete'],
      ['image.bin', 'binary'],
    ]);
    const told = answer.conflicts.flatMap(({ path, stages }) =>
      stages.map(({ mode, id, stage: number }) => `${mode} ${id} ${number}\t${path}`),
    );
    expect(told.join('\n')).toBe(inApi('ls-files', '--unmerged'));
    // Git itself, with the same two sides.
    const own = stage.beside('own');
    stage.git('worktree', 'add', '-q', '--detach', own, 'main');
    const commit = stage.git('commit-tree', tree, '-p', base, '-m', 'theirs');
    expect(stage.gitCode('-C', own, 'merge', '-q', commit)).toBe(1);
    const label = (text: string): string => text.replaceAll('HEAD', 'main').replaceAll(commit, 'task/api');
    expect(read('app.txt')).toBe(label(readFileSync(join(own, 'app.txt'), 'utf8')));
    expect(read('app.txt')).toContain('<<<<<<< main\nours\n=======\ntheirs\n>>>>>>> task/api\n');
    for (const path of ['gone.txt', 'image.bin', 'run.sh', 'src/new.txt']) {
      expect(read(path), path).toBe(readFileSync(join(own, path), 'utf8'));
    }
    expect(inApi('ls-files', '--stage')).toBe(stage.git('-C', own, 'ls-files', '--stage'));
    expect(existsSync(join(api, 'tool.sh'))).toBe(false);
    expect(stage.git('log', '-1', '--format=%s', 'main')).toBe('meanwhile');
    stage.git('worktree', 'remove', '--force', own);
    await expectSound();
  });

  it('is told by status, and keeps every verb away that would move the worktree', async () => {
    await stop();
    const { landing, attention } = await stage.owner.answer('status', [], here);
    expect(landing).toEqual({
      thread: 'task/api',
      branch: 'main',
      unmerged: ['app.txt', 'gone.txt', 'image.bin'],
    });
    expect(attention.map(({ command }) => command)).toEqual(
      expect.arrayContaining([
        ['heddle', 'continue'],
        ['heddle', 'abort'],
      ]),
    );
    expect((await stage.owner.ok(['status'], here)).stdout).toContain('  C app.txt\n');
    const before = stage.footprint();
    const files = looksLike();
    for (const argv of [['capture'], ['start', 'other'], ['thread', 'drop', 'task/api'], LAND]) {
      const { exit, stderr } = await stage.owner.run([...argv, '--json'], here);
      expect([exit, stderr]).toEqual([65, expect.stringContaining('"code":"LAND_PENDING"')]);
      expect(stderr).toContain(`"argv":["heddle","-C","${api}","continue"]`);
    }
    // From elsewhere too, where a drop would take the worktree away: neither a capture nor --force helps there.
    for (const force of [[], ['--force']]) {
      const { exit, stderr } = await stage.owner.run(['thread', 'drop', 'task/api', ...force, '--json']);
      expect([exit, stderr]).toEqual([65, expect.stringContaining('"code":"LAND_PENDING"')]);
    }
    const { problems } = await stage.owner.answer('land', [...LAND.slice(1), '--dry-run'], {
      ...here,
      exit: 1,
    });
    expect(problems.map(({ code }) => code)).toContain('LAND_PENDING');
    expect(stage.footprint()).toEqual(before);
    expect(looksLike()).toEqual(files);
  });

  it('is resolved and landed by continue, and blame knows either side and who resolved it', async () => {
    const head = stage.git('rev-parse', 'main');
    const { state: worked } = await stage.dev.answer('status', [], here);
    await stop();
    await expectRefusal(stage.owner, ['continue'], { exit: 65, code: 'LAND_UNRESOLVED', ...here });
    resolve();
    writeApi('app.txt', BOTH.replace('three', '>>>>>>> task/api\nthree'));
    await expectRefusal(stage.owner, ['continue'], { exit: 65, code: 'LAND_UNRESOLVED', ...here });
    resolve();
    const answer = await stage.owner.answer('continue', ['-m', 'Both'], here);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      landed: true,
      from: head,
      to: stage.git('rev-parse', 'main'),
      states: [worked, answer.state],
      pending: null,
    });
    expect(stage.git('log', '-1', '--format=%P', 'main')).toBe(head);
    expect(stage.git('show', 'main:app.txt')).toBe(BOTH.trimEnd());
    expect(stage.git('show', 'main:run.sh')).toBe('echo theirs');
    const { states } = await stage.owner.answer('show', [answer.state], here).then((shown) => ({
      states: shown.state,
    }));
    expect(states).toMatchObject({ parents: [worked], intent: 'Both' });
    for (const argv of [['run.sh'], ['run.sh', '--at', 'main']]) {
      const { lines } = await stage.owner.answer('blame', argv, here);
      expect(lines.map(({ state }) => state)).toEqual([worked]);
    }
    for (const argv of [['app.txt'], ['app.txt', '--at', 'main']]) {
      const { lines } = await stage.owner.answer('blame', argv, here);
      const told = lines.map(({ state, commit, actor }) => (state === null ? commit : actor?.principal));
      expect(told).toEqual([base, 'owner@example.com', base, base, base, head]);
      expect(lines[1]?.state).toBe(answer.state);
    }
    expect((await stage.owner.answer('status', [], here)).landing).toBeNull();
    await expectSound();
    expect((await stage.owner.answer('land', LAND.slice(1), here)).landed).toBe(false);
  });

  it('is taken back by abort, with what was staged; undo brings the resolution back', async () => {
    writeApi('extra.txt', 'unseen\n');
    inApi('add', 'extra.txt');
    rmSync(join(api, 'extra.txt'));
    const before = looksLike();
    await stop();
    writeApi('app.txt', BOTH);
    writeApi('extra.txt', 'made meanwhile\n');
    inApi('add', 'app.txt');
    const answer = await stage.owner.answer('abort', [], here);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ thread: 'task/api', branch: 'main' });
    expect(looksLike()).toEqual(before);
    expect((await stage.owner.answer('status', [], here)).landing).toBeNull();
    await expectRefusal(stage.owner, ['abort'], { exit: 65, code: 'LAND_NOT_PENDING', ...here });
    await expectRefusal(stage.owner, ['continue'], { exit: 65, code: 'LAND_NOT_PENDING', ...here });
    expect(await stage.owner.answer('undo', [], here)).toMatchObject({ op: 'abort' });
    expect([read('app.txt'), read('extra.txt')]).toEqual([BOTH, 'made meanwhile\n']);
    expect((await stage.owner.answer('status', [], here)).landing?.unmerged).toContain('app.txt');
    resolve();
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    await expectSound();
  });

  it('is undone like anything else: the resolution, and that there were conflicts', async () => {
    const before = looksLike();
    await stop();
    expect(await stage.owner.answer('undo', [], here)).toMatchObject({ op: 'land-conflict' });
    expect(looksLike()).toEqual(before);
    await stop();
    resolve();
    const main = stage.git('rev-parse', 'main');
    const { state } = await stage.owner.answer('continue', [], here);
    expect(await stage.owner.answer('undo', [], here)).toMatchObject({ op: 'land' });
    expect(stage.git('rev-parse', 'main')).toBe(main);
    expect(await stage.owner.answer('undo', [], here)).toMatchObject({ op: 'continue' });
    const { landing, state: now } = await stage.owner.answer('status', [], here);
    expect(landing).toMatchObject({ branch: 'main', unmerged: [] });
    expect(now).not.toBe(state);
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    await expectSound();
  });

  it('is merged again where the branch moved on: landed, or once more in conflict', async () => {
    await stop();
    resolve();
    stage.git('checkout', '-q', 'main');
    stage.write('late.txt', 'late\n');
    stage.repository.commit('late');
    stage.git('checkout', '-q', '--detach');
    const landed = await stage.owner.answer('continue', [], here);
    expect(landed).toMatchObject({ landed: true, behind: 1 });
    expect(stage.git('show', 'main:late.txt')).toBe('late');
    writeApi('app.txt', BOTH.replace('four', 'theirs again'));
    await stage.dev.ok(['capture', '-m', 'more'], here);
    stage.git('checkout', '-q', 'main');
    stage.write('app.txt', BOTH.replace('four', 'ours again'));
    stage.repository.commit('ours again');
    await stop();
    writeApi('app.txt', BOTH.replace('four', 'both again'));
    inApi('add', 'app.txt');
    stage.write('app.txt', BOTH.replace('four', 'ours at last'));
    stage.repository.commit('ours at last');
    stage.git('checkout', '-q', '--detach');
    const again = await stage.owner.answer('continue', [], { ...here, exit: 1 });
    expect(again).toMatchObject({ landed: false, pending: api });
    expect(again.conflicts.map(({ path }) => path)).toEqual(['app.txt']);
    expect(read('app.txt')).toContain('<<<<<<< main\nours at last\n=======\nboth again\n>>>>>>> task/api\n');
    await stage.owner.ok(['abort'], here);
    await expectSound();
  });

  it('keeps one commit for what was resolved with --no-squash, and one for each state after it', async () => {
    await stage.owner.answer('land', [...LAND.slice(1), '--no-squash'], { ...here, exit: 1 });
    resolve();
    const answer = await stage.owner.answer('continue', [], here);
    expect(answer.commits.map(({ state }) => state)).toEqual([answer.state]);
    writeApi('next.txt', 'next\n');
    await stage.dev.ok(['capture', '-m', 'next'], here);
    expect((await stage.owner.answer('land', [...LAND.slice(1), '--no-squash'], here)).commits).toHaveLength(
      1,
    );
    await expectSound();
  });
});

describe('a landing with conflicts under a policy that asks for approvals', () => {
  it('needs another approval for what was made of them', async () => {
    const main = 'acme/core@heads/main';
    await stage.owner.ok(['policy', 'set', main, '--approvals', '1']);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', main]);
    await expectDenial(stage, stage.dev, { argv: LAND, code: 'REVIEW_MISSING', ...here });
    await stage.owner.ok(['review', 'task/api', '--approve']);
    await stage.dev.answer('land', LAND.slice(1), { ...here, exit: 1 });
    resolve();
    const run = await stage.dev.run(['continue', '--json'], here);
    expect([run.exit, printed(run)['code']], run.stderr).toEqual([77, 'REVIEW_MISSING']);
    expect(await stage.owner.json(['review', 'task/api', '--onto', 'main'])).toMatchObject({
      rules: { missing: [expect.stringContaining('to approve what is landed')] },
    });
    await stage.owner.ok(['review', 'task/api', '--approve']);
    const { states } = await stage.dev.answer('land', LAND.slice(1), here);
    expect(states).toHaveLength(2);
    expect(stage.git('show', 'main:app.txt')).toBe(BOTH.trimEnd());
    await expectSound();
  });
});

describe('conflicts of a landing', () => {
  it('are told and not written where this is no worktree of the thread', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, LAND, { exit: 65, code: 'LAND_CONFLICT' });
    const { stderr } = await stage.owner.run([...LAND, '--json']);
    const fix = ['heddle', '-C', api, ...LAND];
    expect(JSON.parse(stderr)).toMatchObject({ fixes: [{ argv: fix }] });
    const { problems, conflicts } = await stage.owner.answer('land', [...LAND.slice(1), '--dry-run'], {
      exit: 1,
    });
    expect(problems).toMatchObject([{ code: 'LAND_CONFLICT', fix }]);
    expect(conflicts).toHaveLength(3);
    expect(stage.footprint()).toEqual(before);
    // The fix, run.
    await stage.owner.json(fix.slice(1), { exit: 1 });
    expect(existsSync(stage.beside('api', 'run.sh'))).toBe(true);
  });

  it('are resolved by nobody who may not make what the resolution leaves out of the branch', async () => {
    await stop();
    resolve();
    const file = stage.beside('narrow.hcred');
    const resources = ['app.txt', 'image.bin', 'run.sh', 'tool.sh', 'src'].flatMap((path) => [
      '--resource',
      `acme/core@task/api:${path}`,
    ]);
    await stage.owner.ok(['token', 'mint', '--allow', 'state:capture', ...resources, '--out', file]);
    const narrow = stage.owner.with({ HEDDLE_CREDENTIAL: file });
    const run = await narrow.run(['continue', '--json'], here);
    expect([run.exit, printed(run)['code']], run.stderr).toEqual([77, 'SCOPE_RESOURCE']);
    expect(run.stderr).toContain('acme/core@task/api:gone.txt');
    expect((await stage.owner.answer('continue', [], here)).landed).toBe(true);
    await expectSound();
  });

  it('come to nobody who may not land; who resolves them and may not land leaves a state for others', async () => {
    await expectDenial(stage, stage.dev, { argv: LAND, code: 'ROLE_NONE', ...here });
    await stop();
    resolve();
    // Whoever did not begin it has no note of it that they believe.
    await expectRefusal(stage.dev, ['continue'], { exit: 65, code: 'LAND_NOT_PENDING', ...here });
    const file = stage.beside('less.hcred');
    await stage.owner.ok(['token', 'mint', '--allow', 'state:capture,state:read', '--out', file]);
    const main = stage.git('rev-parse', 'main');
    const less = stage.owner.with({ HEDDLE_CREDENTIAL: file });
    const run = await less.run(['continue', '--json'], here);
    expect([run.exit, run.stdout], run.stderr).toEqual([77, '']);
    expect(printed(run)).toMatchObject({
      code: 'SCOPE_OPERATION',
      preserved: expect.stringMatching(
        /^the resolution is kept: hs-\w+ on \S+; `heddle land \S+ --onto main` lands it$/,
      ),
    });
    expect(stage.git('rev-parse', 'main')).toBe(main);
    expect((await stage.owner.answer('status', [], here)).landing).toBeNull();
    expect((await stage.owner.answer('land', LAND.slice(1))).landed).toBe(true);
    expect(stage.git('show', 'main:app.txt')).toBe(BOTH.trimEnd());
    await expectSound();
  });

  it('are not ended by a note that somebody else wrote', async () => {
    await stop();
    const note = stage.git('-C', api, 'rev-parse', '--git-path', 'heddle/landing.json');
    const text = readFileSync(note, 'utf8');
    writeFileSync(note, text.replace('"branch":"main"', '"branch":"evil"'));
    resolve();
    await expectRefusal(stage.owner, ['continue'], { exit: 65, code: 'LAND_NOT_PENDING', ...here });
    writeFileSync(note, text);
    expect((await stage.owner.answer('continue', [], here)).branch).toBe('main');
  });

  it('are not written over what git ignores, nor where somebody is in the middle of something', async () => {
    appendFileSync(stage.git('-C', api, 'rev-parse', '--git-path', 'info/exclude'), '\nrun.sh\n');
    writeApi('run.sh', 'mine\n');
    const before = looksLike();
    await expectRefusal(stage.owner, LAND, { exit: 73, code: 'OUTPUT_EXISTS', ...here });
    rmSync(join(api, 'run.sh'));
    const head = stage.git('-C', api, 'rev-parse', '--git-path', 'MERGE_HEAD');
    writeFileSync(head, `${base}\n`);
    await expectRefusal(stage.owner, LAND, { exit: 65, code: 'LAND_REFUSED', ...here });
    rmSync(head);
    writeApi('run.sh', 'mine\n');
    expect(looksLike()).toEqual(before);
  });

  it('follow attributes and the configuration, and run no program that the repository names', async () => {
    inApi('config', 'merge.conflictStyle', 'diff3');
    inApi('config', 'merge.trap.driver', `touch '${stage.beside('canary')}'`);
    stage.write('.git/info/attributes', 'image.bin merge=trap\n');
    await stop();
    expect(read('app.txt')).toContain('||||||| ');
    expect(existsSync(stage.beside('canary'))).toBe(false);
    await stage.owner.ok(['abort'], here);
    stage.write('.git/info/attributes', 'app.txt merge=union\n');
    const { conflicts } = await stage.owner.answer('land', [...LAND.slice(1), '--dry-run'], {
      ...here,
      exit: 1,
    });
    expect(conflicts.map(({ path }) => path)).toEqual(['gone.txt', 'image.bin']);
  });
});
