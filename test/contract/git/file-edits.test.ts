import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { EditAnswer } from '#git/blame/edit-answer.ts';
import type { FileEdit, LineTracer, TreeStep } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import { makeOpen, rejection, type Opened } from '../../support/repositories/open-repositories.ts';

async function traced<T>({ git }: Opened, act: (tracer: LineTracer) => Promise<T>): Promise<T> {
  const tracer = await git.lineTracers.open();
  try {
    return await act(tracer);
  } finally {
    await tracer.close();
  }
}

/** Every edit; undefined where git does not tell. */
function edits(
  opened: Opened,
  steps: readonly TreeStep[],
  path: string,
): Promise<readonly FileEdit[] | undefined> {
  return traced(opened, async (tracer) => {
    const found: FileEdit[] = [];
    const isTold = await tracer.edits(steps, utf8(path), (edit) => found.push(edit) > 0);
    return isTold ? found : undefined;
  });
}

/** Trees of versions that one file has, null where it is not there. */
function treesOf({ repository }: Opened, contents: readonly (string | null)[]): readonly ObjectId[] {
  const none = repository.gitBytes(repository.path, ['mktree'], Buffer.from('')).toString().trim();
  return contents.map((content) => {
    if (content === null) return none;
    const how = ['hash-object', '-w', '--stdin'];
    const blob = repository.gitBytes(repository.path, how, Buffer.from(content, 'latin1')).toString().trim();
    return mktree({ repository }, `100644 blob ${blob}\tfile`);
  });
}

function mktree({ repository }: Pick<Opened, 'repository'>, rows: string): ObjectId {
  return repository
    .gitBytes(repository.path, ['mktree'], Buffer.from(`${rows}\n`))
    .toString()
    .trim();
}

const stepsOf = (trees: readonly ObjectId[]): readonly TreeStep[] =>
  trees.flatMap((after, index) => (index === 0 ? [] : [{ before: trees[index - 1] ?? null, after }]));

describe('what steps did to a file', () => {
  it('is told hunk by hunk, with the lines as they are', async () => {
    const place = await makeOpen();
    const trees = treesOf(place, [
      null,
      'a\nb\nc\n',
      'a\n\xff\r\n@@ -1 +1 @@\nc',
      'a\n\xff\r\n@@ -1 +1 @@\nc',
      null,
    ]);
    const [first, last] = [trees[1] ?? '', trees[2] ?? ''];
    expect(await edits(place, stepsOf(trees), 'file')).toEqual([
      { kind: 'made', hunks: [{ above: 0, nowAbove: 0, went: [], came: ['a', 'b', 'c'] }] },
      // A last line without a line feed is another one than with it.
      {
        kind: 'changed',
        hunks: [{ above: 1, nowAbove: 1, went: ['b', 'c'], came: ['\xff\r', '@@ -1 +1 @@', 'c\n'] }],
      },
      { kind: 'same', hunks: [] },
      {
        kind: 'gone',
        hunks: [{ above: 0, nowAbove: 0, went: ['a', '\xff\r', '@@ -1 +1 @@', 'c\n'], came: [] }],
      },
    ]);
    expect(
      await edits(
        place,
        [
          { before: null, after: first },
          { before: last, after: first },
        ],
        'file',
      ),
    ).toEqual([
      { kind: 'made', hunks: [{ above: 0, nowAbove: 0, went: [], came: ['a', 'b', 'c'] }] },
      {
        kind: 'changed',
        hunks: [{ above: 1, nowAbove: 1, went: ['\xff\r', '@@ -1 +1 @@', 'c\n'], came: ['b', 'c'] }],
      },
    ]);
    expect(await edits(place, stepsOf(trees), 'other')).toEqual(
      stepsOf(trees).map(() => ({ kind: 'same', hunks: [] })),
    );
    expect(await edits(place, [], 'file')).toEqual([]);
  });

  it('comes in the order of the steps, from however many gits, and ends where nobody wants more', async () => {
    const place = await makeOpen();
    const trees = treesOf(
      place,
      Array.from({ length: 151 }, (_, number) => `${number}\nsame\n`),
    );
    const steps = stepsOf(trees);
    const found = await edits(place, steps, 'file');
    expect(found?.map(({ hunks }) => hunks[0]?.came)).toEqual(steps.map((_, index) => [String(index + 1)]));
    await traced(place, async (tracer) => {
      for (const wanted of [1, 5, 97, 150]) {
        let taken = 0;
        expect(await tracer.edits(steps, utf8('file'), () => (taken += 1) < wanted)).toBe(true);
        expect(taken).toBe(wanted);
      }
    });
  });

  it('is not told of anything but a file, nor where git cannot read', async () => {
    const place = await makeOpen();
    const [plain = '', other = ''] = treesOf(place, ['a\n', 'b\n']);
    const blob = place.repository.git('rev-parse', `${plain}:file`);
    const head = place.repository.git('rev-parse', 'HEAD');
    for (const row of [
      `120000 blob ${blob}\tfile`,
      `160000 commit ${head}\tfile`,
      `040000 tree ${other}\tfile`,
    ]) {
      const odd = mktree(place, row);
      const steps = [
        [plain, odd],
        [odd, plain],
        [null, odd],
      ].map(([before = null, after]) => ({ before, after: after ?? '' }));
      for (const step of steps) expect([row, await edits(place, [step], 'file')]).toEqual([row, undefined]);
    }
    expect(await edits(place, [{ before: plain, after: '1'.repeat(40) }], 'file')).toBeUndefined();
    expect(await edits(place, [{ before: plain, after: other }], 'file')).toHaveLength(1);
    const odd = traced(place, (tracer) => tracer.edits([], Uint8Array.of(0x61, 0xff), () => true));
    expect((await rejection(odd)).code).toBe('GIT_UNSUPPORTED');
  });

  it('follows no attribute and no setting, and runs nothing that they name', async () => {
    const place = await makeOpen();
    const { repository } = place;
    const steps = stepsOf(treesOf(place, ['one\n\0two\n  three\nfour\n', 'one\n\0two\nthree\nfour\nfive\n']));
    const before = await edits(place, steps, 'file');
    expect(before?.[0]?.hunks).toHaveLength(2);
    repository.write('.gitattributes', '* diff=evil\n');
    for (const [name, value] of [
      ['diff.evil.textconv', 'touch ../pwned; cat'],
      ['diff.evil.command', 'touch ../pwned; cat'],
      ['diff.external', 'touch ../pwned; cat'],
      ['diff.evil.binary', 'true'],
      ['diff.algorithm', 'patience'],
      ['diff.context', '9'],
      ['diff.interHunkContext', '9'],
      ['diff.noprefix', 'true'],
      ['diff.renames', 'copies'],
      ['diff.colorMoved', 'zebra'],
      ['color.diff', 'always'],
      ['core.whitespace', 'trailing-space'],
      ['diff.wsErrorHighlight', 'all'],
      ['diff.suppressBlankEmpty', 'true'],
    ] as const) {
      repository.git('config', name, value);
    }
    expect(await edits(place, steps, 'file')).toEqual(before);
    repository.write('.gitattributes', '* -diff\n');
    expect(await edits(place, steps, 'file')).toEqual(before);
    expect(existsSync(`${repository.root}/pwned`)).toBe(false);
  });
});

describe('an answer about a file', () => {
  it('takes no longer where it is one line alone', { timeout: 5000 }, () => {
    const [before, after] = ['1'.repeat(40), '2'.repeat(40)];
    const answer = new EditAnswer([`${before} ${after}`], 'file');
    const raw = `:000000 100644 ${'0'.repeat(40)} ${'3'.repeat(40)} A\tfile`;
    answer.push(utf8(`${before} ${after}\n${raw}\n\n@@ -0,0 +1 @@\n+`));
    const piece = Buffer.alloc(16_384, 'x');
    for (let count = 0; count < 4096; count += 1) answer.push(piece);
    answer.push(utf8('\n\\ No newline at end of file\n'));
    answer.end();
    const [hunk] = answer.of(0)?.hunks ?? [];
    expect(hunk?.came.map((line) => line.length)).toEqual([64 * 1024 * 1024 + 1]);
  });
});
