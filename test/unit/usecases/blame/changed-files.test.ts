import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { FileChange, LineTracer } from '#ports/line-origins.ts';
import { ChangedFiles } from '#usecases/blame/changed-files.ts';

const CHANGES: readonly FileChange[] = [
  { commit: '3', blob: 'x', path: utf8('files/b') },
  { commit: '2', blob: null, path: utf8('files/a') },
  { commit: '1', blob: 'y', path: utf8('files/a') },
];

function changedFiles(changes: LineTracer['changes'] = async () => CHANGES) {
  const asked: string[][] = [];
  const tracer: Pick<LineTracer, 'changes'> = {
    changes: (question) => {
      asked.push(question.paths.map((path) => decodeUtf8(path) ?? ''));
      return changes(question);
    },
  };
  const files = new ChangedFiles(tracer, async () => ({ heads: ['3'], without: [] }));
  const told = async (path: string): Promise<readonly string[]> =>
    (await files.at(utf8(path))).map(({ commit }) => commit);
  return { asked, files, told };
}

describe('which states changed a file', () => {
  it('is looked up once for all that are expected, and for each path tells its own', async () => {
    const { asked, files, told } = changedFiles();
    files.expect(['a', 'b', 'a', 'none'].map(utf8));
    files.expect([utf8('a')]);
    expect(await Promise.all(['a', 'b', 'none'].map(told))).toEqual([['2', '1'], ['3'], []]);
    expect(asked).toEqual([['files/a', 'files/b', 'files/none']]);
  });

  it('is looked up when it is asked about, once, where nobody expected it', async () => {
    const { asked, told } = changedFiles();
    expect([await told('a'), await told('a')]).toEqual([
      ['2', '1'],
      ['2', '1'],
    ]);
    expect(asked).toEqual([['files/a']]);
  });

  it('is told of the others where git cannot be asked about one', async () => {
    const { files, told } = changedFiles(async ({ paths }) => {
      if (paths.some((path) => decodeUtf8(path) === 'files/odd')) throw new Error('odd');
      return CHANGES;
    });
    files.expect(['a', 'odd'].map(utf8));
    await expect(told('odd')).rejects.toThrow('odd');
    expect(await told('a')).toEqual(['2', '1']);
  });

  it('is asked of fewer files where states of many would take the place of one', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      commit: String(index),
      blob: 'x',
      path: utf8('files/b'),
    }));
    const { asked, files, told } = changedFiles(async ({ paths }) => (paths.length > 1 ? many : CHANGES));
    files.expect(['a', 'b'].map(utf8));
    expect(await told('a')).toEqual(['2', '1']);
    expect(asked).toEqual([['files/a', 'files/b'], ['files/a'], ['files/b']]);
  });
});
