import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatHunks } from '#git/pure/patch/hunks.ts';
import { fc } from '../support/seed.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .toSorted()
  .map((name) => readFileSync(join(SRC, name), 'utf8').split('\n'));

const directory = mkdtempSync(join(tmpdir(), 'heddle-patch-'));
mkdirSync(join(directory, 'at'));
afterAll(() => rmSync(directory, { recursive: true }));

const pure = (before: string, after: string): string =>
  formatHunks(Buffer.from(before), Buffer.from(after)).toString();

/** The hunks that git writes. */
function native(before: string, after: string): string {
  writeFileSync(join(directory, 'before'), before);
  writeFileSync(join(directory, 'after'), after);
  const argv = ['diff', '--no-index', '--no-color', 'before', 'after'];
  const { stdout } = spawnSync('git', argv, { cwd: directory, encoding: 'utf8' });
  return stdout.slice(stdout.indexOf('\n@@') + 1);
}

/** What a patch makes of a file, by git's own hand. */
function applied(before: string, hunks: string): string {
  const at = join(directory, 'at');
  writeFileSync(join(at, 'file'), before);
  const input = `diff --git a/file b/file\n--- a/file\n+++ b/file\n${hunks}`;
  const { status, stderr } = spawnSync('git', ['apply', '--unidiff-zero', '-'], {
    cwd: at,
    input,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(join(at, 'file'), 'utf8');
}

/** What people do to a file: take lines away, put some in, change one, repeat some, move a block. */
const edit = fc.record({
  what: fc.constantFrom('remove', 'repeat', 'insert', 'change', 'move'),
  at: fc.nat(10_000),
  to: fc.nat(10_000),
  length: fc.integer({ min: 1, max: 6 }),
});

function applyEdit(
  lines: readonly string[],
  { what, at, to, length }: { what: string; at: number; to: number; length: number },
): readonly string[] {
  const from = at % (lines.length + 1);
  const block = lines.slice(from, from + length);
  const without = [...lines.slice(0, from), ...lines.slice(from + length)];
  const before = lines.slice(0, from);
  switch (what) {
    case 'remove':
      return without;
    case 'repeat':
      return [...before, ...block, ...lines.slice(from)];
    case 'insert':
      return [...before, ...block.map((_, index) => `  something new ${to} ${index}`), ...lines.slice(from)];
    case 'change':
      return lines.map((line, index) => (index === from ? `${line} changed` : line));
    default: {
      const target = to % (without.length + 1);
      return [...without.slice(0, target), ...block, ...without.slice(target)];
    }
  }
}

describe('patches made without git', () => {
  it('are those that git makes for nearly all that people do to files, and right for the rest', () => {
    let compared = 0;
    let different = 0;
    const file = fc.nat(FILES.length - 1).map((index) => FILES[index] ?? []);
    fc.assert(
      fc.property(file, fc.array(edit, { minLength: 1, maxLength: 4 }), (lines, edits) => {
        const [before, after] = [lines.join('\n'), edits.reduce(applyEdit, lines).join('\n')];
        fc.pre(before !== after);
        compared += 1;
        const hunks = pure(before, after);
        if (hunks === native(before, after)) return;
        // Several shortest differences are equally short, and git's choice among them is a matter of its search.
        different += 1;
        expect(applied(before, hunks)).toBe(after);
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(100);
    expect(different).toBeLessThan(compared / 20);
  });

  it('always make the new file out of the old one', () => {
    const line = fc.constantFrom('a', 'b', '  c', '', '}', '{', '\tx', 'ü');
    const text = fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 40 }), fc.boolean())
      .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== '' && after !== '' && before !== after);
        expect(applied(before, pure(before, after))).toBe(after);
      }),
      { numRuns: 150 },
    );
  });

  it('are there in no long time for files that have nothing in common', () => {
    const lines = (word: string): string =>
      Array.from({ length: 20_000 }, (_, index) => `${word} ${index}\n`).join('');
    const few = (offset: number): string =>
      Array.from({ length: 20_000 }, (_, index) => `${(index * 7919 + offset * index) % 13}\n`).join('');
    const start = performance.now();
    expect(pure(lines('a'), lines('b'))).toContain('@@ -1,20000 +1,20000 @@');
    expect(pure(few(1), few(5))).not.toBe('');
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
