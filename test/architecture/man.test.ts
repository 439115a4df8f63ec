import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { manPages } from '#cli/man-page.ts';

const MAN = new URL('../../man/', import.meta.url);

describe('the manual', () => {
  it('has a page for the program and one for each verb, and no other', () => {
    const files = manPages().map(({ file }) => file);
    expect(files).toHaveLength(VERBS.length + 1);
    expect(readdirSync(MAN).toSorted()).toEqual(files.toSorted());
  });

  it('says what the command table says; `node scripts/man.mjs` writes it', () => {
    for (const { file, text } of manPages()) {
      expect(readFileSync(new URL(file, MAN), 'utf8'), file).toBe(text);
    }
  });

  it('begins no line with a request that is none and holds only ASCII', () => {
    for (const { file, text } of manPages()) {
      const requests = text.split('\n').filter((line) => /^[.']/.test(line));
      expect(
        requests.filter((line) => !/^\.(TH|SH|PP|TP)\b/.test(line)),
        file,
      ).toEqual([]);
      expect(text, file).toMatch(/^[\n -~]*$/);
    }
  });
});
