import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitEnvironment } from '#git/environment.ts';
import { gitFailure } from '#git/failure.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { ensureRepository } from '#git/create-repository.ts';
import { openGit } from '#git/repository.ts';
import { GitRunner } from '#git/run.ts';
import { requireVersion } from '#git/version/version.ts';
import { makeOpen, makeRepository, openAt, rejection } from '../../support/repositories/open-repositories.ts';

describe('opening a repository', () => {
  it('finds it from the root, from below and through links', async () => {
    const repository = makeRepository();
    mkdirSync(join(repository.path, 'a/b'), { recursive: true });
    symlinkSync(join(repository.path, 'a'), join(repository.root, 'link'));
    const expected = {
      worktree: repository.path,
      gitDir: join(repository.path, '.git'),
      commonDir: join(repository.path, '.git'),
      objectFormat: 'sha1',
    };
    for (const cwd of [repository.path, join(repository.path, 'a/b'), join(repository.root, 'link')]) {
      expect((await openAt(repository, cwd)).places).toEqual(expected);
    }
  });

  it('tells a linked worktree’s own directory from the common one', async () => {
    const repository = makeRepository();
    const linked = join(repository.root, 'linked');
    repository.git('worktree', 'add', '-q', '--detach', linked);
    expect((await openAt(repository, linked)).places).toMatchObject({
      worktree: linked,
      gitDir: join(repository.path, '.git/worktrees/linked'),
      commonDir: join(repository.path, '.git'),
    });
  });

  it('refuses, each by its own code, what is no work tree', async () => {
    const repository = makeRepository();
    const bare = join(repository.root, 'bare');
    repository.git('init', '-q', '--bare', bare);
    const codeAt = async (cwd: string): Promise<unknown> =>
      (await rejection(openGit(cwd, repository.env))).code;
    expect(await codeAt(repository.root)).toBe('NOT_A_REPOSITORY');
    expect(await codeAt(join(repository.path, '.git'))).toBe('NOT_A_WORK_TREE');
    expect(await codeAt(bare)).toBe('BARE_REPOSITORY');
    expect(await codeAt(join(repository.root, 'nowhere'))).toMatch(/^(NOT_A_REPOSITORY|GIT_MISSING)$/);
  });

  it.skipIf(process.getuid?.() !== 0)('refuses a repository of another owner with git’s reason', async () => {
    const repository = makeRepository();
    execFileSync('chown', ['-R', '65534', repository.path]);
    const { code, facts } = await rejection(openGit(repository.path, repository.env));
    expect(code).toBe('REPOSITORY_UNTRUSTED');
    expect(JSON.stringify(facts)).toContain('dubious ownership');
  });

  it.each<readonly [string, readonly (readonly string[])[]]>([
    ['partial clones', [['config', 'remote.origin.promisor', 'true']]],
    ['sparse checkouts', [['config', 'core.sparseCheckout', 'true']]],
    ['the object format sha256', []],
    [
      'repository formats of the future',
      [
        ['config', 'core.repositoryFormatVersion', '1'],
        ['config', 'extensions.fromTheFuture', 'true'],
      ],
    ],
  ])('refuses %s by name', async (feature, commands) => {
    const sha256 = feature.endsWith('sha256');
    const repository = makeRepository({ commit: false, init: sha256 ? ['--object-format=sha256'] : [] });
    for (const command of commands) repository.git(...command);
    const { code, message } = await rejection(openGit(repository.path, repository.env));
    expect(code).toBe('GIT_UNSUPPORTED');
    if (!feature.startsWith('repository')) expect(message).toContain(feature);
  });

  it('refuses a work tree that lies away from its repository', async () => {
    const repository = makeRepository();
    const away = join(repository.root, 'away');
    mkdirSync(away);
    repository.git('config', 'core.worktree', away);
    expect((await rejection(openGit(repository.path, repository.env))).code).toMatch(
      /^(GIT_UNSUPPORTED|NOT_A_WORK_TREE)$/,
    );
  });

  it('says that git is missing where it is', async () => {
    const repository = makeRepository();
    const attempt = openGit(repository.path, { ...repository.env, PATH: join(repository.root, 'empty') });
    expect((await rejection(attempt)).code).toBe('GIT_MISSING');
  });

  it('hears git’s version in passing, without a child for it', async () => {
    const repository = makeRepository();
    const programs = join(repository.root, 'programs');
    const told = join(repository.root, 'told');
    mkdirSync(programs);
    const shim = `#!/bin/sh\nprintf '%s\\n' "$*" >>'${told}'\nPATH='${repository.env['PATH']}' exec git "$@"\n`;
    writeFileSync(join(programs, 'git'), shim, { mode: 0o755 });
    const git = await openGit(repository.path, { ...repository.env, PATH: programs });
    await git.close();
    const calls = readFileSync(told, 'utf8').trim().split('\n');
    // Places are read from the files where they are plain.
    expect(calls.map((call) => / (rev-parse|config) --/.exec(call)?.[1])).toEqual(['config']);
  });

  it.each(['git version 2.37.9', 'git version 1.9.1', 'not git', ''])(
    'refuses %j as too old',
    async (said) => {
      expect(() => requireVersion(said)).toThrow(expect.objectContaining({ code: 'GIT_TOO_OLD' }));
      const repository = makeRepository();
      const programs = join(repository.root, 'programs');
      mkdirSync(programs);
      writeFileSync(join(programs, 'git'), `#!/bin/sh\necho '${said}'\n`, { mode: 0o755 });
      const env = { ...repository.env, PATH: `${programs}:${repository.env['PATH']}` };
      expect((await rejection(openGit(repository.path, env))).code).toBe('GIT_TOO_OLD');
    },
  );

  it.each(['git version 2.38.0', 'git version 2.39.5 (Apple Git-154)', 'git version 3.0.0'])(
    'takes %j',
    (said) => {
      expect(() => requireVersion(said)).not.toThrow();
    },
  );

  it('does not look for another repository where a worktree’s link went away', async () => {
    const repository = makeRepository();
    const linked = join(repository.path, 'linked');
    repository.git('worktree', 'add', '-q', '--detach', linked);
    const git = await openAt(repository, linked);
    rmSync(join(linked, '.git'));
    expect((await rejection(git.worktree.scan({ seed: null, maxFileBytes: 1 }))).code).toBe(
      'NOT_A_REPOSITORY',
    );
  });
});

describe('making a repository', () => {
  it('happens where there is none around, once', async () => {
    const repository = makeRepository();
    const fresh = join(repository.root, 'fresh');
    mkdirSync(fresh);
    expect(await ensureRepository(fresh, repository.env)).toBe(true);
    expect(await ensureRepository(fresh, repository.env)).toBe(false);
    expect((await openAt(repository, fresh)).places.worktree).toBe(fresh);
  });

  it('does not happen inside Git’s own directory, behind a broken link or in a bare repository', async () => {
    const repository = makeRepository();
    const bare = join(repository.root, 'bare');
    repository.git('init', '-q', '--bare', bare);
    const broken = join(repository.root, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, '.git'), `gitdir: ${join(repository.root, 'nowhere')}\n`);
    for (const cwd of [join(repository.path, '.git'), broken, bare]) {
      const before = readdirSync(cwd);
      expect((await rejection(ensureRepository(cwd, repository.env))).code).toMatch(
        /^(NOT_A_REPOSITORY|NOT_A_WORK_TREE|BARE_REPOSITORY)$/,
      );
      expect(readdirSync(cwd)).toEqual(before);
    }
  });
});

describe('the environment of git', () => {
  it('passes nothing that moves repository, index, objects or configuration, and no credential of heddle’s', () => {
    const dangerous = [
      'GIT_DIR',
      'GIT_WORK_TREE',
      'GIT_INDEX_FILE',
      'GIT_OBJECT_DIRECTORY',
      'GIT_ALTERNATE_OBJECT_DIRECTORIES',
      'GIT_COMMON_DIR',
      'GIT_NAMESPACE',
      'GIT_CONFIG',
      'GIT_CONFIG_GLOBAL',
      'GIT_CONFIG_SYSTEM',
      'GIT_CONFIG_COUNT',
      'GIT_CONFIG_KEY_0',
      'GIT_CONFIG_VALUE_0',
      'GIT_CONFIG_PARAMETERS',
      'GIT_EXTERNAL_DIFF',
      'GIT_SSH',
      'GIT_SSH_COMMAND',
      'GIT_ASKPASS',
      'GIT_EXEC_PATH',
      'GIT_TEMPLATE_DIR',
      'GIT_EDITOR',
      'GIT_PAGER',
      'GIT_TRACE',
      'GIT_REPLACE_REF_BASE',
      'GIT_ATTR_SOURCE',
      'GIT_SHALLOW_FILE',
      'HEDDLE_CREDENTIAL',
      'HEDDLE_PASSPHRASE_FILE',
    ];
    const given = {
      ...Object.fromEntries(dangerous.map((name) => [name, 'x'])),
      HOME: '/h',
      PATH: '/p',
      XDG_CONFIG_HOME: '/c',
    };
    const environment = gitEnvironment(given);
    expect(dangerous.filter((name) => environment[name] === 'x')).toEqual([]);
    expect(environment).toMatchObject({
      HOME: '/h',
      PATH: '/p',
      XDG_CONFIG_HOME: '/c',
      LC_ALL: 'C',
      GIT_NO_REPLACE_OBJECTS: '1',
    });
  });

  it('keeps a hostile caller’s variables from changing what is read', async () => {
    const other = makeRepository();
    const repository = makeRepository();
    repository.write('a', 'a');
    const evil = {
      ...repository.env,
      GIT_DIR: join(other.path, '.git'),
      GIT_INDEX_FILE: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.bare',
      GIT_CONFIG_VALUE_0: 'true',
    };
    const git = await openGit(repository.path, evil);
    expect(git.places.worktree).toBe(repository.path);
    const { tree } = await git.worktree.scan({ seed: null, maxFileBytes: 100 });
    expect(tree).toBe(repository.expectedTree());
    await git.close();
  });

  it('ignores replacement objects', async () => {
    const { repository, git } = await makeOpen();
    const first = repository.git('rev-parse', 'HEAD');
    repository.write('README', 'other\n');
    const second = repository.commit('second');
    repository.git('replace', first, second);
    expect(await git.revisions.commitTree(first)).not.toBe(await git.revisions.commitTree(second));
  });
});

describe('what git says', () => {
  it('is cleaned of control characters and of credentials in URLs', () => {
    const said = Buffer.from(
      "fatal: \u001b[31munable to access 'https://me:s3cret@p\u0007w@host/x': \nno\u202e",
    );
    expect(cleanForeignText(said)).toBe("fatal: [31munable to access 'https://host/x': no");
    expect(cleanForeignText(Buffer.alloc(100_000, 'x'))).toHaveLength(500);
  });

  it.each([
    ['fatal: write error: No space left on device', 'DISK_FULL'],
    ["fatal: sha1 file '.git/index.lock' write error. Out of diskspace", 'DISK_FULL'],
    ['error: object file .git/objects/aa/bb is empty', 'OBJECT_CORRUPT'],
    ["fatal: Unable to create '/r/.git/index.lock': File exists.", 'LOCK_HELD'],
    ['fatal: something new', 'GIT_FAILED'],
  ])('becomes a code: %s', (said, code) => {
    expect(gitFailure('x', { kind: 'exited', code: 128, reason: null, stderr: Buffer.from(said) }).code).toBe(
      code,
    );
  });

  it('ends by a deadline and within bounds', async () => {
    const repository = makeRepository();
    repository.git('config', '--global', 'alias.slow', '!sleep 20');
    const runner = new GitRunner(repository.path, repository.env);
    const slow = runner.run({ args: ['slow'], deadlineMs: 100 });
    expect(await rejection(slow)).toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('too long'),
    });
    const long = runner.run({ args: ['show', 'HEAD'], maxOutputBytes: 10 });
    expect(await rejection(long)).toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('more than'),
    });
  });
});

describe('revisions', () => {
  it('resolve branches, tags, short ids and expressions to commits', async () => {
    const { repository, git } = await makeOpen();
    const head = repository.git('rev-parse', 'HEAD');
    repository.git('tag', '-a', '-m', 't', 'v1');
    for (const name of [
      'HEAD',
      'main',
      'v1',
      head,
      head.slice(0, 8),
      'main@{0}',
      'HEAD^0',
      'HEAD^{/first}',
    ]) {
      expect([name, await git.revisions.resolveCommit(name)]).toEqual([name, head]);
    }
    expect(await git.revisions.commitTree(head)).toBe(repository.git('rev-parse', 'HEAD^{tree}'));
  });

  it('are undefined where there is none, or no commit', async () => {
    const { git } = await makeOpen();
    for (const name of ['nothing', 'HEAD~5', 'HEAD:README', 'e'.repeat(40), 'main..main', '^main']) {
      expect([name, await git.revisions.resolveCommit(name)]).toEqual([name, undefined]);
    }
    expect((await rejection(git.revisions.commitTree('e'.repeat(40)))).code).toBe('NOT_FOUND');
    expect((await rejection(git.revisions.commitTree('main'))).code).toBe('NOT_FOUND');
  });

  it.each(['--all', '-x', '', 'a\nb', 'a\0b', 'x'.repeat(2000)])('refuse %j', async (name) => {
    const { git } = await makeOpen();
    expect((await rejection(git.revisions.resolveCommit(name))).code).toBe('USAGE');
  });

  it('name both parents of a merge, and the end of a deep history', async () => {
    const { repository, git } = await makeOpen();
    const merge = repository.makeMerge();
    expect(await git.revisions.resolveCommit('HEAD')).toBe(merge);
    expect(await git.revisions.resolveCommit('HEAD^2')).toBe(repository.git('rev-parse', 'HEAD^2'));
    const deep = repository.deepHistory(500);
    expect(await git.revisions.resolveCommit('deep')).toBe(deep);
    expect(await git.revisions.resolveCommit('deep~499')).toBe(repository.git('rev-parse', 'deep~499'));
  });
});

describe('comparing trees', () => {
  it('names every path with modes and ids, whatever the name, and renames as two', async () => {
    const { repository, git } = await makeOpen();
    repository.write('moved', 'a long enough content to be found as a rename\n');
    repository.write('becomes', 'x');
    const before = repository.git('rev-parse', `${repository.commit('one')}^{tree}`);
    repository.git('mv', 'moved', 'new\nname');
    repository.executable('README', 'first\n');
    repository.remove('becomes');
    repository.write('becomes/dir', 'x');
    const after = repository.git('rev-parse', `${repository.commit('two')}^{tree}`);
    const changes = await git.comparer.compare(before, after);
    const short = changes.map(
      ({ path, oldMode, newMode }) => `${Buffer.from(path).toString()} ${oldMode} ${newMode}`,
    );
    expect(short.toSorted()).toEqual([
      'README 100644 100755',
      'becomes 100644 null',
      'becomes/dir null 100644',
      'moved 100644 null',
      'new\nname null 100644',
    ]);
    expect(changes.find(({ newMode }) => newMode === '100755')).toMatchObject({
      oldId: repository.git('rev-parse', `${before}:README`),
    });
    expect(await git.comparer.compare(after, after)).toEqual([]);
  });

  it('takes null for the empty tree, both ways', async () => {
    const { repository, git } = await makeOpen();
    const names = repository.oddNames();
    const tree = repository.git('rev-parse', `${repository.commit('odd')}^{tree}`);
    const added = await git.comparer.compare(null, tree);
    const removed = await git.comparer.compare(tree, null);
    const hex = (list: readonly Uint8Array[]): string[] =>
      list.map((path) => Buffer.from(path).toString('hex')).toSorted();
    expect(hex(added.map(({ path }) => path))).toEqual(hex([...names, Buffer.from('README')]));
    expect(hex(removed.map(({ path }) => path))).toEqual(hex(added.map(({ path }) => path)));
    expect(
      added.every(({ oldId, oldMode, newId }) => oldId === null && oldMode === null && newId !== null),
    ).toBe(true);
    expect(await git.comparer.compare(null, null)).toEqual([]);
    const listed = await git.objects.listFiles(tree);
    expect(hex(listed.map(({ path }) => path))).toEqual(hex(added.map(({ path }) => path)));
  });

  it('refuses a tree that is not there, and what is no id', async () => {
    const { git } = await makeOpen();
    expect((await rejection(git.comparer.compare(null, 'e'.repeat(40)))).code).toMatch(
      /^(OBJECT_CORRUPT|GIT_FAILED)$/,
    );
    expect((await rejection(git.comparer.compare('--cached', null))).code).toBe('FORMAT_INVALID');
  });

  it('answers many questions at once, and after one that had no answer', async () => {
    const { repository, git } = await makeOpen();
    const trees = [repository.git('rev-parse', 'HEAD^{tree}')];
    for (const name of ['.', ':', '.\n', 'a\n.\nb'].map((text) => `x${text}`)) {
      repository.write(name, name);
      trees.push(repository.git('rev-parse', `${repository.commit(name)}^{tree}`));
    }
    const pairs = trees.flatMap((before) => trees.map((after) => [before, after] as const));
    const answers = await Promise.all(
      pairs.flatMap(([before, after]) => [
        git.comparer.compare(before, after),
        rejection(git.comparer.compare(after, 'e'.repeat(40))),
      ]),
    );
    for (const [index, [before, after]] of pairs.entries()) {
      const steps = Math.abs(trees.indexOf(before) - trees.indexOf(after));
      expect(answers[2 * index], `${before} ${after}`).toHaveLength(steps);
      expect(answers[2 * index + 1]).toMatchObject({ code: 'OBJECT_CORRUPT' });
    }
  });

  it('counts lines added and removed, of every file as text and without renames', async () => {
    const { repository, git } = await makeOpen();
    repository.write('kept', 'one\ntwo\nthree\n');
    repository.write('moved', 'one\ntwo\n');
    repository.write('binary', 'a\0b\nc\n');
    const before = repository.git('rev-parse', `${repository.commit('one')}^{tree}`);
    repository.write('kept', 'one\n2\nthree');
    repository.git('mv', 'moved', 'new\tname\n1\t1');
    repository.write('binary', 'a\0b\nd\n');
    repository.write('empty', '');
    const after = repository.git('rev-parse', `${repository.commit('two')}^{tree}`);
    const lines = 4 + 4 + 2;
    expect(await git.comparer.countLines(before, after)).toBe(lines);
    expect(await git.comparer.countLines(after, before)).toBe(lines);
    expect(await git.comparer.countLines(after, after)).toBe(0);
    const all = await git.comparer.countLines(null, after);
    expect(all).toBe(await git.comparer.countLines(after, null));
    // Neither attributes nor settings may hide what was changed.
    repository.write('.gitattributes', '* -diff binary\n');
    for (const [name, value] of [
      ['diff.algorithm', 'histogram'],
      ['diff.renames', 'copies'],
      ['diff.noprefix', 'true'],
      ['diff.ignoreSubmodules', 'all'],
    ] as const) {
      repository.git('config', name, value);
    }
    expect(await git.comparer.countLines(before, after)).toBe(lines);
    expect((await rejection(git.comparer.countLines(null, 'e'.repeat(40)))).code).toMatch(
      /^(OBJECT_CORRUPT|GIT_FAILED)$/,
    );
    expect((await rejection(git.comparer.countLines('--cached', null))).code).toBe('FORMAT_INVALID');
  });

  it('writes patches for people: limited by literal paths, with renames, with color when asked', async () => {
    const { repository, git } = await makeOpen();
    const before = repository.git('rev-parse', 'HEAD^{tree}');
    repository.write('README', 'changed\n');
    repository.write('*', 'star\n');
    repository.write('-o', 'dash\n');
    const after = repository.git('rev-parse', `${repository.commit('two')}^{tree}`);
    const patch = async (options: Partial<Parameters<typeof git.comparer.patch>[2]>): Promise<string> =>
      Buffer.from(
        await git.comparer.patch(before, after, { stat: false, color: false, paths: [], ...options }),
      ).toString();
    expect(await patch({})).toContain('-first\n+changed\n');
    expect((await patch({ paths: ['*'] })).match(/^diff --git/gm)).toHaveLength(1);
    expect(await patch({ paths: ['-o'] })).toContain('+dash');
    expect(await patch({ color: true })).toContain('\u001b[');
    expect(await patch({ stat: true })).toMatch(/3 files changed/);
  });
});
