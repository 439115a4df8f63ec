import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { TreeChange } from '#ports/objects.ts';
import { findCopied } from '#usecases/blame/straight/copies.ts';
import type { LineGroup } from '#usecases/blame/straight/line-sheet.ts';

const BLOB = 'b'.repeat(40);
const STEP = { before: 'c'.repeat(40), after: 'd'.repeat(40) };
const LONG = 'a line that is long enough to be looked for in another file';

function groupOf(texts: readonly string[]): LineGroup {
  const lines = texts.map((text, index) => ({
    version: 1,
    number: index + 1,
    text,
    wasThere: false,
    isJoined: index > 0,
  }));
  return { version: 1, line: 1, lines };
}

/** Whether lines may be from a file that the same step changed. */
async function isOpen(lines: readonly string[], other: string): Promise<boolean> {
  const change: TreeChange = {
    path: utf8('other'),
    oldMode: '100644',
    oldId: BLOB,
    newMode: '100644',
    newId: 'e'.repeat(40),
  };
  const content = Buffer.from(other, 'latin1');
  const group = groupOf(lines);
  const found = await findCopied(
    {
      comparer: { compare: async () => Promise.resolve([change]) },
      objects: {
        streamBlobs: async (_, sink) => {
          sink.start(0, content.length);
          sink.data(0, content.subarray(0, 7));
          sink.data(0, content.subarray(7));
          sink.end(0);
          return Promise.resolve();
        },
      },
    },
    utf8('asked'),
    [{ step: STEP, isMade: false, groups: [group] }],
  );
  return found?.has(group) === true;
}

describe('lines that may be copied', () => {
  it.each([
    ['the first one', `${LONG}\nx\n`, true],
    ['one in between', `x\n${LONG}\nx\n`, true],
    ['the last one, without a line feed', `x\n${LONG}`, true],
    ['one with another end', `x\n${LONG}\r\nx\n`, true],
    ['not where another line goes on', `x\n${LONG}!\n`, false],
    ['not where another line ends so', `x\n!${LONG}\n`, false],
    ['not where nothing is', '', false],
  ])('are those that another file has: %s', async (_, other, expected) => {
    expect(await isOpen([LONG], other)).toBe(expected);
  });

  it('are counted as neighbours, whatever the file has between them', async () => {
    const lines = ['twenty letters or so are in', 'and twenty letters in this'];
    expect(await isOpen(lines, `${lines.join('\nx\n')}\n`)).toBe(true);
    expect(await isOpen([lines[0] ?? '', 'between', lines[1] ?? ''], `${lines.join('\n')}\n`)).toBe(false);
  });

  it('take one look through a file, however many are asked about', { timeout: 20_000 }, async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `${LONG}, and it is number ${index}`);
    const other = Array.from({ length: 200_000 }, (_, index) => `what another file has as line ${index}\n`);
    expect(await isOpen(lines, other.join(''))).toBe(false);
    expect(await isOpen([...lines, other[199_999]?.trimEnd() ?? '', LONG], other.join('') + LONG)).toBe(true);
  });
});
