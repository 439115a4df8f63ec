import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGit } from '#git/repository.ts';
import { RememberedAnswers } from '#git/remembered-answers.ts';
import { makeRepository } from '../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../support/repositories/repository.ts';

/** A configuration file, and answers that are numbered. */
function make(): { readonly path: string; readonly ask: (question: string) => Promise<number> } {
  const path = join(makeRepository().path, '.git/config');
  const remembered = new RememberedAnswers<number>([{ path, bytes: readFileSync(path) }]);
  let count = 0;
  return { path, ask: (question) => remembered.ask(question, async () => (count += 1)) };
}

describe('what git said of settings', () => {
  it('is remembered by what was asked', async () => {
    const { ask } = make();
    expect([await ask('a'), await ask('b'), await ask('a'), await ask('b')]).toEqual([1, 2, 1, 2]);
  });

  it('is asked again each time once a byte of the configuration is another, and where it is gone', async () => {
    const { path, ask } = make();
    await ask('a');
    const before = readFileSync(path);
    writeFileSync(
      path,
      before.map((byte, index) => (index === 1 ? byte ^ 0x20 : byte)),
    );
    expect([await ask('a'), await ask('a')]).toEqual([2, 3]);
    rmSync(path);
    expect(await ask('a')).toBe(4);
    mkdirSync(path);
    expect(await ask('a')).toBe(5);
  });

  it('is not remembered where the configuration was another while git was asked', async () => {
    const { path } = make();
    const before = readFileSync(path);
    const remembered = new RememberedAnswers<string>([{ path, bytes: before }]);
    const first = await remembered.ask('a', async () => {
      appendFileSync(path, '[filter "evil"]\n\tclean = false\n');
      return 'of the other one';
    });
    writeFileSync(path, before);
    expect([first, await remembered.ask('a', async () => 'of this one')]).toEqual([
      'of the other one',
      'of this one',
    ]);
  });
});

/** The arguments of every git that the work runs. */
async function gitsOf(
  repository: TestRepository,
  work: (cwd: string, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<readonly string[]> {
  const [programs, log] = [join(repository.root, 'programs'), join(repository.root, 'gits')];
  mkdirSync(programs);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`;
  writeFileSync(join(programs, 'git'), script, { mode: 0o755 });
  await work(repository.path, { ...repository.env, PATH: `${programs}:${repository.env['PATH']}` });
  return readFileSync(log, 'utf8').split('\n').filter(Boolean);
}

const SCAN = { seed: null, maxFileBytes: 1000 } as const;

describe('a repository that was opened', () => {
  const settingsAsked = (gits: readonly string[]): number =>
    gits.filter((line) => line.includes('config --show-scope')).length;

  it('asks once for its settings, however often it looks at the work tree', async () => {
    const gits = await gitsOf(makeRepository(), async (cwd, env) => {
      const git = await openGit(cwd, env);
      await git.worktree.scan(SCAN);
      await git.worktree.changes(SCAN);
      await git.close();
    });
    expect(settingsAsked(gits)).toBe(1);
  });

  it('asks each time where its configuration includes another file', async () => {
    const repository = makeRepository();
    repository.git('config', 'include.path', 'more');
    const gits = await gitsOf(repository, async (cwd, env) => {
      const git = await openGit(cwd, env);
      await git.worktree.scan(SCAN);
      await git.worktree.changes(SCAN);
      await git.close();
    });
    expect(settingsAsked(gits)).toBe(3);
  });
});
