import {
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { findPlaces } from '#git/places.ts';
import { GitRunner } from '#git/run.ts';
import { openWithoutGit } from '#git/pure/repository.ts';
import { makeRepository } from '../../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../../support/repositories/repository.ts';

/** Places or the code of the refusal, by way of git and without. */
async function both(
  repository: TestRepository,
  cwd: string,
  env = repository.env,
): Promise<readonly unknown[]> {
  const attempt = async (open: () => unknown): Promise<unknown> => {
    try {
      const opened = await open();
      return opened;
    } catch (error) {
      if (error instanceof HeddleError) return error.code;
      throw error;
    }
  };
  const native = await attempt(() => findPlaces(new GitRunner(cwd, env)));
  return [await attempt(() => openWithoutGit(cwd, env).places), native];
}

type Make = (repository: TestRepository) => string;

const FOUND: readonly (readonly [string, Make])[] = [
  ['the top of the work tree', ({ path }) => path],
  [
    'a directory below',
    ({ path }) => {
      mkdirSync(join(path, 'a/b'), { recursive: true });
      return join(path, 'a/b');
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
    'a worktree that is linked to a bare repository',
    (repository) => {
      const bare = join(repository.root, 'bare.git');
      repository.git('clone', '-q', '--bare', '.', bare);
      repository.gitIn(bare, 'worktree', 'add', '-q', join(repository.root, 'of-bare'), 'main');
      return join(repository.root, 'of-bare');
    },
  ],
  [
    'a submodule',
    (repository) => {
      repository.submodule('libs/sub');
      return join(repository.path, 'libs/sub');
    },
  ],
  [
    'a work tree whose Git directory stands elsewhere',
    ({ path, root }) => {
      renameSync(join(path, '.git'), join(root, 'moved.git'));
      writeFileSync(join(path, '.git'), `gitdir: ${join(root, 'moved.git')}\n`);
      return path;
    },
  ],
  [
    'a work tree whose Git directory is a link',
    ({ path, root }) => {
      renameSync(join(path, '.git'), join(root, 'moved.git'));
      symlinkSync(join(root, 'moved.git'), join(path, '.git'));
      return path;
    },
  ],
  [
    'a directory named .git that is none, inside a repository',
    ({ path }) => {
      mkdirSync(join(path, 'below/.git'), { recursive: true });
      return join(path, 'below');
    },
  ],
];

const REFUSED: readonly (readonly [string, string, Make])[] = [
  ['no repository', 'NOT_A_REPOSITORY', ({ root }) => root],
  ['the Git directory itself', 'NOT_A_WORK_TREE', ({ path }) => join(path, '.git')],
  ['a directory inside it', 'NOT_A_WORK_TREE', ({ path }) => join(path, '.git/objects')],
  [
    'a bare repository',
    'BARE_REPOSITORY',
    (repository) => {
      repository.git('clone', '-q', '--bare', '.', join(repository.root, 'bare.git'));
      return join(repository.root, 'bare.git');
    },
  ],
  [
    'a repository that says it is bare',
    'BARE_REPOSITORY',
    (repository) => {
      repository.git('config', 'core.bare', 'true');
      return repository.path;
    },
  ],
  [
    'a .git that leads nowhere',
    'NOT_A_REPOSITORY',
    ({ path, root }) => {
      mkdirSync(join(root, 'other'));
      writeFileSync(join(root, 'other/.git'), `gitdir: ${path}/nothing\n`);
      return join(root, 'other');
    },
  ],
  [
    'a Git directory that shares one that does not know it',
    'GIT_UNSUPPORTED',
    (repository) => {
      const other = join(repository.root, 'other');
      repository.git('init', '-q', other);
      writeFileSync(join(other, '.git/commondir'), `${join(repository.path, '.git')}\n`);
      return other;
    },
  ],
  [
    'a repository without HEAD',
    'NOT_A_REPOSITORY',
    ({ path }) => {
      rmSync(join(path, '.git/HEAD'));
      return path;
    },
  ],
];

describe('where a repository is', () => {
  it.each(FOUND)('is found without git as with it: %s', async (_what, make) => {
    const repository = makeRepository();
    const [pure, native] = await both(repository, make(repository));
    expect(pure).toEqual(native);
    expect(native).toMatchObject({ objectFormat: 'sha1' });
  });

  it.each(REFUSED)('is refused without git as with it: %s', async (_what, code, make) => {
    const repository = makeRepository();
    const at = make(repository);
    const [pure, native] = await both(repository, at, {
      ...repository.env,
      GIT_CEILING_DIRECTORIES: join(repository.root, '..'),
    });
    expect([pure, native]).toEqual([code, code]);
  });

  it('does not reach beyond a ceiling, and follows no other variable of Git', async () => {
    const repository = makeRepository();
    mkdirSync(join(repository.path, 'below'));
    const below = join(repository.path, 'below');
    for (const ceiling of [repository.path, `${repository.path}/`]) {
      const env = { ...repository.env, GIT_CEILING_DIRECTORIES: ceiling };
      expect(await both(repository, below, env)).toEqual(['NOT_A_REPOSITORY', 'NOT_A_REPOSITORY']);
    }
    const elsewhere = makeRepository();
    const env = {
      ...repository.env,
      GIT_DIR: join(elsewhere.path, '.git'),
      GIT_WORK_TREE: elsewhere.path,
      GIT_COMMON_DIR: '/',
    };
    const [pure, native] = await both(repository, below, env);
    expect(pure).toEqual(native);
    expect(pure).toMatchObject({ worktree: repository.path });
  });

  it.runIf(process.getuid?.() === 0)('belongs to the user, in each of its parts', async () => {
    for (const part of ['.', '.git']) {
      const repository = makeRepository();
      chownSync(join(repository.path, part), 65_534, 65_534);
      expect(await both(repository, repository.path)).toEqual([
        'REPOSITORY_UNTRUSTED',
        'REPOSITORY_UNTRUSTED',
      ]);
      // Git lets the superuser pass where sudo says for whom.
      const [pure, native] = await both(repository, repository.path, {
        ...repository.env,
        SUDO_UID: '65534',
      });
      expect(pure).toEqual(native);
      expect(pure).toMatchObject({ worktree: repository.path });
    }
    const linked = makeRepository();
    linked.git('worktree', 'add', '-q', '--detach', join(linked.root, 'linked'));
    lchownSync(join(linked.root, 'linked/.git'), 65_534, 65_534);
    expect(await both(linked, join(linked.root, 'linked'))).toEqual([
      'REPOSITORY_UNTRUSTED',
      'REPOSITORY_UNTRUSTED',
    ]);
    expect(readdirSync(linked.path)).toContain('README');
  });
});
