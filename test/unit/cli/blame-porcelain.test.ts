import { describe, expect, it } from 'vitest';
import type { BlameLine, BlameResult } from '#domain/results/blame-results.ts';
import { resultText } from '#cli/text/result-text.ts';
import { terminalText } from '#cli/terminal-text.ts';
import { RESULT_SAMPLES } from '../../support/samples/results/result-samples.ts';

const [SAMPLE] = RESULT_SAMPLES.blame;
const terminal = terminalText({ color: false, now: 0 });

/** What an editor knows of a line. */
interface Entry {
  readonly commit: string;
  readonly origin: number;
  readonly line: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads the format as editors do: headers of a commit are remembered, those of a line are added. */
function parse(rows: readonly string[]): readonly Entry[] {
  const commits = new Map<string, Record<string, string>>();
  const entries: Entry[] = [];
  let left = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const [, commit = '', origin, line, count] =
      /^([0-9a-f]{40}) (\d+) (\d+)(?: (\d+))?$/.exec(rows[at] ?? '') ?? expect.fail(`no entry: ${rows[at]}`);
    // A count stands on the first line of a run, and nowhere else.
    expect(count === undefined).toBe(left > 0);
    left = (count === undefined ? left : Number(count)) - 1;
    const headers = commits.get(commit) ?? {};
    commits.set(commit, headers);
    for (at += 1; !rows[at]?.startsWith('\t'); at += 1) {
      const [, name = '', value = ''] = /^([a-z-]+) (.*)$/.exec(rows[at] ?? '') ?? expect.fail(rows[at]);
      headers[name] = value;
    }
    const text = rows[at]?.slice(1) ?? '';
    entries.push({ commit, origin: Number(origin), line: Number(line), text, headers: { ...headers } });
  }
  expect(left).toBe(0);
  return entries;
}

function resultOf(lines: readonly Partial<BlameLine>[]): BlameResult {
  const [first] = SAMPLE?.lines ?? [];
  if (SAMPLE === undefined || first === undefined) throw new Error('there is a sample');
  return { ...SAMPLE, lines: lines.map((line, index) => ({ ...first, line: index + 1, ...line })) };
}

describe('git’s line format', () => {
  it.each(['porcelain', 'line-porcelain'] as const)(
    'says of each line what the answer says, as %s',
    (style) => {
      const result = resultOf([
        { origin: 3 },
        { origin: 4 },
        { origin: 9, path: 'src/%40types/"odd".ts' },
        { state: null, carrier: null, actor: null, commit: '1'.repeat(40), how: 'unattributed', origin: 1 },
        { state: null, carrier: null, actor: null, commit: null, how: 'unattributed', origin: 5 },
        { origin: 6, how: 'inferred', commit: '1'.repeat(40) },
      ]);
      const rows = resultText({ kind: 'blame', result, style }, terminal);
      const entries = parse(rows);
      expect(entries.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(entries.map(({ origin }) => origin)).toEqual([3, 4, 9, 1, 5, 6]);
      expect(entries.map(({ text }) => text)).toEqual(result.lines.map(({ text }) => text));
      expect(entries.map(({ headers }) => headers['heddle-how'])).toEqual(result.lines.map(({ how }) => how));
      expect(entries.map(({ headers }) => headers['filename'])).toEqual([
        'src/login.ts',
        'src/login.ts',
        '"src/@types/\\"odd\\".ts"',
        'src/login.ts',
        'src/login.ts',
        'src/login.ts',
      ]);
      expect(entries.map(({ commit }) => commit[0])).toEqual(['2', '2', '2', '1', '0', '2']);
      expect(entries[4]?.headers['author']).toBe('Not Committed Yet');
      expect(entries[3]?.headers['author']).toBe('unattributed');
      expect(entries[5]?.headers['heddle-commit']).toBe('1'.repeat(40));
      const named = rows.filter((row) => row.startsWith('author ')).length;
      expect(named).toBe(style === 'porcelain' ? 3 : 6);
    },
  );

  it('names Git’s headers in Git’s order, and the file name last', () => {
    const rows = resultText({ kind: 'blame', result: resultOf([{}]), style: 'porcelain' }, terminal);
    const names = rows.slice(1, -1).map((row) => row.split(' ')[0] ?? '');
    expect(names.filter((name) => !name.startsWith('heddle-'))).toEqual([
      'author',
      'author-mail',
      'author-time',
      'author-tz',
      'committer',
      'committer-mail',
      'committer-time',
      'committer-tz',
      'summary',
      'filename',
    ]);
    expect(names.at(-1)).toBe('filename');
  });

  it('names nobody to Git’s readers whom no signature vouches for', () => {
    const result = resultOf([{}]);
    const states = result.states.map((state) => ({ ...state, attestation: 'invalid' as const }));
    const rows = resultText({ kind: 'blame', result: { ...result, states }, style: 'porcelain' }, terminal);
    expect(rows).toContain('author unattributed');
    expect(rows).toContain('heddle-attestation invalid');
  });
});
