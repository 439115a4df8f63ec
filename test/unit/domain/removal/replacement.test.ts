import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import {
  replacementBytes,
  replacementVariants,
  type ReplacingTombstone,
} from '#domain/removal/replacement.ts';
import { parseInstant } from '#domain/time.ts';

const ID = formatId('hr', new Uint8Array(32).fill(3));
const NOTICE = `redacted ${ID} by owner@example.com at 2026-11-21T11:00:00.000Z: credential`;

function tombstone(principal = 'owner@example.com'): ReplacingTombstone {
  const nobody = { agent: null, provider: null, model: null, session: null, confidence: null };
  return {
    id: ID,
    declaration: {
      actor: { ...nobody, principal },
      at: parseInstant('2026-11-21T11:00:00.000Z'),
      reasonCode: 'credential',
    },
  };
}

function text(name: string, principal?: string): string {
  return decodeUtf8(replacementBytes(tombstone(principal), { name, kind: 'file' })) ?? '';
}

describe('the replacement of a file', () => {
  it.each([
    ['a.ts', `// ${NOTICE}\n`],
    ['a.py', `# ${NOTICE}\n`],
    ['A.SQL', `-- ${NOTICE}\n`],
    ['settings.ini', `; ${NOTICE}\n`],
    ['paper.tex', `% ${NOTICE}\n`],
    ['a.css', `/* ${NOTICE} */\n`],
    ['index.html', `<!-- ${NOTICE} -->\n`],
    ['a.ml', `(* ${NOTICE} *)\n`],
    ['run.bat', `REM ${NOTICE}\n`],
    ['.env', `# ${NOTICE}\n`],
    ['.gitmodules', `# ${NOTICE}\n`],
    ['Makefile', `# ${NOTICE}\n`],
    ['key.pem', `${NOTICE}\n`],
    ['data.json', `${NOTICE}\n`],
    ['id_rsa', `${NOTICE}\n`],
    ['a.ts.', `${NOTICE}\n`],
    ['constructor', `${NOTICE}\n`],
    ['a.%74s', `${NOTICE}\n`],
  ])('at %s is one comment line, or plain text where no comment is known', (name, expected) => {
    expect(text(name)).toBe(expected);
  });

  it('is the same for every file of a syntax', () => {
    expect(text('a.ts')).toBe(text('b.c'));
  });

  it.each([
    ['*/ alert(1) /*', 'a.css'],
    ['--> <script>', 'a.html'],
    ['a-->b', 'a.html'],
    ['a--!>b', 'a.xml'],
    ['*) begin', 'a.ml'],
    ['a\nrm -rf /', 'a.sh'],
    ['a\rb', 'a.py'],
    ['a\u2028b', 'a.ts'],
    ['a\u0085b', 'a.ts'],
    ['\\u000a evil()', 'a.java'],
    ['?> <?php', 'a.pl'],
    ['näme 한 🙂', 'a.ts'],
    ['$(id) `id` ${x} %PATH%', 'a.bat'],
  ])('cannot be left by a principal called %j', (principal, name) => {
    const line = text(name, principal);
    const shown = / by (\S+) at /.exec(line)?.[1] ?? '';
    expect(shown).toMatch(/^(?:[A-Za-z0-9.@_+]|-(?!-)|%[0-9A-F]{2})+$/);
    expect(decodeURIComponent(shown)).toBe(principal);
    expect(line).toBe(text(name).replace('owner@example.com', shown));
  });
});

describe('the replacement of a symbolic link', () => {
  it('is a target beside it that nobody has, without a line end', () => {
    const target = decodeUtf8(replacementBytes(tombstone(), { name: 'link.ts', kind: 'symlink' }));
    expect(target).toBe(`redacted-${ID}`);
  });
});

describe('the replacements of a tombstone', () => {
  it('are all that any name can get, each once', () => {
    const variants = replacementVariants(tombstone()).map((bytes) => decodeUtf8(bytes));
    expect(new Set(variants).size).toBe(variants.length);
    for (const name of [
      'a.ts',
      'a.py',
      'a.sql',
      'a.ini',
      'a.tex',
      'a.vb',
      'a.bat',
      'a.f90',
      'a.css',
      'a.html',
    ]) {
      expect(variants, name).toContain(text(name));
    }
    expect(variants).toContain(text('plain'));
    expect(variants).toContain(`redacted-${ID}`);
  });

  it('are of files and links alone', () => {
    for (const kind of ['directory', 'submodule'] as const) {
      expect(() => replacementBytes(tombstone(), { name: 'a', kind })).toThrow('invariant');
    }
  });
});
