import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { replaceInPlace } from '#git/contents/replace-file.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-replace-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'case-'));
  writeFileSync(join(directory, 'file'), 'old');
});

function replace(isExpected: () => boolean): boolean {
  return replaceInPlace({
    parent: Buffer.from(`${directory}/`),
    name: Buffer.from('file'),
    stat: lstatSync(join(directory, 'file')),
    bytes: Buffer.from('new'),
    isExpected,
  });
}

describe('the step that replaces a file', () => {
  it('asks once more when the new file is complete, and changes nothing where it is told no', () => {
    const seen: string[] = [];
    const changed = replace(() => {
      seen.push(...readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8')));
      writeFileSync(join(directory, 'file'), 'edited meanwhile');
      return false;
    });
    expect(changed).toBe(false);
    expect(seen.toSorted()).toEqual(['new', 'old']);
    expect(readdirSync(directory)).toEqual(['file']);
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('edited meanwhile');
  });

  it('leaves nothing behind where asking fails', () => {
    const asking = (): boolean => {
      throw new Error('it cannot be looked at');
    };
    expect(() => replace(asking)).toThrow('it cannot be looked at');
    expect(readdirSync(directory)).toEqual(['file']);
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('old');
  });

  it('takes a new file, so that whoever has the old one open keeps the old bytes', () => {
    const before = lstatSync(join(directory, 'file')).ino;
    expect(replace(() => true)).toBe(true);
    expect(lstatSync(join(directory, 'file')).ino).not.toBe(before);
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('new');
  });
});
