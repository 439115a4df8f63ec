import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
});
afterEach(() => stage.dispose());

async function expectRefused(code: string, exit = 65): Promise<void> {
  const before = stage.footprint();
  await expectRefusal(stage.dev, ['capture'], { exit, code });
  expect(stage.footprint()).toEqual(before);
}

describe('a work tree with names that no state can hold', () => {
  it.each(['git~1', 'git~2', '.git.', '.git ', 'd/.git\u200c', '..\\x', 'C:x', 'c:'])(
    'refuses %j, which git would pass over in silence or another system would misread',
    async (name) => {
      stage.write(name, 'content\n');
      await expectRefused('FILE_NAME_REFUSED');
      const run = await stage.dev.run(['capture']);
      expect(run.stderr).toContain('hint: rename it, or leave it out with .gitignore');
    },
  );

  it('refuses one that a commit brought in, instead of a state that does not verify', async () => {
    const blob = stage.git('rev-parse', 'HEAD:README');
    stage.git('-c', 'core.protectNTFS=false', 'update-index', '--add', '--cacheinfo', `100644,${blob},git~2`);
    stage.git('commit', '-q', '-m', 'from elsewhere');
    stage.git('-c', 'core.protectNTFS=false', 'checkout-index', '-f', 'git~2');
    await stage.dev.ok(['start', 'task/next']);
    stage.write('src/new', 'new\n');
    await expectRefused('FILE_NAME_REFUSED');
    expect((await stage.dev.answer('verify', ['--all'])).ok).toBe(true);
  });

  it('refuses a path that is too long for the system, instead of leaving it out', async () => {
    const script = `const fs = require('node:fs');
      for (let depth = 0; depth < 25; depth += 1) (fs.mkdirSync('n'.repeat(200)), process.chdir('n'.repeat(200)));
      fs.writeFileSync('leaf', '');`;
    const made = spawnSync(process.execPath, ['-e', script], { cwd: stage.path });
    expect(made.status, made.stderr.toString()).toBe(0);
    await expectRefused('FILE_UNREADABLE');
    // Node cannot take away what it cannot name.
    spawnSync('rm', ['-rf', 'n'.repeat(200)], { cwd: stage.path });
  });
});

describe('a credential file in the work tree', () => {
  it('is never captured, whatever .gitignore says', async () => {
    const argv = ['token', 'attenuate', '--agent', 'worker', '--allow', 'state:capture'];
    mkdirSync(join(stage.path, 'src'));
    await stage.dev.ok([...argv, '--resource', 'acme/core@task', '--out', join('src', 'worker.hcred')]);
    stage.write('.gitignore', '!*.hcred\n');
    stage.write('src/a.ts', 'a\n');
    const { changed } = await stage.dev.answer('capture');
    expect(changed.map(({ path }) => path)).toEqual(['.gitignore', 'src/a.ts']);
    expect((await stage.dev.answer('status')).changed).toEqual([]);
  });
});

describe('a credential in the work tree by another name', () => {
  it.each(['token attenuate --agent worker --allow state:capture --resource acme/core@task', 'token mint'])(
    'is not written by %s: a capture would take it for content',
    async (line) => {
      const before = stage.footprint();
      const argv = [...line.split(' '), '--out', 'worker.key'];
      await expectRefusal(stage.dev, argv, { exit: 64, code: 'USAGE' });
      expect(stage.footprint()).toEqual(before);
    },
  );
});

describe('a program in the work tree', () => {
  it.each([
    ['.', 'capture'],
    ['', 'status'],
    ['bin', 'blame src/a.ts'],
  ])('called git is not taken for git, with %j on the path, by %s', async (entry, line) => {
    stage.write('src/a.ts', 'a\n');
    const traces = stage.beside('traces');
    for (const place of ['git', 'bin/git']) {
      stage.write(place, `#!/bin/sh\necho "$0" >> '${traces}'\nexec false\n`);
      chmodSync(join(stage.path, place), 0o755);
    }
    const PATH = `${entry}:${stage.dev.env['PATH'] ?? ''}`;
    await stage.dev.ok(line.split(' '), { env: { PATH } });
    expect(existsSync(traces)).toBe(false);
  });
});

describe('a directory that cannot be worked in', () => {
  function inShell(script: string): { readonly status: number | null; readonly stderr: string } {
    const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, HEDDLE], {
      cwd: stage.path,
      env: { ...stage.dev.env },
      encoding: 'utf8',
    });
    return { status, stderr };
  }

  it.each(['status', 'capture', 'init', 'token inspect --token-file x'])(
    'is no bug in %s where it is gone',
    (verb) => {
      const run = inShell(`mkdir gone && cd gone && rmdir ../gone && "$0" "$1" ${verb} --json`);
      expect(run.status).toBe(78);
      expect(run.stderr).toContain('"NOT_A_WORK_TREE"');
    },
  );

  it('is named where its name is not UTF-8', () => {
    const run = inShell(`d=$(printf 'n\\377') && mkdir "$d" && cd "$d" && "$0" "$1" status --json`);
    expect(run.status).toBe(78);
    expect(run.stderr).toContain('directory names that are not UTF-8');
  });
});

describe('files that change while they are read', () => {
  it('are read again, or named as what did not hold still', async () => {
    let round = 0;
    const timer = setInterval(() => {
      round += 1;
      writeFileSync(join(stage.path, 'busy'), 'z'.repeat((round * 7919) % 200_000));
    }, 1);
    try {
      for (let turn = 0; turn < 6; turn += 1) {
        const run = await stage.dev.run(['capture', '--json']);
        const expected = run.exit === 75 ? '"FILE_CHANGING"' : '"heddle/capture/v1"';
        expect([0, 75], story(run)).toContain(run.exit);
        expect(run.stdout + run.stderr).toContain(expected);
      }
    } finally {
      clearInterval(timer);
    }
    await stage.dev.ok(['capture']);
    expect((await stage.dev.answer('verify', ['--all'])).ok).toBe(true);
  });
});
