import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableRows } from '../support/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const GLOSSARY = readFileSync(join(ROOT, 'GLOSSARY.md'), 'utf8');

/** Words to avoid that no other field needs: Git has permission bits and deletions, these folders do not. */
const AVOIDED = ['permission', 'caveat', 'wipe', 'trash', 'bot', 'revert'];
const FOLDERS = ['cli', 'commands', 'domain', 'ports', 'tokens', 'usecases'];

function findWord(text: string, word: string): readonly string[] {
  const line = new RegExp(`^.*\\b${word}s?\\b.*$`, 'gim');
  return text.match(line) ?? [];
}

describe('the words of GLOSSARY.md', () => {
  it('to avoid include those that are looked for', () => {
    const avoided = tableRows(GLOSSARY).map((cells) => cells[2] ?? '');
    for (const word of AVOIDED) {
      expect(
        avoided.some((cell) => new RegExp(`\\b${word}\\b`).test(cell)),
        word,
      ).toBe(true);
    }
  });

  it('to avoid do not stand in the code that has its own', () => {
    const files = FOLDERS.flatMap((folder) =>
      readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join('src', folder, name)),
    );
    const found = files.flatMap((file) =>
      AVOIDED.flatMap((word) =>
        findWord(readFileSync(join(ROOT, file), 'utf8'), word).map((line) => `${file}: ${line.trim()}`),
      ),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });

  it('would be found', () => {
    expect(findWord('/** The Permissions of a grant. */', 'permission')).toHaveLength(1);
    expect(findWord('const robot = 1;', 'bot')).toEqual([]);
  });
});
