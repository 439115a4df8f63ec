import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSecretScanner } from '#scan/secret-scanner.ts';
import { githubToken } from '../support/secrets/secret-shapes.ts';

const ROOT = join(import.meta.dirname, '../..');
const scanner = openSecretScanner();

/** Every file of the project, by its path from the root. */
function projectFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

function findIn(path: string, text: string): readonly string[] {
  return scanner.scan(text, path).map(({ rule, line }) => `${path}:${line} ${rule}`);
}

describe('the files of this project', () => {
  it('hold nothing that looks like a secret, tests included', () => {
    const files = projectFiles();
    expect(files.flatMap((path) => findIn(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
    expect(files.length).toBeGreaterThan(1500);
  });

  it('would be found out', () => {
    const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
    expect(findIn('README.md', `${text}${githubToken()}\n`)).toHaveLength(1);
  });
});
