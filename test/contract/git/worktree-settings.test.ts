import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { GitRunner } from '#git/run.ts';
import { letWorktreesDiffer } from '#git/worktree/own-settings.ts';
import { makeOpen, makeRepository, openAt, rejection } from '../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../support/repositories/repository.ts';

/** A bare repository with a linked worktree that git made. */
function makeBare(repository: TestRepository): { readonly bare: string; readonly first: string } {
  const [bare, first] = [join(repository.root, 'bare.git'), join(repository.root, 'first')];
  repository.gitIn(repository.root, 'clone', '-q', '--bare', repository.path, bare);
  repository.gitIn(bare, 'worktree', 'add', '-q', first, 'main');
  return { bare, first };
}

/** What git takes the main and a linked worktree for. */
const taken = (repository: TestRepository, bare: string, linked: string) => [
  repository.gitIn(bare, 'rev-parse', '--is-bare-repository'),
  repository.gitIn(linked, 'rev-parse', '--is-bare-repository', '--is-inside-work-tree'),
  repository.gitIn(linked, 'rev-parse', '--show-toplevel'),
];

/** Makes the worktree `added`; how it answers for a setting. */
async function addTo(repository: TestRepository, within: string): Promise<(key: string) => string> {
  const directory = join(repository.root, 'added');
  const git = await openAt(repository, within);
  await git.worktrees.add(directory, repository.gitIn(within, 'rev-parse', 'HEAD'));
  return (key) => repository.gitIn(directory, 'config', '--get', key);
}

describe('settings of single worktrees', () => {
  it.each([
    ['another word for true', 'core.bare', 'yes'],
    ['a number', 'core.bare', '1'],
  ])('leave a bare repository bare, whose configuration says so by %s', async (_what, key, value) => {
    const repository = makeRepository();
    const { bare, first } = makeBare(repository);
    repository.gitIn(bare, 'config', key, value);
    const get = await addTo(repository, first);
    expect(taken(repository, bare, first)).toEqual(['true', 'false\ntrue', first]);
    expect(get('core.hooksPath')).toBe(join(bare, 'hooks'));
  });

  it('leave a repository as it is whose last word on being bare is no', async () => {
    const repository = makeRepository();
    const config = join(repository.path, '.git/config');
    writeFileSync(config, `[core]\n\tbare = true\n${readFileSync(config, 'utf8')}`);
    await addTo(repository, repository.path);
    expect(repository.git('rev-parse', '--is-bare-repository')).toBe('false');
  });

  it('are let by the repository itself: git heeds neither the user’s own files there nor included ones', async () => {
    for (const include of [false, true]) {
      const repository = makeRepository();
      const { bare, first } = makeBare(repository);
      const text = '[extensions]\n\tworktreeConfig = true\n';
      if (include) {
        writeFileSync(join(repository.root, 'more'), text);
        repository.gitIn(bare, 'config', 'include.path', join(repository.root, 'more'));
      } else {
        mkdirSync(join(repository.root, 'home'), { recursive: true });
        writeFileSync(join(repository.root, 'home/.gitconfig'), text);
      }
      const get = await addTo(repository, first);
      expect(get('core.hooksPath')).toBe(join(bare, 'hooks'));
      expect(taken(repository, bare, first)).toEqual(['true', 'false\ntrue', first]);
      expect(repository.gitIn(bare, 'config', '--file', 'config', 'extensions.worktreeConfig')).toBe('true');
      expect(repository.gitIn(bare, 'config', '--file', 'config.worktree', 'core.bare')).toBe('true');
    }
  });

  it('are not taken from the main worktree where it has them', async () => {
    const repository = makeRepository();
    repository.git('config', 'extensions.worktreeConfig', 'true');
    repository.git('config', '--worktree', 'core.bare', 'false');
    repository.git('config', 'core.bare', 'true');
    await addTo(repository, repository.path);
    expect(repository.git('rev-parse', '--is-inside-work-tree')).toBe('true');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('do not come to life where they lay in a file that git did not read', async () => {
    const repository = makeRepository();
    const own = join(repository.path, '.git/config.worktree');
    writeFileSync(own, '[core]\n\tworktree = /nowhere\n\tbare = true\n[user]\n\tname = own\n');
    await addTo(repository, repository.path);
    expect(repository.git('rev-parse', '--show-toplevel')).toBe(repository.path);
    expect(repository.git('config', 'user.name')).toBe('own');
  });

  it('leave to the shared ones what is no text', async () => {
    const repository = makeRepository();
    mkdirSync(join(repository.root, 'home'), { recursive: true });
    writeFileSync(join(repository.root, 'home/.gitconfig'), '[user]\n\tname = General\n');
    const name = Buffer.from('J\xf6rg', 'latin1');
    appendFileSync(
      join(repository.path, '.git/config'),
      Buffer.concat([Buffer.from('[user]\n\tname = '), name]),
    );
    await addTo(repository, repository.path);
    const told = repository.gitBytes(join(repository.root, 'added'), ['config', '-z', 'user.name']);
    expect(told.equals(Buffer.concat([name, Buffer.from([0])]))).toBe(true);
  });

  it('are not begun with in a submodule, whose place git writes for all worktrees', async () => {
    const repository = makeRepository();
    const from = makeRepository();
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', from.path, 'sub');
    repository.commit('sub');
    const sub = join(repository.path, 'sub');
    const get = await addTo(repository, sub);
    expect(() => get('extensions.worktreeConfig')).toThrow();
    repository.git('mv', 'sub', 'moved');
    for (const directory of [join(repository.path, 'moved'), join(repository.root, 'added')])
      expect(repository.gitIn(directory, 'rev-parse', '--show-toplevel')).toBe(directory);
  });

  it('are those that count in the worktree, and not those that are included elsewhere alone', async () => {
    const { repository, git } = await makeOpen();
    const home = join(repository.root, 'home');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'main'), '[user]\n\temail = main@example.com\n');
    writeFileSync(join(home, 'linked'), '[author]\n\temail = linked@example.com\n');
    const include = (condition: string, name: string) =>
      `[includeIf "${condition}"]\n\tpath = ${join(home, name)}\n`;
    writeFileSync(
      join(home, '.gitconfig'),
      `[user]\n\temail = usual@example.com\n${include('onbranch:main', 'main')}${include('gitdir:**/worktrees/**', 'linked')}`,
    );
    expect(repository.git('config', 'user.email')).toBe('main@example.com');
    const get = await addTo(repository, repository.path);
    expect([get('user.email'), get('author.email')]).toEqual(['usual@example.com', 'linked@example.com']);
    expect(get('core.hooksPath')).toBe(join(git.places.commonDir, 'hooks'));
  });

  it.each([
    ['.git/hooks', '.git/hooks'],
    ['./.git/own', '.git/own'],
  ])('name hooks inside of the repository, which are called %s there, as a whole', async (said, meant) => {
    const { repository } = await makeOpen();
    repository.git('config', 'core.hooksPath', said);
    expect((await addTo(repository, repository.path))('core.hooksPath')).toBe(join(repository.path, meant));
  });

  it.each(['.husky', '~/hooks', '', '.gitx/hooks', '../.git'])(
    'name hooks that are not there as they are named: %s',
    async (said) => {
      const { repository } = await makeOpen();
      repository.git('config', 'core.hooksPath', said);
      expect((await addTo(repository, repository.path))('core.hooksPath')).toBe(said);
    },
  );

  it('are readable to whom the shared ones are, and leave these with their mode, behind a link too', async () => {
    const repository = makeRepository();
    const { bare, first } = makeBare(repository);
    renameSync(join(bare, 'config'), join(repository.root, 'elsewhere'));
    symlinkSync(join(repository.root, 'elsewhere'), join(bare, 'config'));
    chmodSync(join(bare, 'config'), 0o664);
    await addTo(repository, first);
    const modes = ['config', 'worktrees/added/config.worktree'].map(
      (name) => statSync(join(bare, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o664, 0o664]);
    expect(readFileSync(join(repository.root, 'elsewhere'), 'utf8')).toContain('worktreeConfig = true');
    expect(readdirSync(repository.root).filter((name) => /^elsewhere./.test(name))).toEqual([]);
  });

  it('are there or not, wherever letting them ends', async () => {
    for (let left = 0, ended = false; !ended; left += 1) {
      const repository = makeRepository();
      const { bare, first } = makeBare(repository);
      let calls = 0;
      const runner = new GitRunner(first, repository.env).checked(async () => {
        if ((calls += 1) > left) throw new HeddleError('GIT_FAILED', 'killed');
      });
      const outcome = await letWorktreesDiffer(runner, bare).catch(() => 'killed');
      expect(taken(repository, bare, first)).toEqual(['true', 'false\ntrue', first]);
      expect(await letWorktreesDiffer(new GitRunner(first, repository.env), bare)).toBe(true);
      expect(taken(repository, bare, first)).toEqual(['true', 'false\ntrue', first]);
      ended = outcome !== 'killed';
      expect(left).toBeLessThan(10);
    }
  });

  it('wait for nobody: where another git changes the configuration it is left as it is', async () => {
    const repository = makeRepository();
    const { bare, first } = makeBare(repository);
    const before = readFileSync(join(bare, 'config'), 'utf8');
    writeFileSync(join(bare, 'config.lock'), '');
    expect((await rejection(addTo(repository, first))).code).toBe('LOCK_HELD');
    expect(readFileSync(join(bare, 'config'), 'utf8')).toBe(before);
    expect(taken(repository, bare, first)).toEqual(['true', 'false\ntrue', first]);
    rmSync(join(bare, 'config.lock'));
    expect((await addTo(repository, first))('core.hooksPath')).toBe(join(bare, 'hooks'));
  });
});
