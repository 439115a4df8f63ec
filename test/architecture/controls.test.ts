import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeSpans } from '../support/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/CONTROLS.md'), 'utf8');

interface Row {
  readonly ids: readonly string[];
  readonly code: readonly string[];
  /** Test file to the quoted names that follow it. */
  readonly tests: ReadonlyMap<string, readonly string[]>;
}

function readRows(page: string): readonly Row[] {
  return [...page.matchAll(/^- \*\*([^*]+)\*\* ([\s\S]*?)(?=\n- |\n\n|\n?$(?![\s\S]))/gm)].map(
    ([, ids = '', body = '']) => ({
      ids: ids.split(', '),
      code: codeSpans(body).filter((span) => /[./]/.test(span) && !span.startsWith('test/')),
      tests: readTests(body),
    }),
  );
}

function readTests(body: string): ReadonlyMap<string, readonly string[]> {
  const parts = [...body.matchAll(/`(test\/[^`]+)`([^`]*)/g)];
  return new Map(
    parts.map(([, file = '', rest = '']) => [
      file,
      [...rest.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
    ]),
  );
}

/** What is wrong with a row; empty where nothing is. */
function defects({ ids, code, tests }: Row): readonly string[] {
  const missing = [...code, ...tests.keys()].filter((path) => !existsSync(join(ROOT, path)));
  const silent = [...tests].flatMap(([file, names]) => {
    const text = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '';
    return names.filter((name) => !text.includes(name)).map((name) => `${file}: ${name}`);
  });
  const empty = code.length === 0 || ![...tests.values()].some((names) => names.length > 0);
  return [...missing, ...silent, ...(empty ? ['no code or no test'] : [])].map(
    (what) => `${ids.join(', ')}: ${what}`,
  );
}

describe('docs/CONTROLS.md', () => {
  const rows = readRows(PAGE);

  it('names code and tests that exist', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows).toHaveLength((PAGE.match(/^- /gm) ?? []).length);
    expect(rows.flatMap(defects)).toEqual([]);
  });

  it('names each control once', () => {
    const ids = rows.flatMap((row) => row.ids);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.every((id) => /^S[0-4]-\d\d$/.test(id))).toBe(true);
  });

  it('would be red for a test or a file that is not there', () => {
    const name = ['a test that', 'was never written'].join(' ');
    const row = `- **S0-00** x. \`src/none.ts\`; \`test/architecture/controls.test.ts\` "${name}"\n`;
    expect(readRows(row).flatMap(defects)).toEqual([
      'S0-00: src/none.ts',
      `S0-00: test/architecture/controls.test.ts: ${name}`,
    ]);
    expect(readRows('- **S0-00** x. `README.md`;\n').flatMap(defects)).toEqual(['S0-00: no code or no test']);
  });
});
