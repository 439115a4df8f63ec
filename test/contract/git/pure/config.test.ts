import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '#git/plain/config-file.ts';
import { fc } from '../../../support/seed.ts';

const directory = mkdtempSync(join(tmpdir(), 'heddle-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Git's own answer; undefined where it refuses the file. */
function asGit(text: string): readonly string[] | undefined {
  const path = join(directory, 'config');
  writeFileSync(path, text);
  const { status, stdout } = spawnSync('git', ['config', '--no-includes', '-z', '--list', '--file', path], {
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  return stdout
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => (record.includes('\n') ? record : `${record}\ntrue`));
}

const asHeddle = (text: string): readonly string[] | undefined =>
  parseConfig(text)?.map(({ key, value }) => `${key}\n${value}`);

describe('the configuration', () => {
  it.each([
    '',
    '[core]\n',
    '[core]\n\tbare = false\n\trepositoryformatversion = 0',
    '[Core] Bare\n',
    '[core] bare=true ; comment\n# comment\n',
    '[remote "Origin"]\n\turl = "a # b" ; c\n',
    '[remote "a\\"b\\\\c"]\nx = y\n',
    '[a.B]\nc = d\n',
    '[a]\nb = one \\\n  two\n',
    '[a]\nb = "x\\ty\\nz\\\\ "  \n',
    '[a]\nb = x  y  "  z  "  \n',
    '[a]\nb =\n[c]\nd=\n',
    '[a]\r\nb = c\r\n',
    '[a]b=c\n',
    '[a]\nb = c # d \\\n',
    'key = value\n',
    '[core',
    '[core]\nkey = "open',
    '[core]\nkey = \\x\n',
    '[core]\n1key = x\n',
    '[core]\nkey x\n',
    '[a "b\nc"]\nd=e\n',
    '[a ]\nb=c\n',
    '[a "b" ]\nc=d\n',
    '[a\r"b"]\nc=d\n',
    '[a]\nb = c\u00a0\n',
    '[a]\nb = c \f\n',
    '[a]\n\u00a0b = c\n',
    '[a]\n\v\n',
    '[a_b]\nc=d\n',
    '[extensions]\n\tobjectFormat = sha256\n\trefStorage = "reftable"\n',
  ])('is read as git reads it: %j', (text) => {
    expect(asHeddle(text)).toEqual(asGit(text));
  });

  it('is read as git reads it, whatever somebody wrote', () => {
    // No tab: git before 2.45 makes blanks of those inside a value.
    const piece = fc.constantFrom(
      '[a]',
      '[a "b"]',
      '[A.b]',
      '\n',
      '\n',
      '\r\n',
      ' ',
      'key',
      'k2',
      '=',
      ' = ',
      'value',
      '"',
      '"q q"',
      '\\\n',
      '\\n',
      '\\"',
      '\\\\',
      '\\x',
      '#',
      ';',
      '-',
      '1',
      ']',
      '[',
      '[a ]',
      '[A.B "c"]',
      '\r',
      '\f',
      '\u00a0',
      'é',
    );
    const line = fc.array(piece, { maxLength: 14 }).map((parts) => `[s]\n${parts.join('')}`);
    fc.assert(
      fc.property(line, (text) => {
        expect(asHeddle(text)).toEqual(asGit(text));
      }),
      { numRuns: 150 },
    );
  });
});
