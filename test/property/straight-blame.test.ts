import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import { linesAsked } from '#usecases/blame/blame-session.ts';
import { rangesOf, type FollowedLine } from '#usecases/blame/places.ts';
import { followStraight } from '#usecases/blame/straight/straight-lines.ts';
import type { Version } from '#usecases/blame/straight/straight-history.ts';
import { makeOpen, type Opened } from '../support/repositories/open-repositories.ts';
import { DEEP, fc } from '../support/seed.ts';

const REF = 'refs/heads/generated';
const ASKED = 'asked';
const FILES = [ASKED, 'other', 'third'] as const;
type File = (typeof FILES)[number];
/** Lines of each file; null where there is none. Bytes, as characters. */
type Files = Record<File, readonly string[] | null>;

/** About where git begins to look for lines elsewhere: 20 letters and digits in a file, 40 beyond it. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz';
const SOME = [
  '',
  '}',
  '\t',
  '  return value;',
  'one more\r',
  'gr\xfc\xdfe an alle, die das hier lesen',
  '\0 zero',
];
const ABOUT = [19, 20, 21, 39, 40, 41].map((count) => LETTERS.slice(0, count));
const ZEROS = '0'.repeat(40);
/** What parts of git's answer look like. */
const ALIKE = [
  '- less',
  '+ more',
  '@@ -1 +1 @@',
  '\\ No newline at end of file',
  `diff --git a/${ASKED} b/${ASKED}`,
].concat(ZEROS, `${ZEROS} ${ZEROS}`, ':100644 100644 x', 'Binary files differ');
const line = fc.oneof(
  fc.constantFrom(...SOME, ...ABOUT, ...ALIKE),
  fc.nat({ max: 40 }).map((number) => `a line that has the number ${number} and is long enough to be copied`),
  fc.nat({ max: 2000 }).map((number) => `  const value${number} = ${number};`),
);
const lines = fc.array(line, { maxLength: 6 });
const at = fc.nat({ max: 60 });
const file = fc.oneof(
  { weight: 4, arbitrary: fc.constant(ASKED) },
  { weight: 2, arbitrary: fc.constantFrom(...FILES) },
);

type Change = (files: Files) => Partial<Files>;

const insert = (old: readonly string[] | null, place: number, some: readonly string[]): readonly string[] =>
  (old ?? []).toSpliced(place % ((old?.length ?? 0) + 1), 0, ...some);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ file, at, lines }).map((one): Change => (files) => ({
    [one.file]: insert(files[one.file], one.at, one.lines),
  })),
  fc.record({ file, at, count: fc.nat({ max: 5 }), lines }).map((one): Change => (files) => ({
    [one.file]: files[one.file]?.toSpliced(one.at, one.count, ...one.lines) ?? null,
  })),
  // Moved or copied, in a file or from one to another.
  fc
    .record({ from: file, to: file, at, count: fc.nat({ max: 8 }), place: at, isCopy: fc.boolean() })
    .map((one): Change => (files) => {
      const some = (files[one.from] ?? []).slice(one.at, one.at + one.count);
      const rest = one.isCopy ? files[one.from] : (files[one.from]?.toSpliced(one.at, one.count) ?? null);
      const left = { ...files, [one.from]: rest };
      return { ...left, [one.to]: insert(left[one.to], one.place, some) };
    }),
  fc.record({ from: file, to: file }).map((one): Change => (files) => ({
    [one.from]: null,
    [one.to]: files[one.from],
  })),
  fc.record({ file }).map((one): Change => () => ({ [one.file]: null })),
);
const weighted = fc.array(change, { minLength: 0, maxLength: 3 });
const history = fc.record({
  begin: fc.record({
    asked: fc.option(fc.array(line, { maxLength: 40 })),
    other: fc.array(line, { maxLength: 20 }),
  }),
  steps: fc.array(fc.record({ changes: weighted, isTorn: fc.boolean() }), {
    minLength: 1,
    maxLength: DEEP ? 30 : 14,
  }),
  isTorn: fc.boolean(),
  asked: fc.option(
    fc.record({ first: fc.nat({ max: 60 }), count: fc.nat({ max: 30 }), without: fc.nat({ max: 9 }) }),
  ),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** All lines of a file, or some next to each other with gaps. */
function askedOf({ asked }: History, count: number): readonly FollowedLine[] {
  if (asked === null) return linesAsked(1, count);
  const first = (asked.first % count) + 1;
  const some = linesAsked(first, Math.min(count, first + asked.count));
  return some.filter(({ line: number }) => number === first || number % 10 !== asked.without);
}

/** The files of each version; where it `isTorn`, the last line has no line feed. */
function versionsOf({ begin, steps, isTorn }: History): readonly { files: Files; isTorn: boolean }[] {
  let files: Files = { asked: begin.asked, other: begin.other, third: null };
  const versions = [{ files, isTorn }];
  for (const step of steps) {
    for (const act of step.changes) files = { ...files, ...act(files) };
    versions.push({ files, isTorn: step.isTorn });
  }
  return versions;
}

function contentOf(some: readonly string[], isTorn: boolean): Buffer {
  const text = some.join('\n');
  // A line that is empty is none without its line feed.
  return Buffer.from(isTorn && some.at(-1) !== '' ? text : some.map((one) => `${one}\n`).join(''), 'latin1');
}

let made = 0;

/** Commits of the versions, one after the other; oldest first. */
function commit({ repository }: Opened, versions: ReturnType<typeof versionsOf>): readonly string[] {
  made += 1;
  const ref = `${REF}-${made}`;
  const pieces = versions.flatMap(({ files, isTorn }, index) => [
    Buffer.from(`commit ${ref}\nmark :${index + 1}\ncommitter T <t@example.com> ${index} +0000\ndata 0\n`),
    Buffer.from(index === 0 ? '' : `from :${index}\n`),
    ...FILES.flatMap((name) => {
      const some = files[name];
      if (some === null)
        return index === 0 || versions[index - 1]?.files[name] === null ? [] : [Buffer.from(`D ${name}\n`)];
      const content = contentOf(some, isTorn);
      return [Buffer.from(`M 100644 inline ${name}\ndata ${content.length}\n`), content, Buffer.from('\n')];
    }),
  ]);
  repository.gitBytes(repository.path, ['fast-import', '--quiet', '--force'], Buffer.concat(pieces));
  return repository
    .git('rev-list', '--reverse', '--format=%H %T', '--no-commit-header', ref)
    .trim()
    .split('\n');
}

type Origin = readonly [line: number, commit: string, path: string, number: number];

async function originsOf(
  tracer: LineTracer,
  head: string,
  ranges: ReturnType<typeof rangesOf> | null,
): Promise<readonly Origin[]> {
  const found = await tracer.origins({
    commit: head,
    path: utf8(ASKED),
    lines: ranges,
    parents: new Map(),
    ignoreWhitespace: false,
  });
  return found.flatMap(({ commit: from, path, origin, line: first, count }) =>
    Array.from({ length: count }, (_, index): Origin => [
      first + index,
      from,
      Buffer.from(path).toString(),
      origin + index,
    ]),
  );
}

describe('lines that are followed by diffs', () => {
  it('come from where git says that they do, moved and copied ones too', { timeout: 3_600_000 }, async () => {
    const opened = await makeOpen();
    const told = { straight: 0, open: 0, ended: 0, asked: 0 };
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const versions = versionsOf(given);
        const last = versions.at(-1)?.files.asked ?? null;
        const count = last?.length ?? 0;
        fc.pre(count > 0);
        const commits = commit(opened, versions).map((one) => one.split(' '));
        const steps = commits.map(([id = '', after = ''], index): Version => {
          const before = commits[index - 1]?.[1] ?? null;
          return { carrier: id, base: null, step: { before, after } };
        });
        const head = commits.at(-1)?.[0] ?? '';
        const tracer = await opened.git.lineTracers.open();
        try {
          const asked = askedOf(
            given,
            opened.repository
              .gitBytes(opened.repository.path, ['show', `${head}:${ASKED}`])
              .toString('latin1')
              .split(/\n(?!$)/).length,
          );
          const whole = await originsOf(
            tracer,
            head,
            given.asked === null ? null : rangesOf(asked.map((one) => one.line)),
          );
          const ground = { workspace: opened.git, tracer, seen: () => undefined };
          const found = await followStraight(ground, { versions: steps, path: utf8(ASKED), lines: asked });
          told.asked += 1;
          if (found === undefined) return;
          told.straight += 1;
          told.open += found.open.length;
          told.ended += found.ended.length;
          const ended = found.ended.map(({ line: one, carrier, at: number }): Origin => [
            one.line,
            carrier ?? '',
            ASKED,
            number,
          ]);
          const open =
            found.open.length === 0
              ? []
              : await originsOf(tracer, head, rangesOf(found.open.map((one) => one.line)));
          expect([...ended, ...open].toSorted((a, b) => a[0] - b[0])).toEqual(whole);
        } finally {
          await tracer.close();
        }
      }),
      { numRuns: DEEP ? 2000 : 60 },
    );
    // Most are: git is asked about the others as before.
    expect(told.straight).toBeGreaterThan(told.asked / 2);
    expect(told.ended).toBeGreaterThan(told.open);
  });
});
