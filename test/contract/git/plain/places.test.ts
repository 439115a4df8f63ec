import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { findPlainRepository } from '#git/plain/find-plain-repository.ts';
import { findPlaces } from '#git/places.ts';
import { openGit } from '#git/repository.ts';
import { GitRunner } from '#git/run.ts';
import { makeRepository, rejection } from '../../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../../support/repositories/repository.ts';

type Make = (repository: TestRepository) => string;

/** What git says of a directory: places, or the code of its refusal. */
async function nativeOf(cwd: string, env: TestRepository['env']): Promise<unknown> {
  try {
    return await findPlaces(new GitRunner(cwd, env));
  } catch (error) {
    if (error instanceof HeddleError) return error.code;
    throw error;
  }
}

const configured =
  (...settings: readonly (readonly [string, string])[]): Make =>
  (repository) => {
    for (const [key, value] of settings) repository.git('config', key, value);
    return repository.path;
  };

const written =
  (text: string): Make =>
  ({ path }) => {
    const config = join(path, '.git/config');
    writeFileSync(config, `${readFileSync(config, 'utf8')}${text}`);
    return path;
  };

const PLAIN: readonly (readonly [string, Make])[] = [
  ['the top of the work tree', ({ path }) => path],
  [
    'a directory below, with an odd name',
    ({ path }) => {
      mkdirSync(join(path, 'ä b/"c"'), { recursive: true });
      return join(path, 'ä b/"c"');
    },
  ],
  [
    'a link to a directory below',
    ({ path, root }) => {
      mkdirSync(join(path, 'below'));
      symlinkSync(join(path, 'below'), join(root, 'link'));
      return join(root, 'link');
    },
  ],
  [
    'a linked worktree',
    (repository) => {
      repository.git('worktree', 'add', '-q', '--detach', join(repository.root, 'linked'));
      return join(repository.root, 'linked');
    },
  ],
  [
    'a directory named .git that is none, inside a repository',
    ({ path }) => {
      mkdirSync(join(path, 'below/.git'), { recursive: true });
      return join(path, 'below');
    },
  ],
  ['a configuration with other things', configured(['user.name', 'x'], ['remote.origin.url', '/x'])],
  ['a configuration in CRLF with comments', written('; one\r\n[alias] # two\r\n\tst = status\r\n')],
  [
    'a HEAD that is detached',
    (repository) => {
      repository.git('checkout', '-q', '--detach');
      return repository.path;
    },
  ],
  ['an extension without effect', configured(['extensions.noop', 'true'])],
  [
    'settings of single worktrees, of which this one has none',
    configured(['extensions.worktreeConfig', 'true']),
  ],
  [
    'a linked worktree of a bare repository',
    (repository) => {
      repository.git('worktree', 'add', '-q', '--detach', join(repository.root, 'linked'));
      repository.git('config', 'core.bare', 'true');
      return join(repository.root, 'linked');
    },
  ],
  [
    'a linked worktree that is told that it is not bare, of a repository in which all would be',
    (repository) => {
      repository.git('worktree', 'add', '-q', '--detach', join(repository.root, 'linked'));
      repository.git('config', 'extensions.worktreeConfig', 'true');
      repository.gitIn(join(repository.root, 'linked'), 'config', '--worktree', 'core.bare', 'false');
      repository.git('config', 'core.bare', 'true');
      return join(repository.root, 'linked');
    },
  ],
  [
    'settings of its own',
    (repository) => {
      configured(['extensions.worktreeConfig', 'true'])(repository);
      repository.git('config', '--worktree', 'user.name', 'x');
      return repository.path;
    },
  ],
];

const LEFT_TO_GIT: readonly (readonly [string, Make])[] = [
  ['an included file', configured(['include.path', '/nowhere'])],
  ['a file that is included here', configured(['includeIf.gitdir:/.path', '/nowhere'])],
  [
    'a file that settings of its own include',
    (repository) => {
      configured(['extensions.worktreeConfig', 'true'])(repository);
      repository.git('config', '--worktree', 'include.path', '/nowhere');
      return repository.path;
    },
  ],
  [
    'a work tree that is named, be it this one',
    (repository) => configured(['core.worktree', repository.path])(repository),
  ],
  ['a sparse checkout', configured(['core.sparseCheckout', 'true'])],
  ['a partial clone', configured(['remote.origin.promisor', 'true'])],
  [
    'a format of the future',
    configured(['core.repositoryFormatVersion', '1'], ['extensions.tomorrow', 'true']),
  ],
  [
    'a HEAD that names nothing, inside another repository',
    (repository) => {
      const inner = join(repository.path, 'inner');
      repository.git('init', '-q', inner);
      writeFileSync(join(inner, '.git/HEAD'), 'nothing\n');
      return inner;
    },
  ],
  [
    'a linked worktree that is bare with its repository, since each may have settings of its own',
    (repository) => {
      repository.git('worktree', 'add', '-q', '--detach', join(repository.root, 'linked'));
      repository.git('config', 'extensions.worktreeConfig', 'true');
      repository.git('config', 'core.bare', 'true');
      return join(repository.root, 'linked');
    },
  ],
  [
    'a linked worktree whose own settings say that it is bare',
    (repository) => {
      repository.git('worktree', 'add', '-q', '--detach', join(repository.root, 'linked'));
      repository.git('config', 'extensions.worktreeConfig', 'true');
      repository.gitIn(join(repository.root, 'linked'), 'config', '--worktree', 'core.bare', 'true');
      return join(repository.root, 'linked');
    },
  ],
  ['a bare one', configured(['core.bare', 'true'])],
  ['a configuration that nobody can read', written('[core\n')],
  ['the Git directory itself', ({ path }) => join(path, '.git')],
  ['no repository', ({ root }) => root],
  [
    'objects of another repository',
    ({ path }) => {
      writeFileSync(join(path, '.git/objects/info/alternates'), '/nowhere\n');
      return path;
    },
  ],
  [
    'a worktree that another repository does not know',
    ({ path, root }) => {
      mkdirSync(join(root, 'other'));
      renameSync(join(path, '.git'), join(root, 'away.git'));
      writeFileSync(join(root, 'other/.git'), `gitdir: ${root}/away.git/worktrees/x\n`);
      return join(root, 'other');
    },
  ],
];

describe('places that are found without a child', () => {
  it.each(PLAIN)('are those that git tells: %s', async (_what, make) => {
    const repository = makeRepository();
    const cwd = make(repository);
    const found = findPlainRepository(cwd, repository.env)?.places;
    expect(found).toBeDefined();
    expect(found).toEqual(await nativeOf(cwd, repository.env));
  });

  it.each(LEFT_TO_GIT)('are none for %s: git is asked', async (_what, make) => {
    const repository = makeRepository();
    const env = { ...repository.env, GIT_CEILING_DIRECTORIES: join(repository.root, '..') };
    expect(findPlainRepository(make(repository), env)).toBeUndefined();
  });

  it('are none where no git could be asked later', () => {
    const { path, env, root } = makeRepository();
    mkdirSync(join(root, 'programs/git'), { recursive: true });
    for (const PATH of [join(root, 'empty'), join(root, 'programs'), '', '.', undefined]) {
      expect(findPlainRepository(path, { ...env, PATH })).toBeUndefined();
    }
  });

  it('follow no variable of Git but its ceiling', async () => {
    const { path, env } = makeRepository();
    const elsewhere = makeRepository();
    const evil = { ...env, GIT_DIR: join(elsewhere.path, '.git'), GIT_WORK_TREE: elsewhere.path };
    expect(findPlainRepository(path, evil)?.places).toEqual(await nativeOf(path, evil));
    mkdirSync(join(path, 'below'));
    expect(
      findPlainRepository(join(path, 'below'), { ...env, GIT_CEILING_DIRECTORIES: path }),
    ).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)(
    'are this user’s, in each part; safe.directory is git’s to read',
    async () => {
      for (const part of ['.', '.git']) {
        const repository = makeRepository();
        chownSync(join(repository.path, part), 65_534, 65_534);
        expect(findPlainRepository(repository.path, repository.env)).toBeUndefined();
        const trusting = { ...repository.env, HOME: join(repository.root, 'trusting') };
        mkdirSync(trusting.HOME);
        writeFileSync(join(trusting.HOME, '.gitconfig'), '[safe]\n\tdirectory = *\n');
        expect(await nativeOf(repository.path, trusting)).toMatchObject({ worktree: repository.path });
        const git = await openGit(repository.path, trusting, 'when-needed');
        await git.close();
        expect(git.places.worktree).toBe(repository.path);
      }
    },
  );
});

/** A program named git that writes down how it is called, and then does as git does, or says what it is told. */
function watched(
  repository: TestRepository,
  says?: string,
): { env: TestRepository['env']; calls: () => number } {
  const programs = join(repository.root, 'programs');
  const told = join(repository.root, 'told');
  mkdirSync(programs);
  writeFileSync(told, '');
  const act = says === undefined ? `PATH='${repository.env['PATH']}' exec git "$@"` : `echo '${says}'`;
  writeFileSync(join(programs, 'git'), `#!/bin/sh\necho >>'${told}'\n${act}\n`, { mode: 0o755 });
  return {
    env: { ...repository.env, PATH: `${programs}:${repository.env['PATH']}` },
    calls: () => readFileSync(told, 'utf8').length,
  };
}

describe('a repository whose git is asked when it is needed', () => {
  it('is read without a child', async () => {
    const repository = makeRepository();
    const { env, calls } = watched(repository);
    const head = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: repository.path,
      encoding: 'utf8',
    }).trim();
    const git = await openGit(repository.path, env, 'when-needed');
    expect((await git.objects.read(`${head}:README`, 1000))?.kind).toBe('blob');
    expect(await git.refs.list('refs/heddle/')).toEqual(new Map());
    await git.close();
    expect(calls()).toBe(0);
  });

  it('asks for version and settings once, before anything else, and then goes on', async () => {
    const repository = makeRepository();
    const { env, calls } = watched(repository);
    const git = await openGit(repository.path, env, 'when-needed');
    await Promise.all([git.worktree.headCommit(), git.worktree.headCommit()]);
    await git.close();
    expect(calls()).toBe(3);
  });

  it.each<readonly [string, string, (repository: TestRepository) => TestRepository['env']]>([
    ['GIT_TOO_OLD', 'is too old', (repository) => watched(repository, 'git version 2.37.9').env],
    [
      'GIT_UNSUPPORTED',
      'is told to be sparse everywhere',
      (repository) => {
        const HOME = join(repository.root, 'sparse');
        mkdirSync(HOME);
        writeFileSync(join(HOME, '.gitconfig'), '[core]\n\tsparseCheckout = true\n');
        return { ...repository.env, HOME };
      },
    ],
  ])('refuses with %s whatever needs a git that %s', async (code, _what, envOf) => {
    const repository = makeRepository();
    const git = await openGit(repository.path, envOf(repository), 'when-needed');
    const batch = git.writer.batch();
    batch.add('blob', Buffer.from('new'));
    const needs = [
      () => git.worktree.headCommit(),
      () => batch.write(),
      () => git.comparer.compare(null, 'e'.repeat(40)),
      () => git.objects.read('e'.repeat(40), 1000),
      () => git.refs.prepare([{ name: 'refs/heddle/x', old: null, new: 'e'.repeat(40) }], []),
    ];
    for (const need of needs) expect((await rejection(need())).code).toBe(code);
    await git.close();
  });
});
