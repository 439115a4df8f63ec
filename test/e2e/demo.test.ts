import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareClone } from '../../demo/source.mjs';
import { TestRepository } from '../support/repositories/repository.ts';

const DEMO = fileURLToPath(new URL('../../demo/demo.mjs', import.meta.url));
const AGENT = {
  CLAUDECODE: '1',
  AI_AGENT: 'x',
  HEDDLE_CREDENTIAL: '/nowhere',
  HEDDLE_PRINCIPAL: 'x',
  HEDDLE_HOME: '/nowhere',
};

let repository: TestRepository;
let temporary: string;
beforeAll(() => {
  repository = new TestRepository();
  repository.write('src', 'a file in the place of a directory\n');
  repository.write('.gitignore', 'heddle-demo/\n');
  cpSync(dirname(DEMO), join(repository.path, 'demo'), { recursive: true });
  repository.commit('awkward');
  temporary = join(repository.root, 'tmp');
  mkdirSync(temporary);
});
afterAll(() => repository.dispose());

function play(path: string, env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [DEMO, path], {
    env: { ...repository.env, ...env, TMPDIR: temporary },
    encoding: 'utf8',
  });
}

describe('the demo', () => {
  it('plays on a repository that holds the demo itself, with the variables of an agent set, and leaves nothing behind', () => {
    const { status, stdout, stderr } = play(repository.path, AGENT);
    expect(status, stdout.slice(-2000) + stderr).toBe(0);
    expect(stdout).toContain('all 8 steps behaved as told');
    expect(stdout).toContain('$ heddle verify --all');
    expect(readdirSync(temporary)).toEqual([]);
  }, 240_000);

  it('makes a repository from the files where there is no history to clone, and says so', () => {
    repository.gitIn(repository.root, 'clone', '-q', '--depth', '1', `file://${repository.path}`, 'shallow');
    const shallow = join(repository.root, 'shallow');
    const clone = (name: string): string => prepareClone(shallow, join(temporary, name), repository.root);
    expect(clone('one')).toContain('no history to clone: the checkout is shallow');
    rmSync(join(shallow, '.git'), { recursive: true });
    expect(clone('two')).toContain('no history to clone: no .git directory');
    for (const name of ['one', 'two']) {
      expect(repository.gitIn(join(temporary, name), 'rev-list', '--count', 'HEAD')).toBe('1');
      const files = repository.gitIn(join(temporary, name), 'ls-files', '--', ':!demo');
      expect(files).toBe('.gitignore\nREADME\nsrc');
      rmSync(join(temporary, name), { recursive: true });
    }
  });

  it('fails loudly where something does not hold, and still cleans up', () => {
    const bin = join(repository.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'git'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { status, stderr } = play(repository.path, { PATH: bin });
    expect(status).toBe(1);
    expect(stderr).toContain('What did not hold: ');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
