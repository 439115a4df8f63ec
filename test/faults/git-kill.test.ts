import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { openGit, type GitRepository } from '#git/repository.ts';
import { makeRepository, openAt } from '../support/repositories/open-repositories.ts';
import type { TestRepository } from '../support/repositories/repository.ts';

type When = 'before' | 'after';

/** An environment in which the n-th git from now on is killed before it begins, or when its work is done. */
function killingGit(repository: TestRepository, child: number, when: When): Readonly<Record<string, string>> {
  const programs = join(repository.root, 'programs');
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const kill = when === 'before' ? 'kill -9 $$' : `${real} "$@"; kill -9 $$`;
  const script = `#!/bin/sh
n=1
until mkdir "${programs}/turn-$n" 2>/dev/null; do n=$((n + 1)); done
if [ "$n" -eq ${child} ]; then touch "${programs}/killed"; ${kill}; fi
exec ${real} "$@"
`;
  writeFileSync(join(programs, 'git'), script, { mode: 0o755 });
  return { ...repository.env, PATH: `${programs}:${repository.env['PATH'] ?? ''}` };
}

/** Does something again and again, each time with a later git killed, until none is. Returns how many were. */
async function sweep(
  when: When,
  attempt: (git: GitRepository, repository: TestRepository) => Promise<unknown>,
  check: (git: GitRepository, repository: TestRepository) => Promise<void>,
): Promise<number> {
  for (let child = 1; ; child += 1) {
    const repository = makeRepository();
    repository.write('new', 'new\n');
    repository.remove('README');
    const env = killingGit(repository, child, when);
    try {
      const git = await openGit(repository.path, env);
      try {
        await attempt(git, repository);
      } finally {
        await git.close();
      }
    } catch (error) {
      expect(error).toBeInstanceOf(HeddleError);
    }
    await check(await openAt(repository), repository);
    if (!existsSync(join(repository.root, 'programs/killed'))) return child - 1;
  }
}

describe.each<When>(['before', 'after'])('a git that is killed %s its work', (when) => {
  it('leaves a scan that can be repeated, and the user’s index as it was', async () => {
    const killed = await sweep(
      when,
      async (git, repository) => {
        const index = readFileSync(join(repository.path, '.git/index'));
        const seed = repository.git('rev-parse', 'HEAD^{tree}');
        await git.worktree.scan({ seed, maxFileBytes: 100 }).finally(() => {
          expect(readFileSync(join(repository.path, '.git/index'))).toEqual(index);
        });
      },
      async (git, repository) => {
        const { tree } = await git.worktree.scan({ seed: null, maxFileBytes: 100 });
        expect(tree).toBe(repository.expectedTree());
        expect(readdirSync(join(repository.path, '.git/heddle'))).toEqual(['worktree.index']);
      },
    );
    expect(killed).toBeGreaterThanOrEqual(8);
  });

  it('leaves refs as they were or as they should be, and no lock', async () => {
    const ref = 'refs/heddle/authority';
    const killed = await sweep(
      when,
      async (git) => {
        const batch = git.writer.batch();
        const id = batch.add('blob', utf8('x'));
        await batch.write();
        const prepared = await git.refs.prepare([{ name: ref, old: null, new: id }], []);
        await prepared.commit();
      },
      async (git, repository) => {
        await git.refs.removeStaleLocks();
        const found = await git.refs.read(ref);
        expect(existsSync(join(repository.path, '.git', `${ref}.lock`))).toBe(false);
        const head = repository.git('rev-parse', 'HEAD');
        await (await git.refs.prepare([{ name: ref, old: found ?? null, new: head }], [])).commit();
        expect(await git.refs.read(ref)).toBe(head);
      },
    );
    expect(killed).toBeGreaterThanOrEqual(3);
  });

  it('leaves a worktree that can be taken away and made again', async () => {
    const killed = await sweep(
      when,
      async (git, repository) => {
        const places = await git.worktrees.add(
          join(repository.root, 'one'),
          repository.git('rev-parse', 'HEAD'),
        );
        await git.worktrees.materialise(places, repository.git('rev-parse', 'HEAD^{tree}'));
      },
      async (git, repository) => {
        const directory = join(repository.root, 'one');
        await git.worktrees.remove(directory);
        const places = await git.worktrees.add(directory, repository.git('rev-parse', 'HEAD'));
        await git.worktrees.materialise(places, repository.git('rev-parse', 'HEAD^{tree}'));
        expect(readFileSync(join(directory, 'README'), 'utf8')).toBe('first\n');
        expect(repository.gitIn(directory, 'status', '--porcelain')).toBe('');
      },
    );
    expect(killed).toBeGreaterThanOrEqual(4);
  });
});

/** An environment whose git, once it holds the lock of a ref, is killed before it says so. */
function killedHoldingALock(repository: TestRepository, ref: string): Readonly<Record<string, string>> {
  const programs = join(repository.root, 'programs');
  mkdirSync(programs);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh
case " $* " in *' update-ref '*) ;; *) exec ${real} "$@" ;; esac
while read -r line; do
  case $line in
    start) echo 'start: ok' ;;
    prepare) mkdir -p "${repository.path}/.git/refs/heddle"; : > "${repository.path}/.git/${ref}.lock"; kill -9 $$ ;;
  esac
done
`;
  writeFileSync(join(programs, 'git'), script, { mode: 0o755 });
  return { ...repository.env, PATH: `${programs}:${repository.env['PATH'] ?? ''}` };
}

describe('a git that is killed when it has the lock of a ref and has not said so', () => {
  it('leaves it to the next command, which knows whose it was', async () => {
    const ref = 'refs/heddle/authority';
    const repository = makeRepository();
    const head = repository.git('rev-parse', 'HEAD');
    const dying = await openGit(repository.path, killedHoldingALock(repository, ref));
    await expect(dying.refs.prepare([{ name: ref, old: null, new: head }], [])).rejects.toBeInstanceOf(
      HeddleError,
    );
    await dying.close();
    const git = await openAt(repository);
    expect(await git.refs.removeStaleLocks()).toEqual([ref]);
    await (await git.refs.prepare([{ name: ref, old: null, new: head }], [])).commit();
    expect(await git.refs.read(ref)).toBe(head);
  });
});
